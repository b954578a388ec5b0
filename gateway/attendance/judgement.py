"""What the evidence says of one person at one session. Values in, values out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from gateway.attendance.policy import Policy, Window
from gateway.attendance.rules import Judgement
from gateway.attendance.values import ArrivalMode, Base, Mark
from gateway.timetable.values import HELD, Standing
from kiosk.protocol.movements import Direction, Movement

MINUTE = timedelta(minutes=1)
_OTHER = {Direction.IN: Direction.OUT, Direction.OUT: Direction.IN}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one person around a session.

    `moves` are those of the day, and of the next where the session passes into it;
    `doubtful` says that the instant of one of them is only approximate. `check_ins` are
    confirmed ones. `standing` is that of the enrolment, None for who is not enrolled.
    """

    moves: tuple[Movement, ...] = ()
    doubtful: bool = False
    check_ins: tuple[datetime, ...] = ()
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """When somebody came, and when they left for good before the end; None while they stayed.

    `gaps` are when they were gone in between.
    """

    arrived_at: datetime
    left_at: datetime | None = None
    gaps: tuple[Window, ...] = ()

    @property
    def away(self) -> timedelta:
        """How long they were gone in between."""
        return sum((gap.length for gap in self.gaps), timedelta(0))


def through_the_night(
    evening: Sequence[Movement], night: Sequence[Movement]
) -> tuple[Movement, ...]:
    """The movements of a school date and of the next, as one who stayed past midnight made them.

    Kiosks begin each date anew: for whoever is still on site then, the first tap of the next
    date leaves, and the others go the other way, too.
    """
    if not evening or evening[-1].direction is Direction.OUT:
        return (*evening, *night)
    return (*evening, *(Movement(move.track, _OTHER[move.direction]) for move in night))


def judged(evidence: Evidence, window: Window, policy: Policy) -> Judgement | None:
    """What the evidence comes to; None while it says nothing.

    Nothing is judged from an instant that is only approximate. Its words give times on the
    clock of the window. Sources: MRK-01 (on hold), POL-01 (grace), POL-07 (partial, absent),
    OFF-04 (left early).
    """
    if evidence.standing is not None and evidence.standing in HELD:
        return Judgement(
            Mark(Base.ON_HOLD), f"the enrolment is {evidence.standing.value.replace('_', ' ')}"
        )
    stay = stay_of(evidence, window, policy)
    return None if stay is None else _judged(stay, window, policy)


def of_arrival(at: datetime, window: Window, policy: Policy) -> Judgement:
    """What coming at this instant, and staying, comes to."""
    return _judged(Stay(at, None), window, policy)


def stay_of(evidence: Evidence, window: Window, policy: Policy) -> Stay | None:
    """When the person was there, by taps or by a check-in; None where nothing says so.

    Whoever checks in after having left has come back.
    """
    opens, closes = window.opens_at(policy), window.closes_at(policy)
    by_taps = None if evidence.doubtful else _by_taps(evidence.moves, window, policy)
    checked_in = [at for at in evidence.check_ins if opens <= at <= closes]
    if not checked_in:
        return by_taps
    return Stay(min(checked_in)) if by_taps is None else _with_check_ins(by_taps, checked_in)


def _with_check_ins(stay: Stay, checked_in: Sequence[datetime]) -> Stay:
    """The stay where each check-in says that the person was there, too."""
    arrived_at = min(*checked_in, stay.arrived_at)
    gaps = tuple(Window(gap.starts_at, _back(gap, checked_in)) for gap in stay.gaps)
    later = [at for at in checked_in if stay.left_at is not None and at > stay.left_at]
    if stay.left_at is None or not later:
        return Stay(arrived_at, stay.left_at, gaps)
    return Stay(arrived_at, None, (*gaps, Window(stay.left_at, min(later))))


def _back(gap: Window, checked_in: Sequence[datetime]) -> datetime:
    """When they came back: by a tap, or by a check-in before it."""
    between = (at for at in checked_in if gap.starts_at < at < gap.ends_at)
    return min(between, default=gap.ends_at)


