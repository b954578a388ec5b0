"""Looking people up, and giving a card that nobody holds to its holder."""

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from gateway.attendance import attention
from gateway.attendance.attention import UnknownCredential
from gateway.attendance.services import resolve_unknown
from gateway.people.services import set_credential
from gateway.portal.access import office_page
from gateway.portal.acts import act
from gateway.portal.cards import named
from gateway.portal.frame import Place, place, show
from gateway.portal.students import Found, find_people
from gateway.timetable.models import YearGroup
from kiosk.protocol.messages import Method


@office_page
def students_page(request: HttpRequest, site: str) -> HttpResponse:
    """Everybody whose name holds what was typed."""
    where = place(site)
    groups = YearGroup.objects.filter(division__site=where.site)
    context = {"found": _found(request, where), "groups": groups, **_asked(request)}
    return show(request, where, "students.html", here="students", context=context)


@office_page
def assign_page(request: HttpRequest, site: str, card: str) -> HttpResponse:
    """Say who holds a card that was shown today; its taps count from then on."""
    where = place(site)
    unknown = named(card, attention.unknown_credentials(where.site.pk, where.today))
    if unknown is None:
        raise Http404
    if request.method == "POST":
        return _assign(request, where, unknown)
    context = {
        "card": unknown,
        "name": card,
        "stills": attention.stills_of(unknown, site_id=where.site.pk, day=where.today),
        "found": _found(request, where),
        **_asked(request),
    }
    return show(request, where, "assign.html", here="students", context=context)


def _assign(request: HttpRequest, where: Place, card: UnknownCredential) -> HttpResponse:
    person_id = _number(request.POST.get("person"))
    if person_id is None:
        raise Http404

    def give() -> None:
        method = Method(card.method)
        with transaction.atomic():
            set_credential(person_id=person_id, method=method, value=card.value)
            resolve_unknown(method=card.method, value=card.value, now=where.now)

    done = _("The card is assigned; its taps count now.")
    return act(request, give, done=done, back="board", at=(where.site.slug,))


def _found(request: HttpRequest, where: Place) -> Found:
    return find_people(
        search=request.GET.get("q", ""),
        year_group=_number(request.GET.get("year")),
        day=where.today,
        page=_number(request.GET.get("page")) or 1,
    )


def _asked(request: HttpRequest) -> dict[str, str | int | None]:
    return {"q": request.GET.get("q", ""), "year": _number(request.GET.get("year"))}


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 16 else None
