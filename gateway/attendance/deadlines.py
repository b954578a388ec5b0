"""By when a roll is submitted, and when it is locked. Values in, values out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from gateway.attendance.policy import Policy
from gateway.timetable.rules import Span


class Due(StrEnum):
    """How a roll stands to its deadline."""

    NOT_YET = "not_yet"
    SUBMITTED = "submitted"
    DUE = "due"
    OVERDUE = "overdue"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Roll:
    """What is known of a roll: `unlocked_until` is None where nobody unlocked it."""

    ends_at: datetime
    submitted_at: datetime | None = None
    unlocked_until: datetime | None = None
    is_empty: bool = False
    is_in_term: bool = True
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Deadline:
    """Where a roll stands, when it is due, and when it is locked; None where it never is."""

    due: Due
    due_at: datetime
    locks_at: datetime | None
    is_locked: bool


def deadline(roll: Roll, policy: Policy, *, now: datetime) -> Deadline:
    """Where the roll stands (MRK-03, POL-06, ALR-05).

    Nobody is reminded of a roll that is empty, cancelled, or of a term that is over. A lock
    falls `lock_after` the end, submitted or not; one who unlocked it puts that off.
    """
    due_at = roll.ends_at + policy.due_after
    locks_at = None if policy.lock_after is None else roll.ends_at + policy.lock_after
    is_open = roll.unlocked_until is not None and now < roll.unlocked_until
    is_locked = locks_at is not None and now >= locks_at and not is_open
    return Deadline(_due(roll, policy, now), due_at, locks_at, is_locked)


def is_past_term(day: date, terms: Collection[Span], *, today: date) -> bool:
    """Whether the terms that the date falls into are over; never for a date between terms."""
    ends = [term.last for term in terms if day in term]
    return bool(ends) and max(ends) < today


def _due(roll: Roll, policy: Policy, now: datetime) -> Due:
    if roll.submitted_at is not None:
        return Due.SUBMITTED
    is_nobodys = roll.is_empty or roll.is_cancelled or not roll.is_in_term
    if is_nobodys or now < roll.ends_at:
        return Due.NOT_YET
    overdue_at = roll.ends_at + policy.due_after
    if now < overdue_at:
        return Due.DUE
    return Due.ESCALATED if now >= overdue_at + policy.escalate_after else Due.OVERDUE
