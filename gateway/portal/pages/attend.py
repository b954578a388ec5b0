"""Behind a session's code: the phone that scanned it logs in, and its owner is marked.

The scan is kept in a cookie until its owner is known; another cookie tells phones apart.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_GET

from gateway.attendance import code_entry
from gateway.attendance.class_judging import policy_for, window_of
from gateway.attendance.code_entry import TICKET_FOR, Redeemer
from gateway.attendance.errors import (
    NotOnRoll,
    NotOpenAnyMore,
    NotOpenYet,
    NotTaught,
    PhoneShared,
    UnknownSession,
    UnknownTicket,
    WrongCode,
)
from gateway.attendance.models import CheckIn, Session
from gateway.attendance.profiling import profile_of
from gateway.attendance.saying import standing_marks
from gateway.attendance.status import Status, status
from gateway.attendance.values import CheckInState
from gateway.attendance.words import NOTHING
from gateway.errors import Rejected
from gateway.portal.access import is_staff
from gateway.portal.visitors import visitor
from gateway.portal.words import Word

TICKET, PHONE = "muster_ticket", "muster_phone"
BELOW = "/attend/"
PHONE_FOR = timedelta(days=400)
"""The longest that browsers keep a cookie."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a page answers: a heading, a sentence on what to do, and a tone."""

    heading: Word
    text: Word
    tone: str = "warn"
    answers: int = 409


REFUSALS: dict[type[Rejected], Told] = {
    NotOpenAnyMore: Told(
        _("It is too late"), _("The time to check in is over. Please see your teacher.")
    ),
    WrongCode: Told(
        _("This code does not hold any more"),
        _("Codes change every few seconds. Please scan the one shown now."),
    ),
    UnknownTicket: Told(
        _("Please scan the code again"), _("A scan holds for five minutes, and for one person.")
    ),
    PhoneShared: Told(
        _("This phone has just checked in somebody else"),
        _("Everybody checks in with a phone of their own. Please see your teacher."),
        "bad",
    ),
    NotOnRoll: Told(
        _("You are not on the list"),
        _("The person of this login is not expected here. Please see your teacher."),
        answers=403,
    ),
    NotTaught: Told(_("This session does not take place"), _("Nobody checks in to it.")),
    UnknownSession: Told(
        _("There is no such session"), _("Please scan the code again"), answers=404
    ),
}
"""What refusals mean for who holds the phone, and what to do next."""


@require_GET
def scanned(request: HttpRequest, session_id: int, code: str) -> HttpResponse:
    """Keep the scan at once, then ask who it was. Wrong codes lock nobody out."""
    now = timezone.now()
    phone = request.COOKIES.get(PHONE) or secrets.token_urlsafe(32)
    try:
        ticket = code_entry.scan(session_id=session_id, code=code, device=phone, now=now)
    except Rejected as refusal:
        return _refused(request, session_id, refusal)
    answer = _kept_from_others(redirect("portal:attend", session_id))
    _set(answer, TICKET, ticket, TICKET_FOR)
    _set(answer, PHONE, phone, PHONE_FOR)
    return answer


def attend(request: HttpRequest, session_id: int) -> HttpResponse:
    """Log in where it must be, then mark whoever scanned. Loading it again changes nothing."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    who = visitor(request)
    if who is None:
        return _show(request, session_id, _for_nobody(request))
    try:
        made = _checked_in(request, session_id, who, timezone.now())
    except Rejected as refusal:
        return _refused(request, session_id, refusal)
    return _show(request, session_id, _done(made), made)


def _checked_in(request: HttpRequest, session_id: int, who: Redeemer, now: datetime) -> CheckIn:
    """What the scan came to; without one, what an earlier scan did. Raises Rejected."""
    ticket = request.COOKIES.get(TICKET)
    if ticket:
        return code_entry.redeem(ticket=ticket, by=who, now=now)
    rows = CheckIn.objects.filter(session=session_id, person=who.person_id)
    found = rows.filter(state=CheckInState.CONFIRMED.value).order_by("at").first()
    if found is None:
        raise UnknownTicket(code_entry.SCAN_AGAIN)
    return found


def _done(made: CheckIn) -> Told:
    with timezone.override(made.session.site.tz):
        at = date_format(timezone.localtime(made.at), "H:i:s")
    return Told(
        _("You are checked in"), gettext("Your scan counts from %(at)s.") % {"at": at}, "good", 200
    )


def _for_nobody(request: HttpRequest) -> Told:
    if is_staff(request.user):
        text = _("You are logged in as staff. Codes are for those on the list; mark it by hand.")
    else:
        text = _("No person belongs to this login. Please ask the office to link it.")
    return Told(_("This login cannot check in"), text, answers=403)


def _refused(request: HttpRequest, session_id: int, refusal: Rejected) -> HttpResponse:
    return _show(request, session_id, _words(session_id, refusal))


def _words(session_id: int, refusal: Rejected) -> Told:
    """The refusal in the reader's language, with what to do next."""
    if isinstance(refusal, NotOpenYet):
        text = gettext("You can check in from %(at)s on.") % {"at": _opens(session_id)}
        return Told(_("It is too early"), text)
    return REFUSALS.get(type(refusal), Told(_("That did not work"), str(refusal)))


def _opens(session_id: int) -> str:
    session = Session.objects.select_related("site").get(pk=session_id)
    opens = window_of(session, session.site).opens_at(policy_for(session))
    return date_format(opens, "j F, H:i")


def _show(
    request: HttpRequest, session_id: int, told: Told, made: CheckIn | None = None
) -> HttpResponse:
    session = Session.objects.filter(pk=session_id).select_related("site").first()
    if made is not None:  # the ticket names the session, whatever the address says
        session = made.session
    mark = None if made is None else _mark(made)
    context = {"told": told, "made": made, "session": session, "mark": mark}
    with timezone.override(session.site.tz if session else UTC):
        answer = render(request, "portal/attend.html", context, status=told.answers)
    return _kept_from_others(answer)


def _mark(made: CheckIn) -> Status:
    session, place = made.session, (made.session_id, made.person_id)
    standing = standing_marks([place]).get(place, NOTHING)
    return status(standing.mark, profile_of(session.profile), is_over=False)


def _set(answer: HttpResponse, name: str, value: str, lasts: timedelta) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=lasts,
        path=BELOW,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _kept_from_others(answer: HttpResponse) -> HttpResponse:
    """The address holds a code: no search engine and no other page learns it."""
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
