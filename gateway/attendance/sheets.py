"""A roll with all that stands around it: totals, deadline, and what this login may do now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.attendance import class_judging
from gateway.attendance.deadlines import Deadline
from gateway.attendance.due import deadline_of
from gateway.attendance.errors import UnknownSession
from gateway.attendance.marking import Actor, undoable
from gateway.attendance.models import Session
from gateway.attendance.policy import Deed
from gateway.attendance.profiling import profile_of
from gateway.attendance.rolls import RollLine, lines_of
from gateway.attendance.summaries import SessionSummary, summarised
from gateway.attendance.values import SessionState


class Choice(StrEnum):
    """What may be done to a roll."""

    MARK = "mark"
    SUBMIT = "submit"
    UNDO = "undo"
    ACTIVATE = "activate"
    COMPLETE = "complete"
    CANCEL = "cancel"
    REOPEN = "reopen"
    UNLOCK = "unlock"
    WALK_IN = "walk_in"


_DEEDS = {
    Choice.MARK: Deed.MARK,
    Choice.SUBMIT: Deed.MARK,
    Choice.UNDO: Deed.MARK,
    Choice.ACTIVATE: Deed.ACTIVATE,
    Choice.COMPLETE: Deed.COMPLETE,
    Choice.CANCEL: Deed.ACTIVATE,
    Choice.REOPEN: Deed.REOPEN,
    Choice.UNLOCK: Deed.UNLOCK,
    Choice.WALK_IN: Deed.WALK_IN,
}
_OPEN = frozenset({SessionState.SCHEDULED, SessionState.ACTIVE})
_STATES = {
    Choice.ACTIVATE: frozenset({SessionState.SCHEDULED}),
    Choice.COMPLETE: _OPEN,
    Choice.CANCEL: _OPEN,
    Choice.REOPEN: frozenset({SessionState.COMPLETED}),
}
_NOT_CANCELLED = frozenset(SessionState) - {SessionState.CANCELLED}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One session's roll, whole; `may` is what whoever reads it may do with it now."""

    session: SessionSummary
    lines: tuple[RollLine, ...]
    deadline: Deadline
    may: frozenset[Choice]
    unlocked_until: datetime | None


def sheet_of(session_id: int, *, by: Actor, now: datetime) -> Sheet:
    """The roll as this login sees it. Raises UnknownSession."""
    session = Session.objects.select_related("site").filter(pk=session_id).first()
    if session is None:
        raise UnknownSession(f"there is no session {session_id}")
    (summary,) = summarised(Session.objects.filter(pk=session.pk))
    stands = deadline_of(session, is_empty=summary.total == 0, now=now)
    return Sheet(
        session=summary,
        lines=lines_of(session, now=now),
        deadline=stands,
        may=choices_of(session, stands, by=by, now=now),
        unlocked_until=session.unlocked_until,
    )


def choices_of(
    session: Session, deadline: Deadline, *, by: Actor, now: datetime
) -> frozenset[Choice]:
    """What this login may do to the roll now, as the services would let it."""
    profile = profile_of(session.profile)
    is_locked = session.division_id is None and deadline.is_locked
    conditions: dict[Choice, Callable[[], bool]] = {
        Choice.SUBMIT: lambda: now >= _opens_at(session),
        Choice.UNDO: lambda: bool(undoable(session.pk, by)),
    }
    return frozenset(
        choice
        for choice in Choice
        if is_locked is (choice is Choice.UNLOCK)
        and session.state in _STATES.get(choice, _NOT_CANCELLED)
        and profile.allows(_DEEDS[choice], by.roles)
        and conditions.get(choice, lambda: True)()
    )


def _opens_at(session: Session) -> datetime:
    window = class_judging.window_of(session, session.site)
    return window.opens_at(class_judging.policy_for(session))
