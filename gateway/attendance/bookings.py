"""Places at a session: who has one, who waits for one, and what frees them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max, Min

from gateway.attendance.errors import (
    NotActive,
    NotBookable,
    NotOnRoll,
    NotTaught,
    OnRollAlready,
    TaughtAlready,
    UnknownSession,
)
from gateway.attendance.expecting import expected_at, offerings_of
from gateway.attendance.leaving import take_back
from gateway.attendance.marking import Actor, permit
from gateway.attendance.models import Attendee, Session
from gateway.attendance.notices import News, tell_place
from gateway.attendance.policy import Deed
from gateway.attendance.profiling import profile_of
from gateway.attendance.services import judge_people
from gateway.attendance.values import AttendeeSource, AttendeeState, Base, SessionState
from gateway.people import roster
from gateway.people.errors import UnknownPerson
from gateway.people.models import Person
from gateway.timetable.models import Offering

BOOKED, WAITING, REMOVED = (each.value for each in AttendeeState)
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Booking:
    """How somebody stands to a session; `place` is theirs in the waiting line, from 1."""

    session_id: int
    person_id: int
    state: AttendeeState
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """How many may come, None for any number, how many are expected, and how many wait."""

    capacity: int | None
    taken: int
    waiting: int

    @property
    def free(self) -> int | None:
        """Places that are left, none below zero; None for any number."""
        return None if self.capacity is None else max(0, self.capacity - self.taken)


def book(
    *,
    session_id: int,
    person_id: int,
    by: Actor,
    now: datetime,
    source: AttendeeSource = AttendeeSource.BOOKING,
) -> Booking:
    """Give the person a place, or the last one in the waiting line where there is none (TRN-11).

    Booking twice is booking once; who was removed may come back, to the end of the line. The
    person is told. Raises UnknownSession, NotTaught, NotBookable, NotPermitted, UnknownPerson,
    NotActive, OnRollAlready, and TaughtAlready once the session has begun.
    """
    with transaction.atomic():
        session = _held_session(session_id, by, [person_id])
        active_person(person_id)
        if has_begun(session, now):
            raise TaughtAlready(f"{session.title} has begun: add them as a walk-in instead")
        _refuse_enrolled(session, person_id)
        _join(session, person_id, source, by, now)
        moved = _fill(session, now)
        booking = _booking(session, person_id)
        if booking.state is AttendeeState.WAITING:
            tell_place(session, [person_id], News.WAITS, now=now)
    _judge(session, moved, now)
    return booking


def remove(*, session_id: int, person_id: int, by: Actor, now: datetime) -> None:
    """Take a booking back before the session begins; its place goes to the next in line (TRN-10).

    Both are told; removing twice is removing once. Once it has begun only who waits can be
    removed. Raises UnknownSession, NotTaught, NotBookable, NotPermitted, NotOnRoll, TaughtAlready.
    """
    with transaction.atomic():
        session = _held_session(session_id, by, [person_id])
        attendee = Attendee.objects.filter(session=session, person=person_id).first()
        if attendee is None:
            raise NotOnRoll(f"person {person_id} has no booking of {session.title}")
        if attendee.state == REMOVED:
            return
        if attendee.state == BOOKED and has_begun(session, now):
            absent = profile_of(session.profile).statuses[Base.ABSENT.value].name
            raise TaughtAlready(f"{session.title} has begun: mark them {absent} instead")
        Attendee.objects.filter(pk=attendee.pk).update(
            state=REMOVED, removed_at=now, removed_by=by.name
        )
        take_back(session, [person_id], now=now)
        tell_place(session, [person_id], News.REMOVED, now=now)
        moved = _fill(session, now)
    _judge(session, moved, now)


def set_capacity(
    *, session_id: int, capacity: int | None, by: Actor, now: datetime
) -> tuple[int, ...]:
    """How many this session takes; with None what its offerings and its room take.

    New places go to those who wait, who are told; answers who they are. Nobody loses a place.
    Raises UnknownSession, NotTaught, NotBookable, NotPermitted.
    """
    with transaction.atomic():
        session = _held_session(session_id, by, [])
        Session.objects.filter(pk=session.pk).update(capacity=capacity)
        session.capacity = capacity
        moved = _fill(session, now)
    _judge(session, moved, now)
    return moved


def fill(*, session_id: int, now: datetime) -> tuple[int, ...]:
    """Give the places that are free to those who wait, who are told; answers who they are.

    For whoever changed what a session takes, or who is enrolled. Raises UnknownSession.
    """
    with transaction.atomic():
        session = lock_session(session_id)
        moved = _fill(session, now)
    _judge(session, moved, now)
    return moved


def fill_lines(*, site_id: int, now: datetime) -> int:
    """As `fill`, for every session at the site that somebody waits for; answers how many came in.

    Run by the clock, it gives out what became free elsewhere: an offering takes more, or an
    enrolment ended.
    """
    waiting = Attendee.objects.filter(
        state=WAITING,
        session__site=site_id,
        session__state=SessionState.SCHEDULED.value,
        session__starts_at__gt=now,
    )
    sessions = waiting.order_by("session_id").values_list("session_id", flat=True).distinct()
    return sum(len(fill(session_id=each, now=now)) for each in sessions)


def bookings_of(session_id: int) -> tuple[Booking, ...]:
    """Who has a place beside the enrolled, then who waits, in the order of the line."""
    rows = Attendee.objects.filter(session=session_id).exclude(state=REMOVED)
    lines = rows.order_by("state", "queued_at", "pk").values_list("person_id", "state")
    waiting = [person for person, state in lines if state == WAITING]
    return tuple(
        Booking(
            session_id,
            person,
            AttendeeState(state),
            waiting.index(person) + 1 if state == WAITING else None,
        )
        for person, state in lines
    )


def places_at(session: Session) -> Places:
    """What the session takes, and how much of it is taken by the enrolled and the booked."""
    waiting = Attendee.objects.filter(session=session, state=WAITING).count()
    return Places(capacity_of(session), len(expected_at(session)), waiting)


def capacity_of(session: Session) -> int | None:
    """The session's own capacity, else the smallest of its offerings', else its room's seats."""
    if session.capacity is not None:
        return session.capacity
    offerings = Offering.objects.filter(pk__in=offerings_of(session))
    smallest: int | None = offerings.aggregate(least=Min("capacity"))["least"]
    if smallest is not None:
        return smallest
    return session.room.seats if session.room else None