def _by_taps(moves: Sequence[Movement], window: Window, policy: Policy) -> Stay | None:
    if policy.arrival is ArrivalMode.ON_SITE:
        return _on_site(moves, window)
    return _in_window(moves, window, policy)


def _on_site(moves: Sequence[Movement], window: Window) -> Stay | None:
    """Whoever is signed in at the start has come, whenever that was; else the next sign-in counts.

    The last sign-out before the end, not followed by a sign-in, is when they left.
    """
    ordered = sorted(moves, key=lambda move: move.track.made_at)
    before = [move for move in ordered if move.track.made_at <= window.starts_at]
    during = [m for m in ordered if window.starts_at < m.track.made_at < window.ends_at]
    if before and before[-1].direction is Direction.IN:
        arrived_at = before[-1].track.made_at
    else:
        later = (m.track.made_at for m in during if m.direction is Direction.IN)
        first = next(later, None)
        if first is None:
            return None
        arrived_at = first
    last = during[-1] if during else None
    left = last is not None and last.direction is Direction.OUT
    gaps = (
        Window(gone.track.made_at, back.track.made_at)
        for gone, back in pairwise(during)
        if gone.direction is Direction.OUT
    )
    return Stay(arrived_at, last.track.made_at if left and last else None, tuple(gaps))


def _in_window(moves: Sequence[Movement], window: Window, policy: Policy) -> Stay | None:
    """The first tap in the window is the arrival, whichever way the door took it.

    Of later ones in the window every second one leaves, as at a door of the session's own.
    Whoever left before the start has not come before they are back.
    """
    opens, closes = window.opens_at(policy), window.closes_at(policy)
    taps = sorted(m.track.made_at for m in moves if opens <= m.track.made_at <= closes)
    visits = sum(at <= window.starts_at for at in taps) // 2
    inside = [at for at in taps[2 * visits :] if at < window.ends_at]
    if not inside:
        return None
    left_at = inside[-1] if len(inside) % 2 == 0 else None
    gaps = map(Window, inside[1::2], inside[2::2])
    return Stay(inside[0], left_at, tuple(gaps))


def _judged(stay: Stay, window: Window, policy: Policy) -> Judgement:
    late = max(stay.arrived_at - window.starts_at, timedelta(0))
    early = max(window.ends_at - stay.left_at, timedelta(0)) if stay.left_at else timedelta(0)
    arrived = f"arrived {stay.arrived_at.astimezone(window.starts_at.tzinfo):%H:%M}"
    absence = _why_absent(late, early + stay.away, window, policy)
    if absence:
        mark = Mark(Base.ABSENT, arrived_at=stay.arrived_at)
        return Judgement(mark, f"{arrived}, {absence}")
    mark = Mark(
        Base.PRESENT,
        late_minutes=_minutes(late) if late > policy.grace else None,
        left_early_minutes=_minutes(early) if early > policy.left_early_after else None,
        partial=policy.partial_after is not None and late > policy.partial_after,
        arrived_at=stay.arrived_at,
    )
    return Judgement(mark, ", ".join((arrived, *_reasons(late, mark, policy))))


def _why_absent(late: timedelta, gone: timedelta, window: Window, policy: Policy) -> str:
    """Why somebody who came counts as absent all the same; empty when they do not.

    `gone` is how long they were away since.
    """
    if policy.absent_after is not None and late > policy.absent_after:
        return f"more than {policy.absent_after // MINUTE} min late counts as absent"
    limit = policy.absent_if_missed
    if limit is not None and late + gone > limit * window.length:
        return f"missed {_minutes(late + gone)} of {window.length // MINUTE} min: absent"
    return ""


def _reasons(late: timedelta, mark: Mark, policy: Policy) -> Iterator[str]:
    if mark.late_minutes is not None:
        yield f"{_minutes(late - policy.grace)} min after grace"
    else:
        yield "within grace" if late else "in time"
    if mark.left_early_minutes is not None:
        yield f"left {mark.left_early_minutes} min early"
    if mark.partial:
        yield "partial attendance"


def _minutes(length: timedelta) -> int:
    """Whole minutes, but at least one: nobody is late by none (decision 14)."""
    return max(1, length // MINUTE)
