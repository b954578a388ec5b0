"""Checking in by a session's code: a scan becomes a ticket, a ticket becomes a check-in.

The ticket lies between the two, because a phone may have to log in first; what counts is the
instant of the scan.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import connection, transaction
from django.db.models import Q

from gateway.attendance.class_judging import policy_for, window_of
from gateway.attendance.entry_codes import code_keys
from gateway.attendance.entry_rules import (
    SAME_PHONE,
    Entry,
    Use,
    entry_by_code,
    marked_another,
    method_of,
)
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
from gateway.attendance.expecting import expected_at
from gateway.attendance.meetings import outside_dates
from gateway.attendance.models import CheckIn, Session, SharedPhone, Ticket
from gateway.attendance.services import judge_people
from gateway.attendance.values import CheckInMethod, CheckInState, SessionState
from gateway.people import roster

TICKET_FOR = timedelta(minutes=5)
"""So long after the scan somebody may say who they are."""
BY_CODE = (CheckInMethod.CODE.value, CheckInMethod.PRINTED_CODE.value)
SCAN_AGAIN = "this scan is used up or too long ago: please scan the code again"


@dataclass(frozen=True, slots=True)
class Redeemer:
    """The login that redeems a ticket, and the person it belongs to."""

    name: str
    person_id: int


def scan(*, session_id: int, code: str, device: str, now: datetime) -> str:
    """Keep that a code was scanned; answers the ticket, which nobody can look up again.

    `device` is what tells this phone from others; only its digest is kept. A refused scan
    leaves nothing behind. Raises UnknownSession, NotTaught, NotOpenYet, NotOpenAnyMore,
    WrongCode.
    """
    session = open_session(session_id)
    policy, window = policy_for(session), window_of(session, session.site)
    refuse_closed(session, entry_by_code(window, policy, at=now))
    method = method_of(code, code_keys(session.pk), policy, at=now)
    if method is None:
        raise WrongCode("this code does not hold any more: please scan the one shown now")
    ticket = secrets.token_urlsafe(32)
    Ticket.objects.create(
        digest=digest(ticket),
        session=session,
        device=digest(device) if device else "",
        method=method.value,
        scanned_at=now,
        expires_at=now + TICKET_FOR,
    )
    return ticket


def redeem(*, ticket: str, by: Redeemer, now: datetime) -> CheckIn:
    """Check the person in at the instant of the scan, and judge them.

    A ticket is good for one person, once: redeeming it again answers the same check-in.
    Raises UnknownTicket, NotTaught, NotOnRoll, and PhoneShared, which staff will see.
    """
    outcome = _redeem(digest(ticket), by, now)
    if isinstance(outcome, SharedPhone):
        raise PhoneShared("this phone has just checked in somebody else: see your teacher")
    return outcome


def open_session(session_id: int) -> Session:
    """The session, where it takes place. Raises UnknownSession, NotTaught."""
    session = Session.objects.filter(pk=session_id).select_related("site").first()
    if session is None:
        raise UnknownSession(f"there is no session {session_id}")
    if session.state == SessionState.CANCELLED.value:
        raise NotTaught(f"{session.title} on {session.day} was cancelled")
    if session.division_id is None and outside_dates(session):
        raise NotTaught(f"{session.title} is not scheduled to meet on {session.day}")
    return session


def refuse_closed(session: Session, entry: Entry) -> None:
    """Raises NotOpenYet and NotOpenAnyMore."""
    if entry is Entry.NOT_YET:
        raise NotOpenYet(f"it is too early to check in to {session.title}: please try again later")
    if entry is Entry.OVER:
        raise NotOpenAnyMore(f"it is too late to check in to {session.title}: see your teacher")


def refuse_stranger(session: Session, person_id: int) -> None:
    """Raises NotOnRoll."""
    if person_id not in {each.person_id for each in expected_at(session)}:
        raise NotOnRoll(f"you are not on the roll of {session.title}: see your teacher")


def see_shared_phone(*, shared_id: int, by: str, now: datetime) -> bool:
    """Somebody knows of two people with one phone; False when it was known already."""
    unseen = SharedPhone.objects.filter(pk=shared_id, seen_at=None)
    return bool(unseen.update(seen_at=now, seen_by=by))


def purge_tickets(*, before: datetime) -> int:
    """Forget tickets that ran out; answers how many."""
    return Ticket.objects.filter(expires_at__lt=before).delete()[0]


def digest(secret: str) -> str:
    """What is kept of a ticket or of a phone's cookie."""
    return sha256(secret.encode()).hexdigest()