def has_begun(session: Session, now: datetime) -> bool:
    """Whether it is under way or over, by the clock or by somebody who began it."""
    return now >= session.starts_at or session.state in (
        SessionState.ACTIVE.value,
        SessionState.COMPLETED.value,
    )


def active_person(person_id: int) -> Person:
    """The person, who is still there. Raises UnknownPerson, NotActive."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise UnknownPerson(f"there is no person {person_id}")
    if person.merged_into_id is not None:
        raise NotActive(
            f"person {person_id} was merged: add person {person.merged_into_id} instead"
        )
    if not person.active:
        raise NotActive(f"person {person_id} left: make them active again first")
    return person


def lock_session(session_id: int) -> Session:
    """The session's row, held until the transaction ends; persons are held before it.

    SQLite has one writer at a time and needs no lock. Raises UnknownSession.
    """
    rows = Session.objects.filter(pk=session_id)
    if connection.features.has_select_for_update:
        rows = rows.select_for_update(no_key=True)
    session = rows.first()
    if session is None:
        raise UnknownSession(f"there is no session {session_id}")
    return session


def _held_session(session_id: int, by: Actor, person_ids: Collection[int]) -> Session:
    roster.hold(person_ids)
    session = lock_session(session_id)
    if session.state == SessionState.CANCELLED.value:
        raise NotTaught(f"{session.title} on {session.day} was cancelled: choose another date")
    if session.division_id is not None:
        raise NotBookable(f"{session.title} is a registration period: nobody is booked into it")
    permit(session, by, Deed.BOOK)
    return session


def _refuse_enrolled(session: Session, person_id: int) -> None:
    on_roll = {each.person_id: each for each in expected_at(session)}
    found = on_roll.get(person_id)
    if found is not None and found.source is None:
        raise OnRollAlready(f"{found.name} is enrolled in {found.group} and needs no booking")


def _join(
    session: Session, person_id: int, source: AttendeeSource, by: Actor, now: datetime
) -> None:
    """To the end of the line, unless the person stands in it or has a place."""
    line = Attendee.objects.filter(session=session)
    if line.filter(person=person_id).exclude(state=REMOVED).exists():
        return
    last = line.filter(state=WAITING).aggregate(last=Max("queued_at"))["last"]
    line.update_or_create(
        session=session,
        person_id=person_id,
        defaults={
            "state": WAITING,
            "source": source.value,
            "queued_at": now if last is None else max(now, last + INSTANT),
            "added_by": by.name,
            "removed_at": None,
            "removed_by": "",
        },
    )


def _fill(session: Session, now: datetime) -> tuple[int, ...]:
    """The first in line have the places that are free, until the session begins."""
    if has_begun(session, now) or session.state == SessionState.CANCELLED.value:
        return ()
    free = places_at(session).free
    waiting = Attendee.objects.filter(session=session, state=WAITING, person__active=True)
    line = waiting.order_by("queued_at", "pk")
    next_ones = list(line if free is None else line[:free])
    Attendee.objects.filter(pk__in=[each.pk for each in next_ones]).update(state=BOOKED)
    moved = tuple(each.person_id for each in next_ones)
    tell_place(session, moved, News.HAS_PLACE, now=now)
    return moved


def _judge(session: Session, person_ids: Collection[int], now: datetime) -> None:
    """Who signed in before they had a place has come; a place first, then its mark."""
    if person_ids:
        judge_people(session=session, person_ids=sorted(person_ids), now=now)


def _booking(session: Session, person_id: int) -> Booking:
    return next(each for each in bookings_of(session.pk) if each.person_id == person_id)
