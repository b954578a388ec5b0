"""What marks come to over a term. Derived each time, never stored. Values in, values out."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.attendance.policy import LateStep, Policy
from gateway.attendance.values import EXCUSED, Base

OUTSIDE = frozenset({Base.ON_HOLD, Base.PENDING})
"""Marks that count neither for nor against."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One mark as a tally needs it; `is_excused` says that an excuse covers the session.

    `is_held` is false for a session that is still to come.
    """

    base: Base
    is_late: bool = False
    is_excused: bool = False
    is_held: bool = True


@dataclass(frozen=True, slots=True)
class Tally:
    """Sessions by what became of them; `lates` are those that no excuse covers."""

    scheduled: int
    held: int
    present: int
    absent: int
    excused: int
    lates: int
    lates_excused: int

    @property
    def over_held(self) -> float | None:
        """Present of those held, in percent; None while none was."""
        return _percent(self.present, self.held)

    @property
    def over_scheduled(self) -> float | None:
        """Present of all that are scheduled, in percent; None while none is."""
        return _percent(self.present, self.scheduled)

    @property
    def reachable(self) -> float | None:
        """The percentage over all scheduled that is reached by coming to all that is left."""
        return _percent(self.present + self.scheduled - self.held, self.scheduled)


@dataclass(frozen=True, slots=True)
class Sums:
    """A tally with what it comes to under a policy; `limit` None allows any number.

    The three percentages are those of the tally.
    """

    tally: Tally
    over_held: float | None
    over_scheduled: float | None
    reachable: float | None
    equivalent: int
    absences: float
    limit: int | None
    is_over: bool


def summed(tallied: Tally, policy: Policy) -> Sums:
    """What the tally comes to."""
    return Sums(
        tallied,
        tallied.over_held,
        tallied.over_scheduled,
        tallied.reachable,
        equivalent_absences(tallied.lates, policy.late_steps),
        absences(tallied, policy),
        policy.absence_limit,
        is_over_limit(tallied, policy),
    )


def tally(marks: Iterable[Counted]) -> Tally:
    """Count the marks. A session nobody marked yet counts as scheduled, not as held."""
    counted = [mark for mark in marks if mark.base is not Base.ON_HOLD]
    held = [mark for mark in counted if mark.is_held and mark.base not in OUTSIDE]
    lates = [mark for mark in held if mark.is_late and mark.base is Base.PRESENT]
    return Tally(
        scheduled=len(counted),
        held=len(held),
        present=sum(mark.base is Base.PRESENT for mark in held),
        absent=sum(mark.base is Base.ABSENT for mark in held),
        excused=sum(mark.base in EXCUSED for mark in held),
        lates=sum(not mark.is_excused for mark in lates),
        lates_excused=sum(mark.is_excused for mark in lates),
    )


def equivalent_absences(lates: int, steps: Iterable[LateStep]) -> int:
    """What so many lates come to: that of the highest step reached (POL-02: 3 = 1, 7 = 2)."""
    return max((step.absences for step in steps if lates >= step.lates), default=0)


def absences(tallied: Tally, policy: Policy) -> float:
    """All that counts towards the limit: absences, excused ones by weight, lates by steps."""
    by_lates = equivalent_absences(tallied.lates, policy.late_steps)
    return tallied.absent + policy.excused_weight * tallied.excused + by_lates


def is_over_limit(tallied: Tally, policy: Policy) -> bool:
    """Whether more absences are counted than the policy allows."""
    return policy.absence_limit is not None and absences(tallied, policy) > policy.absence_limit


def _percent(part: int, whole: int) -> float | None:
    return None if whole == 0 else round(100 * part / whole, 1)
