"""The numbers that turn an arrival into a mark, and everything else a profile decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.attendance.values import Activation, ArrivalMode, ExcuseReason, Verification
from gateway.people.values import Role


class Deed(StrEnum):
    """What a profile lets some roles do and others not."""

    MARK = "mark"
    ACTIVATE = "activate"
    COMPLETE = "complete"
    REOPEN = "reopen"
    UNLOCK = "unlock"
    BOOK = "book"
    WALK_IN = "walk_in"
    DECIDE_EXCUSE = "decide_excuse"
    DECIDE_CHECK_IN = "decide_check_in"


@dataclass(frozen=True, slots=True)
class LateStep:
    """So many lates come to so many absences."""

    lates: int
    absences: int


@dataclass(frozen=True, slots=True)
class Policy:
    """How one session is judged.

    A tap counts from `opens_before` the start to `closes_after` the end. At `grace` after
    the start one is present, a second later late. From more than `partial_after` on
    attendance is partial; from more than `absent_after` on, or when more than the share
    `absent_if_missed` of the session was missed, it is an absence. None switches a limit
    off. Signing out more than `left_early_after` before the end is leaving early.
    `excused_weight` is what an excused absence counts towards `absence_limit`.
    """

    arrival: ArrivalMode
    opens_before: timedelta
    closes_after: timedelta
    grace: timedelta
    partial_after: timedelta | None
    absent_after: timedelta | None
    absent_if_missed: float | None
    left_early_after: timedelta
    late_steps: tuple[LateStep, ...]
    excused_weight: float
    absence_limit: int | None
    due_after: timedelta
    escalate_after: timedelta
    lock_after: timedelta | None
    check_in_office: bool
    check_in_staff: bool
    session_code: bool
    code_step: timedelta
    printed_code: bool
    self_check_in: bool
    verification: frozenset[Verification]
    networks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatusWord:
    """A profile's name for a status, and its short form; `{late}` and `{early}` are minutes."""

    name: str
    short: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What one kind of attendance calls things, allows, and sets in motion.

    `statuses` is by `status.key`. `booked_until_over` is for those who call somebody Booked
    until the session is over, and only then Pending. `teacher_reasons` are the reasons a
    teacher may excuse for. `consequences` names the rooms that hear of marks.
    """

    name: str
    statuses: Mapping[str, StatusWord]
    policy: Policy
    activation: Activation
    completes_itself: bool
    booked_until_over: bool
    permissions: Mapping[Deed, frozenset[Role]]
    teacher_reasons: frozenset[ExcuseReason]
    consequences: frozenset[str]
    codes: str

    def allows(self, deed: Deed, roles: frozenset[Role]) -> bool:
        """Whether one of the roles may do this."""
        return not self.permissions[deed].isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Window:
    """When a session takes place."""

    starts_at: datetime
    ends_at: datetime

    @property
    def length(self) -> timedelta:
        """From start to end."""
        return self.ends_at - self.starts_at

    def opens_at(self, policy: Policy) -> datetime:
        """From when on a tap counts."""
        return self.starts_at - policy.opens_before

    def closes_at(self, policy: Policy) -> datetime:
        """Until when a tap counts."""
        return self.ends_at + policy.closes_after