@transaction.atomic
def _redeem(held: str, by: Redeemer, now: datetime) -> CheckIn | SharedPhone:
    """What is flagged must outlast the refusal, so it is answered instead of raised."""
    roster.hold([by.person_id])
    ticket = _hold(held)
    if ticket is None or ticket.person_id not in {None, by.person_id}:
        raise UnknownTicket(SCAN_AGAIN)
    if ticket.used_at is not None:
        return _standing(ticket, by.person_id)
    if now > ticket.expires_at:
        raise UnknownTicket(SCAN_AGAIN)
    session = open_session(ticket.session_id)
    refuse_stranger(session, by.person_id)
    other = marked_another(_uses(ticket), by.person_id, at=ticket.scanned_at)
    if other is not None:
        return _flag(ticket, by.person_id, other)
    Ticket.objects.filter(pk=ticket.pk).update(used_at=now, person_id=by.person_id)
    return _check_in(session, ticket, by, now)


def _hold(held: str) -> Ticket | None:
    """The ticket; nobody else redeems one of the same phone until the transaction ends."""
    ticket = Ticket.objects.filter(pk=held).first()
    if ticket is None or not connection.features.has_select_for_update:
        return ticket
    which = Q(pk=held)
    if ticket.device:
        around = (ticket.scanned_at - SAME_PHONE, ticket.scanned_at + SAME_PHONE)
        which |= Q(device=ticket.device, scanned_at__range=around)
    rows = Ticket.objects.filter(which).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))
    return Ticket.objects.filter(pk=held).first()


def _uses(ticket: Ticket) -> Collection[Use]:
    """Whom the phone checked in around the scan; without a cookie nothing is known of it."""
    if not ticket.device:
        return ()
    around = (ticket.scanned_at - SAME_PHONE, ticket.scanned_at + SAME_PHONE)
    rows = CheckIn.objects.filter(device=ticket.device, at__range=around, method__in=BY_CODE)
    counting = rows.exclude(state=CheckInState.REFUSED.value)
    return [Use(person, at) for person, at in counting.values_list("person_id", "at")]


def _flag(ticket: Ticket, person_id: int, other: Use) -> SharedPhone:
    flagged, _ = SharedPhone.objects.select_related("other").get_or_create(
        session_id=ticket.session_id,
        person_id=person_id,
        other_id=other.person_id,
        defaults={"at": ticket.scanned_at},
    )
    return flagged


def _check_in(session: Session, ticket: Ticket, by: Redeemer, now: datetime) -> CheckIn:
    """One check-in that counts is enough, unless this scan was earlier."""
    standing = _counting(session.pk, by.person_id)
    if standing is not None and standing.at <= ticket.scanned_at:
        return standing
    made = CheckIn.objects.create(
        session=session,
        person_id=by.person_id,
        at=ticket.scanned_at,
        method=ticket.method,
        state=CheckInState.CONFIRMED.value,
        by=by.name,
        device=ticket.device,
        decided_at=now,
    )
    judge_people(session=session, person_ids=[by.person_id], now=now)
    return made


def _standing(ticket: Ticket, person_id: int) -> CheckIn:
    standing = _counting(ticket.session_id, person_id)
    if standing is None:
        raise UnknownTicket(SCAN_AGAIN)
    return standing


def _counting(session_id: int, person_id: int) -> CheckIn | None:
    rows = CheckIn.objects.filter(session=session_id, person=person_id)
    return rows.filter(state=CheckInState.CONFIRMED.value).order_by("at").first()
