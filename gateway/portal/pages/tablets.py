"""The site's tablets: made known, paired with a code, revoked."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gateway.fleet import tablets
from gateway.fleet.models import Tablet
from gateway.people.badge_pictures import svg_address
from gateway.portal.access import office_page
from gateway.portal.acts import act
from gateway.portal.forms import NameForm
from gateway.portal.frame import Place, place, show

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
"""Where browsers open a camera without https."""


@office_page
def tablets_page(request: HttpRequest, site: str) -> HttpResponse:
    """Every tablet of the site; one more is made known by its name."""
    where = place(site)
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return act(
            request,
            lambda: tablets.add_tablet(site_id=where.site.pk, name=form.cleaned_data["name"]),
            done=_("The tablet is known. Show a code to pair it."),
            back="tablets",
            at=(site,),
        )
    lines = tablets.tablet_lines(where.site.pk, now=where.now)
    context = {"lines": lines, "form": form}
    return show(request, where, "tablets.html", here="kiosks", context=context)


@require_POST
@office_page
def code_page(request: HttpRequest, site: str, kiosk_id: str) -> HttpResponse:
    """A new code, shown this once, and as a QR code that opens the page with it."""
    where = place(site)
    tablet = _tablet(where, kiosk_id)
    code = tablets.new_code(kiosk_id=tablet.pk, now=where.now)
    address = _public_origin(request) + reverse("portal:tablet")
    context = {
        "tablet": tablet.kiosk,
        "code": code,
        "address": address,
        "picture": svg_address(f"{address}#{code}"),
        "is_secure": urlsplit(address).scheme == "https" or urlsplit(address).hostname in LOCAL,
    }
    return show(request, where, "tablet_code.html", here="kiosks", context=context)


@require_POST
@office_page
def revoke(request: HttpRequest, site: str, kiosk_id: str) -> HttpResponse:
    """The browser that is paired opens nothing any more."""
    where = place(site)
    tablet = _tablet(where, kiosk_id)
    return act(
        request,
        lambda: tablets.revoke_tablet(kiosk_id=tablet.pk),
        done=_("The tablet is no kiosk any more until it is paired again."),
        back="tablets",
        at=(site,),
    )


def _tablet(where: Place, kiosk_id: str) -> Tablet:
    return get_object_or_404(
        Tablet.objects.select_related("kiosk"), pk=kiosk_id, kiosk__site=where.site
    )


def _public_origin(request: HttpRequest) -> str:
    """Where tablets find this gateway: as the settings say, else as this page was found."""
    named = settings.CSRF_TRUSTED_ORIGINS
    return named[0] if named else f"{request.scheme}://{request.get_host()}"
