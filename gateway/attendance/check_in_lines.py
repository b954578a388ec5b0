"""Check-ins as they are shown: to who may check in, to who decides, to who looks for fraud."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from gateway.attendance.class_judging import policy_for, window_of
from gateway.attendance.entry_rules import Entry, entry_by_oneself
from gateway.attendance.models import CheckIn, Session, SharedPhone
from gateway.attendance.policy import Window
from gateway.attendance.values import (
    AttendeeState,
    CheckInState,
    SessionState,
    Verification,
)
from gateway.people.guardians import children_of
from gateway.people.models import Person

LONGEST_AHEAD = timedelta(days=1)
"""No policy opens a session longer before it begins."""


@dataclass(frozen=True, slots=True)
class CheckInLine:
    """One check-in; `verified` says what was asked of the person, empty for nothing."""

    id: int
    session_id: int
    title: str
    starts_at: datetime
    person_id: int
    name: str
    at: datetime
    method: str
    state: str
    by: str
    verified: tuple[str, ...]
    has_photo: bool
    decided_because: str


@dataclass(frozen=True, slots=True)
class SharedPhoneLine:
    """A phone that had checked in `other` was refused for `name` a moment later."""

    id: int
    session_id: int
    title: str
    name: str
    other: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OpenCheckIn:
    """A session somebody may check in to now; `state` is empty while they have not.

    Its window is on the clock of its site.
    """

    session_id: int
    title: str
    window: Window
    person_id: int
    name: str
    asked: frozenset[Verification]
    state: str


def pending_at(sessions: QuerySet[Session]) -> tuple[CheckInLine, ...]:
    """Check-ins that wait for a decision, as they came."""
    return _lines(CheckIn.objects.filter(session__in=sessions, state=CheckInState.PENDING.value))


def check_ins_at(session_id: int) -> tuple[CheckInLine, ...]:
    """Every check-in of a session, as they came (QR-05)."""
    return _lines(CheckIn.objects.filter(session=session_id))


def shared_phones(sessions: QuerySet[Session]) -> tuple[SharedPhoneLine, ...]:
    """Phones that tried to check in two people, that nobody has looked at (BIO-02)."""
    rows = SharedPhone.objects.filter(session__in=sessions, seen_at=None)
    return tuple(
        SharedPhoneLine(
            id=row.pk,
            session_id=row.session_id,
            title=row.session.title,
            name=str(row.person),
            other=str(row.other),
            at=row.at,
        )
        for row in rows.select_related("session", "person", "other").order_by("-at", "pk")
    )


def spoken_for(person_id: int) -> tuple[Person, ...]:
    """Whom a person may check in: themself first, then their children."""
    ids = (person_id, *children_of(person_id))
    found = Person.objects.filter(pk__in=ids, active=True)
    return tuple(sorted(found, key=lambda each: (each.pk != person_id, str(each), each.pk)))


def open_check_ins(people: Collection[Person], *, now: datetime) -> tuple[OpenCheckIn, ...]:
    """The sessions these people may check themselves in to at this moment (SLF-01)."""
    by_id = {person.pk: person for person in people}
    places = _places(by_id.keys(), now)
    found = Session.objects.filter(pk__in={session for session, _ in places})
    sessions = {s.pk: s for s in found.select_related("site") if _is_open(s, now)}
    states = _states(sessions, by_id.keys())
    return tuple(
        _open_line(sessions[session], by_id[person], states.get((session, person), ""))
        for session, person in sorted(places, key=lambda place: (place[1], place[0]))
        if session in sessions
    )


def _open_line(session: Session, person: Person, state: str) -> OpenCheckIn:
    return OpenCheckIn(
        session_id=session.pk,
        title=session.title,
        window=window_of(session, session.site),
        person_id=person.pk,
        name=str(person),
        asked=policy_for(session).verification,
        state=state,
    )


def _is_open(session: Session, now: datetime) -> bool:
    policy = policy_for(session)
    window = window_of(session, session.site)
    return policy.self_check_in and entry_by_oneself(window, policy, at=now) is Entry.OPEN


def _places(person_ids: Collection[int], now: datetime) -> set[tuple[int, int]]:
    """Sessions near now with those of these people that they expect."""
    near = Session.objects.filter(starts_at__lte=now + LONGEST_AHEAD, finishes_at__gte=now).exclude(
        state=SessionState.CANCELLED.value
    )
    booked = near.filter(
        attendees__person__in=person_ids, attendees__state=AttendeeState.BOOKED.value
    )
    return {
        *_expected(near, "meets__offering__enrolments", person_ids),
        *_expected(near, "division__year_groups__enrolments", person_ids),
        *booked.values_list("pk", "attendees__person_id"),
    }


def _expected(
    near: QuerySet[Session], by: str, person_ids: Collection[int]
) -> QuerySet[Session, tuple[int, int]]:
    """One condition, so that the row that covers the date is the person's own."""
    ends = Q(**{f"{by}__ends_on": None}) | Q(**{f"{by}__ends_on__gte": F("day")})
    person = Q(**{f"{by}__person__in": person_ids, f"{by}__starts_on__lte": F("day")})
    return near.filter(person & ends).values_list("pk", f"{by}__person_id")


def _states(sessions: Collection[int], person_ids: Collection[int]) -> dict[tuple[int, int], str]:
    """What became of check-ins; one that was refused may be made again."""
    rows = CheckIn.objects.filter(session__in=sessions, person__in=person_ids).order_by("pk")
    return {
        (session, person): state
        for session, person, state in rows.values_list("session_id", "person_id", "state")
    }


def _lines(rows: QuerySet[CheckIn]) -> tuple[CheckInLine, ...]:
    return tuple(
        CheckInLine(
            id=row.pk,
            session_id=row.session_id,
            title=row.session.title,
            starts_at=row.session.starts_at,
            person_id=row.person_id,
            name=str(row.person),
            at=row.at,
            method=row.method,
            state=row.state,
            by=row.by,
            verified=tuple(filter(None, row.verified.split(","))),
            has_photo=row.photo is not None,
            decided_because=row.decided_because,
        )
        for row in rows.select_related("session", "person").order_by("at", "pk")
    )
