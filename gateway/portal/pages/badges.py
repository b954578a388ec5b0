"""Badges for staff: a year group on a sheet; one person's badges, given out and revoked."""

import io
from datetime import date, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST

from gateway.errors import Rejected
from gateway.people import badge_pictures, badges
from gateway.people.badge_sheets import write_sheets
from gateway.people.badges import Terms
from gateway.people.models import Badge, Person
from gateway.portal.access import office_page
from gateway.portal.acts import act
from gateway.portal.badge_forms import BadgesForm
from gateway.portal.forms import BecauseForm
from gateway.portal.frame import Place, place, show
from gateway.timetable.badge_cards import site_cards, terms_at
from gateway.timetable.queries import site_roll

MOST = 500
"""Badges one page prints while somebody waits; more are printed by the command."""
PICTURES = {
    "png": (badge_pictures.png, "image/png"),
    "svg": (badge_pictures.svg, "image/svg+xml"),
}


@office_page
def badges_page(request: HttpRequest, site: str) -> HttpResponse:
    """Print the badges of a year group, or of all."""
    where = place(site)
    asked = request.POST if request.method == "POST" else None
    form = BadgesForm(asked, site=where.site)
    if form.is_valid():
        people = _on_roll(where, form.cleaned_data["year_group"])
        if 0 < len(people) <= MOST:
            return _printed(request, where, form, people)
        form.add_error("year_group", _too_many(len(people)))
    return show(request, where, "badges.html", here="students", context={"form": form})


@office_page
def person_badges(request: HttpRequest, site: str, person_id: int) -> HttpResponse:
    """What a person holds, and what can be given."""
    where = place(site)
    person = get_object_or_404(Person, pk=person_id)
    rows = Badge.objects.filter(person=person).order_by("-issued_at")
    lines = [(badge, _state(badge, where.now)) for badge in rows]
    context = {"person": person, "lines": lines, "form": BecauseForm()}
    return show(request, where, "person_badges.html", here="students", context=context)


@require_POST
@office_page
def give(request: HttpRequest, site: str, person_id: int) -> HttpResponse:
    """Give out another printed badge."""
    where = place(site)
    return act(
        request,
        lambda: badges.issue_badges([person_id], _terms(request, where)),
        done=_("A badge was given out; it can be printed now."),
        back="person_badges",
        at=(site, person_id),
    )


@require_POST
@office_page
def phone_link(request: HttpRequest, site: str, person_id: int) -> HttpResponse:
    """Make a link to the person's badge on a phone, and show it this once."""
    where = place(site)
    person = get_object_or_404(Person, pk=person_id)
    try:
        secret = badges.give_phone_link(person_id=person_id, terms=_terms(request, where))
    except Rejected as refusal:
        raise Http404 from refusal
    address = request.build_absolute_uri(reverse("portal:phone", args=(secret,)))
    context = {"person": person, "address": address, "code": badge_pictures.svg_address(address)}
    return show(request, where, "phone_link.html", here="students", context=context)


@require_POST
@office_page
def revoke(request: HttpRequest, site: str, person_id: int, serial: int) -> HttpResponse:
    """Let no kiosk accept the badge any more."""
    where = place(site)
    badge = get_object_or_404(Badge, pk=serial, person_id=person_id)
    form = BecauseForm(request.POST)
    because = form.cleaned_data["because"] if form.is_valid() else ""
    return act(
        request,
        lambda: badges.revoke_badge(serial=badge.pk, because=because, now=where.now),
        done=_("The badge is revoked; kiosks hear of it now."),
        back="person_badges",
        at=(site, person_id),
    )


@office_page
def picture(
    request: HttpRequest, site: str, person_id: int, serial: int, kind: str
) -> HttpResponse:
    """One printed badge as PNG or SVG."""
    del request
    where = place(site)
    badge = get_object_or_404(Badge, pk=serial, person_id=person_id)
    if kind not in PICTURES:
        raise Http404
    try:
        token = badges.token_of(badge, now=where.now)
    except Rejected as refusal:
        raise Http404 from refusal
    draw, content_type = PICTURES[kind]
    return _download(draw(token), content_type, f"badge-{serial}.{kind}")


def _printed(
    request: HttpRequest, where: Place, form: BadgesForm, people: list[int]
) -> HttpResponse:
    terms = _terms(request, where, form.cleaned_data["until"])
    sheet = io.BytesIO()
    try:
        cards = site_cards(where.site, people, terms)
        write_sheets(sheet, cards, title=where.site.name, font=None, progress=lambda _done: None)
    except Rejected as refusal:
        form.add_error("until", str(refusal))
        return show(request, where, "badges.html", here="students", context={"form": form})
    return _download(sheet.getvalue(), "application/pdf", f"badges-{where.site.slug}.pdf")


def _on_roll(where: Place, group: object) -> list[int]:
    roll = site_roll(where.site.pk, where.today)
    wanted = getattr(group, "pk", None)
    return [each.person_id for each in roll if wanted in (None, each.year_group_id)]


def _too_many(count: int) -> str:
    if count == 0:
        return _("Nobody is enrolled there today.")
    return ngettext(
        "%(n)s badge is too many for this page: choose a year group, or use "
        "“muster-gateway badges sheet”.",
        "%(n)s badges are too many for this page: choose a year group, or use "
        "“muster-gateway badges sheet”.",
        count,
    ) % {"n": count}


def _terms(request: HttpRequest, where: Place, until: date | None = None) -> Terms:
    return terms_at(where.site, until=until, by=request.user.get_username(), now=where.now)


def _state(badge: Badge, now: datetime) -> str:
    if badge.revoked_at is not None:
        return "revoked"
    return "expired" if badge.expires_at <= now else "valid"


def _download(content: bytes, content_type: str, name: str) -> HttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=disposition)
