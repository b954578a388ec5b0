"""What is answered to a person who shows a credential. Pure: given what is known, it decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from drivers.clock.clock import Reading
from kiosk.protocol import days
from kiosk.protocol.badge_reading import Refusal
from kiosk.protocol.clocks import Anchor, repaired
from kiosk.protocol.lateness import Lateness, minutes_late
from kiosk.protocol.messages import LatePeriod, Method, PersonKind, Shown
from kiosk.protocol.movements import Direction, Track, movements
from kiosk.protocol.options import BadgeKey, SessionCode
from kiosk.protocol.remarks import NotEnrolled


class Outcome(StrEnum):
    """What a person is shown."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    ALREADY_IN = "already_in"
    ALREADY_OUT = "already_out"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"
    NOT_RECORDED = "not_recorded"
    ENROLLED = "enrolled"
    NOT_ENROLLED = "not_enrolled"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a driver saw, and when, before anyone knows who it is.

    `typed` is how a reader that types had written it, empty for any other.
    """

    method: Method
    value: str
    reading: Reading
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """The person a credential belongs to, as far as the roster knows."""

    person: int
    kind: PersonKind
    name: str
    language: str
    year_group: int | None


@dataclass(frozen=True, slots=True)
class Presented:
    """A credential the roster was asked for: who holds it, and whether it may be used.

    `because` says why nobody is let in with a badge that is the school's own.
    """

    holder: Holder | None
    is_blocked: bool
    because: Refusal | None = None


@dataclass(frozen=True, slots=True)
class SiteRules:
    """What a kiosk must know of its site to decide alone."""

    zone: ZoneInfo
    day_starts: time = days.MIDNIGHT
    repeat_window: timedelta = timedelta(minutes=1)
    late_periods: tuple[LatePeriod, ...] = ()
    badge_keys: tuple[BadgeKey, ...] = ()
    pin_key: str = ""
    finds_names: bool = False
    show_names: bool = True
    ask_late_reason: bool = False
    identifies_faces: bool = False
    session_codes: tuple[SessionCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Instant:
    """When a sighting is held to have been; `exact` unless the clock could not be trusted."""

    at: datetime
    exact: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. `journalled` is what the journal keeps, None when it keeps nothing.

    `since` is when the movement was that a repeat repeats.
    """

    outcome: Outcome
    journalled: Shown | None
    late_minutes: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person is told. `seq` and `track` are None when no track was journalled.

    `person` is who was let in, None when nobody was.
    """

    outcome: Outcome
    at: datetime
    name: str = ""
    language: str | None = None
    late_minutes: int | None = None
    since: datetime | None = None
    seq: int | None = None
    track: UUID | None = None
    person: int | None = None
    because: Refusal | NotEnrolled | None = None


REFUSED = {Shown.UNKNOWN: Outcome.UNKNOWN, Shown.BLOCKED: Outcome.BLOCKED}
MOVED = {
    Direction.IN: (Outcome.SIGNED_IN, Shown.SIGNED_IN, Outcome.ALREADY_IN),
    Direction.OUT: (Outcome.SIGNED_OUT, Shown.SIGNED_OUT, Outcome.ALREADY_OUT),
}


def instant_of(reading: Reading, anchor: Anchor | None) -> Instant:
    """The instant a reading stands for; `anchor` is that of the reading's boot, if it has one.

    A trusted claim holds. One that is not is repaired by uptime when the boot was ever
    synchronised, and taken as it is, not exact, when it never was.
    """
    if reading.trusted:
        return Instant(reading.utc, exact=True)
    if anchor is not None:
        return Instant(repaired(reading.uptime, anchor), exact=True)
    return Instant(reading.utc, exact=False)


def admit(
    holder: Holder, instant: Instant, *, tracks: Iterable[Track], rules: SiteRules
) -> Decision:
    """What a known person is told who now shows a credential that is not blocked.

    `tracks` are the person's of the instant's school day, own and foreign, in any order.
    A new one follows all of them, so it is the next of the day's odd and even ones; within
    the repeat window of the last that counted it is a repeat, and not journalled.
    """
    moves = movements(tracks, repeat_window=rules.repeat_window)
    if moves and abs(instant.at - moves[-1].track.made_at) < rules.repeat_window:
        last = moves[-1]
        return Decision(MOVED[last.direction][2], None, since=last.track.made_at)
    direction = Direction.OUT if len(moves) % 2 else Direction.IN
    outcome, shown, _ = MOVED[direction]
    late = None if moves else _late_minutes(holder, instant, rules)
    return Decision(outcome, shown, late_minutes=late)


def refuse(shown: Shown, at: datetime, *, last_at: datetime | None, rules: SiteRules) -> Decision:
    """What the holder of an unknown or blocked credential is told.

    It is journalled once in a repeat window: `last_at` is when this credential was last.
    """
    is_repeat = last_at is not None and abs(at - last_at) < rules.repeat_window
    return Decision(REFUSED[shown], None if is_repeat else shown)


def _late_minutes(holder: Holder, instant: Instant, rules: SiteRules) -> int | None:
    """Minutes late for the day's first period of the student's year group (TRK-04, TRK-05)."""
    if holder.kind is not PersonKind.STUDENT or not instant.exact:
        return None
    day = days.school_day(instant.at, zone=rules.zone, day_starts=rules.day_starts)
    period = _first_period(rules.late_periods, day=day, year_group=holder.year_group)
    if period is None:
        return None
    lateness = Lateness(period.late_after, period.minutes_from, period.rounding)
    return minutes_late(instant.at, lateness)


def _first_period(
    periods: Iterable[LatePeriod], *, day: date, year_group: int | None
) -> LatePeriod | None:
    of_group = (each for each in periods if each.day == day and year_group in each.year_groups)
    return min(of_group, key=lambda each: each.late_after, default=None)
