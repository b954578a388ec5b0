"""The life of a session: made active, ended, reopened, cancelled, handed in, unlocked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from gateway.attendance import class_judging, closing
from gateway.attendance.absentees import Channel, Reached, reached, tell_absences
from gateway.attendance.errors import (
    NotInThisState,
    ReasonMissing,
    UnknownSession,
)
from gateway.attendance.expecting import Expectation, expected_at
from gateway.attendance.marking import Actor, open_roll, permit
from gateway.attendance.models import Session
from gateway.attendance.notices import News, tell_place
from gateway.attendance.policy import Deed
from gateway.attendance.profiling import profiles
from gateway.attendance.values import Activation, AttendeeState, CancelledBy, SessionState
from gateway.fleet.queries import heard
from gateway.fleet.rules import silent_kiosks
from gateway.people import roster
from gateway.timetable.values import HELD

OPEN = (SessionState.SCHEDULED.value, SessionState.ACTIVE.value)


@dataclass(frozen=True, slots=True)
class Ending:
    """What End session would do now. `unheard` are kiosks that may still hold taps."""

    session_id: int
    absent: tuple[Expectation, ...]
    told: tuple[Reached, ...]
    unheard: tuple[str, ...]


@transaction.atomic
def activate(*, session_id: int, by: Actor, now: datetime) -> Session:
    """Begin a session by hand; beginning it again changes nothing (SES-03).

    Raises UnknownSession, NotTaught, NotPermitted, RollLocked, NotInThisState.
    """
    session = open_roll(session_id, by=by, now=now, deed=Deed.ACTIVATE)
    if session.state == SessionState.COMPLETED.value:
        raise NotInThisState(f"{session.title} is completed: reopen it instead")
    class_judging.activate_rows([session.pk], now=now)
    session.refresh_from_db()
    return session


def preview_end(*, session_id: int, by: Actor, now: datetime) -> Ending:
    """Who would become absent, who would be told and how (SES-07). Changes nothing.

    Raises as `complete` does.
    """
    session = _endable(session_id, by, now)
    pending = closing.still_pending(session)
    absent = tuple(each for each in pending if each.standing not in HELD)
    silent = silent_kiosks(heard(session.site_id), cutoff=session.finishes_at)
    told = reached([each.person_id for each in absent])
    return Ending(session.pk, absent, told, tuple(sorted(silent)))


@transaction.atomic
def complete(
    *, session_id: int, by: Actor, now: datetime, tell: Collection[Channel] = ()
) -> tuple[int, ...]:
    """End a session: everybody still pending is absent (SES-07). Answers who they are.

    Those to be told of it are, by the channels in `tell`. However often and from wherever it
    is asked, it is done once: a session that is completed answers nobody. Raises
    UnknownSession, NotTaught, NotPermitted, RollLocked, and NotInThisState before it is begun
    and before taps count.
    """
    session = _endable(session_id, by, now)
    absent = _complete(session, now, by.name)
    tell_absences(session, absent, tell, now=now)
    return absent


@transaction.atomic
def reopen(*, session_id: int, by: Actor, because: str, now: datetime) -> None:
    """Make a completed session active again; its marks stay until somebody changes them.

    Raises UnknownSession, NotTaught, NotPermitted, RollLocked, ReasonMissing, NotInThisState.
    """
    session = open_roll(session_id, by=by, now=now, deed=Deed.REOPEN)
    if not because.strip():
        raise ReasonMissing("say why the session is opened again")
    done = Session.objects.filter(pk=session.pk, state=SessionState.COMPLETED.value)
    if not done.update(
        state=SessionState.ACTIVE.value,
        completed_at=None,
        reopened_by=by.name,
        reopened_because=because.strip(),
    ):
        raise NotInThisState(f"{session.title} is not completed: it needs no opening")


@transaction.atomic
def cancel(*, session_id: int, whose: CancelledBy, because: str, by: Actor, now: datetime) -> None:
    """Let a session not take place, because of the centre or of an absent teacher.

    Whoever booked a place, or waited for one, is told.
    Raises UnknownSession, NotTaught when it is cancelled already, NotPermitted, and
    NotInThisState when it was completed: its marks are a record.
    """
    session = open_roll(session_id, by=by, now=now, deed=Deed.ACTIVATE)
    changed = Session.objects.filter(pk=session.pk, state__in=OPEN).update(
        state=SessionState.CANCELLED.value,
        cancelled_by=whose.value,
        cancelled_because=because.strip(),
    )
    if not changed:
        raise NotInThisState(f"{session.title} is completed and cannot be cancelled any more")
    guests = session.attendees.exclude(state=AttendeeState.REMOVED.value)
    told = list(guests.values_list("person_id", flat=True))
    tell_place(session, told, News.CANCELLED, now=now)


@transaction.atomic
def submit(*, session_id: int, by: Actor, now: datetime) -> None:
    """Hand in the roll as it stands (MRK-02); handing it in again renews who and when.

    Raises UnknownSession, NotTaught, NotPermitted, RollLocked, and NotInThisState before taps
    count.
    """
    session = open_roll(session_id, by=by, now=now)
    if now < _opens_at(session):
        raise NotInThisState(f"{session.title} has not begun: there is nothing to hand in")
    Session.objects.filter(pk=session.pk).update(submitted_at=now, submitted_by=by.name)


@transaction.atomic
def unlock(*, session_id: int, until: datetime, because: str, by: Actor, now: datetime) -> None:
    """Let a locked roll be changed until an instant (POL-06).

    Raises UnknownSession, NotPermitted, ReasonMissing, NotInThisState for an instant past.
    """
    session = Session.objects.filter(pk=session_id).first()
    if session is None:
        raise UnknownSession(f"there is no session {session_id}")
    permit(session, by, Deed.UNLOCK)
    if not because.strip():
        raise ReasonMissing("say why the roll is unlocked")
    if until <= now:
        raise NotInThisState("the roll can only be unlocked until an instant that is to come")
    Session.objects.filter(pk=session.pk).update(
        unlocked_until=until, unlocked_by=by.name, unlocked_because=because.strip()
    )


@transaction.atomic
def close_after_check_in(*, session_id: int, now: datetime) -> int:
    """In check-in mode: whoever has not come yet is absent until they do (OFF-06).

    Kept by the worker for the promise that the first check-in made; twice is once. Answers
    how many were marked.
    """
    session = Session.objects.filter(pk=session_id, state__in=OPEN).first()
    if session is None:
        return 0
    roster.hold([each.person_id for each in expected_at(session)])
    return len(closing.close(session, now=now, why=closing.NOT_CHECKED_IN))


def run_clock(*, site_id: int, now: datetime) -> int:
    """Complete the sessions of the site whose time is over and whose profile says so (POL-05).

    While a kiosk may still hold taps of one, it waits. What a person opened again is left to
    a person. Answers how many were completed; killed half-way the rest is done the next time.
    """
    by_itself = [name for name, each in profiles().items() if each.completes_itself]
    over = Session.objects.filter(
        site_id=site_id,
        division=None,
        state__in=OPEN,
        reopened_by="",
        profile__in=by_itself,
        finishes_at__lt=now,
    )
    return sum(_complete_one(session, now) for session in over.order_by("pk"))


def waits_for(session: Session, *, now: datetime) -> tuple[str, ...]:
    """The kiosks that keep a session that is over from being completed by itself."""
    if now < _closes_at(session):
        return ()
    return tuple(sorted(silent_kiosks(heard(session.site_id), cutoff=_closes_at(session))))


def clock_profiles() -> tuple[str, ...]:
    """The profiles whose sessions begin by the clock."""
    return tuple(n for n, each in profiles().items() if each.activation is Activation.CLOCK)


@transaction.atomic
def _complete_one(session: Session, now: datetime) -> int:
    if now < _closes_at(session) or waits_for(session, now=now):
        return 0
    _complete(session, now, "")
    return 1


def _complete(session: Session, now: datetime, by: str) -> tuple[int, ...]:
    """Persons before sessions: in this one order nobody waits in a ring."""
    roster.hold([each.person_id for each in expected_at(session)])
    rows = Session.objects.filter(pk=session.pk)
    if connection.features.has_select_for_update:
        rows = rows.select_for_update(no_key=True)
    state = rows.values_list("state", flat=True).get()
    if state not in OPEN:
        return ()
    absent = closing.close(session, now=now, by=by)
    Session.objects.filter(pk=session.pk).update(
        state=SessionState.COMPLETED.value, completed_at=now, completed_by=by
    )
    return absent


def _endable(session_id: int, by: Actor, now: datetime) -> Session:
    session = open_roll(session_id, by=by, now=now, deed=Deed.COMPLETE)
    if session.state == SessionState.SCHEDULED.value and now < _opens_at(session):
        raise NotInThisState(
            f"{session.title} has not begun: cancel it where it does not take place"
        )
    return session


def _opens_at(session: Session) -> datetime:
    return session.starts_at - class_judging.policy_for(session).opens_before


def _closes_at(session: Session) -> datetime:
    return session.finishes_at + class_judging.policy_for(session).closes_after
