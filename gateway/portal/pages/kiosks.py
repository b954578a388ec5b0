"""The site's kiosks: how they are, out of service and back."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gateway.fleet.models import Kiosk
from gateway.fleet.options import door_options, set_door_options
from gateway.fleet.queries import kiosk_lines
from gateway.fleet.services import put_in_service, take_out_of_service
from gateway.portal.access import admin_page, office_page
from gateway.portal.acts import act
from gateway.portal.forms import BecauseForm, OptionsForm
from gateway.portal.frame import place, show
from gateway.portal.needs import kiosk_matter


@office_page
def kiosks_page(request: HttpRequest, site: str) -> HttpResponse:
    """Every kiosk of the site with what it said last."""
    where = place(site)
    lines = kiosk_lines(where.site.pk, now=where.now)
    context = {"lines": [(kiosk, kiosk_matter(kiosk, where)) for kiosk in lines]}
    return show(request, where, "kiosks.html", here="kiosks", context=context)


@office_page
def out_of_service(request: HttpRequest, site: str, kiosk_id: str) -> HttpResponse:
    """Let nothing wait for a broken kiosk."""
    where = place(site)
    kiosk = get_object_or_404(Kiosk, pk=kiosk_id, site=where.site)
    form = BecauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return act(
            request,
            lambda: take_out_of_service(
                kiosk_id=kiosk.pk, because=form.cleaned_data["because"], now=where.now
            ),
            done=_("Nothing waits for this kiosk any more."),
            back="kiosks",
            at=(site,),
        )
    return show(
        request, where, "kiosk_out.html", here="kiosks", context={"kiosk": kiosk, "form": form}
    )


@require_POST
@office_page
def back_in_service(request: HttpRequest, site: str, kiosk_id: str) -> HttpResponse:
    """Wait for the kiosk again."""
    where = place(site)
    kiosk = get_object_or_404(Kiosk, pk=kiosk_id, site=where.site)
    return act(
        request,
        lambda: put_in_service(kiosk_id=kiosk.pk),
        done=_("The kiosk is in service again."),
        back="kiosks",
        at=(site,),
    )


@admin_page
def options_page(request: HttpRequest, site: str) -> HttpResponse:
    """Read and change what is switched on at the site's kiosks."""
    where = place(site)
    form = OptionsForm(request.POST or None, initial=asdict(door_options(where.site.pk)))
    if request.method == "POST" and form.is_valid():
        return act(
            request,
            lambda: set_door_options(site_id=where.site.pk, options=form.options()),
            done=_("The kiosks hear of it within seconds."),
            back="kiosk_options",
            at=(site,),
        )
    return show(request, where, "kiosk_options.html", here="kiosks", context={"form": form})
