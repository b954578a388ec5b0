"""What tracks come to: days, judgements and the current mark. Values in, values out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from gateway.attendance.values import Base, Hold, HoldKind, LateFrom, Mark
from kiosk.protocol.clocks import Anchor, TimeQuality, clamped, repaired
from kiosk.protocol.lateness import Lateness, Rounding, minutes_late
from kiosk.protocol.messages import Shown
from kiosk.protocol.movements import Direction, Movement, Presence, Track, movements, presence

REPEAT = "repeat"
TOLERATED_AHEAD = timedelta(minutes=2)
"""How far a trusted clock may be ahead of ours before its claim is doubted."""

OLDEST_STILL = timedelta(days=366)
"""A kiosk says nothing of a time before it was made; its clock may."""

_SHOWN = {Shown.SIGNED_IN: Direction.IN, Shown.SIGNED_OUT: Direction.OUT}


@dataclass(frozen=True, slots=True)
class Claim:
    """What a kiosk said of the moment of a track."""

    made_at: datetime
    uptime: timedelta
    trusted: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """The instant a track is held for, and how far it can be relied on."""

    at: datetime
    quality: TimeQuality


@dataclass(frozen=True, slots=True)
class Sighting:
    """One counted track of a day with what its kiosk showed."""

    id: UUID
    at: datetime
    shown: Shown
    quality: TimeQuality


@dataclass(frozen=True, slots=True)
class Day:
    """What one person's counted tracks of one school day at one site come to.

    `approximate` says that the instant of some track is in doubt, `begins_in_doubt` that
    the first sign-in's is.
    """

    presence: Presence
    moves: tuple[Movement, ...]
    first_in_at: datetime | None
    last_at: datetime | None
    approximate: bool
    begins_in_doubt: bool
    differences: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class Period:
    """The three points of a registration period."""

    starts_at: datetime
    registers_at: datetime
    finishes_at: datetime

    def point(self, which: LateFrom) -> datetime:
        """The instant of one of the three."""
        return {
            LateFrom.START: self.starts_at,
            LateFrom.REGISTER_TIME: self.registers_at,
            LateFrom.FINISH: self.finishes_at,
        }[which]


@dataclass(frozen=True, slots=True)
class LatePolicy:
    """How a site tells late; a site without ERP integration has none (TRK-05)."""

    after: LateFrom
    grace: timedelta
    minutes_from: LateFrom
    rounding: Rounding


DOCUMENT = LatePolicy(LateFrom.START, timedelta(0), LateFrom.START, Rounding.FLOOR)
"""Late after the start, minutes from the start: as the visitor-tracks document has it."""
ISAMS = LatePolicy(LateFrom.FINISH, timedelta(0), LateFrom.REGISTER_TIME, Rounding.FLOOR)
"""Late after the finish, minutes from the register time: as iSAMS clients write it."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A rule's opinion, with its reason in words a person can read."""

    mark: Mark
    why: str


def placed(
    claim: Claim, *, anchor: Anchor | None, earliest: datetime | None, received_at: datetime
) -> Placed:
    """Where a track stands in time.

    A trusted claim stands, unless it lies ahead of its own arrival. A doubtful one is
    repaired exactly by an anchor of its boot; without one it is held into the interval
    between the kiosk's last sure instant and the arrival, and stays approximate.
    """
    if not is_doubtful(claim, received_at=received_at):
        return Placed(claim.made_at, TimeQuality.TRUSTED)
    at = mended(claim.uptime, anchor, received_at=received_at) if anchor else None
    if at is not None:
        return Placed(at, TimeQuality.REPAIRED)
    at = clamped(claim.made_at, earliest=earliest, latest=received_at)
    return Placed(at, TimeQuality.APPROXIMATE)


def is_doubtful(claim: Claim, *, received_at: datetime) -> bool:
    """Whether the kiosk doubted its clock, or we must: nothing is heard before it happened."""
    return not claim.trusted or claim.made_at > received_at + TOLERATED_AHEAD


def mended(uptime: timedelta, anchor: Anchor, *, received_at: datetime) -> datetime | None:
    """When the anchor says it was; None when the anchor itself was ahead of true time."""
    at = repaired(uptime, anchor)
    return at if at <= received_at + TOLERATED_AHEAD else None


def fold(sightings: Sequence[Sighting], *, repeat_window: timedelta) -> Day:
    """The day, folded anew from all its tracks in whatever order they came."""
    moves = movements((Track(s.at, s.id) for s in sightings), repeat_window=repeat_window)
    truth = {move.track.id: move.direction.value for move in moves}
    in_doubt = {s.id for s in sightings if s.quality is TimeQuality.APPROXIMATE}
    return Day(
        presence=presence(moves),
        moves=moves,
        first_in_at=moves[0].track.made_at if moves else None,
        last_at=moves[-1].track.made_at if moves else None,
        approximate=bool(in_doubt),
        begins_in_doubt=bool(moves) and moves[0].track.id in in_doubt,
        differences={
            s.id: truth.get(s.id, REPEAT)
            for s in sightings
            if s.shown in _SHOWN and truth.get(s.id, REPEAT) != _SHOWN[s.shown]
        },
    )


def presence_until(
    sightings: Iterable[Sighting], instant: datetime, *, window: timedelta
) -> Presence:
    """Where the tracks up to and including `instant` left the person."""
    tracks = (Track(s.at, s.id) for s in sightings if s.at <= instant)
    return presence(movements(tracks, repeat_window=window))


def lateness(period: Period, policy: LatePolicy) -> Lateness:
    """The site's late rule laid on one period."""
    return Lateness(
        after=period.point(policy.after) + policy.grace,
        minutes_from=period.point(policy.minutes_from),
        rounding=policy.rounding,
    )


def arrival(moves: Sequence[Movement], period: Period, *, is_main: bool) -> datetime | None:
    """When the person came to a period; None while nothing says so.

    To the main period of the day the first sign-in counts, whenever it was (TRK-04). To a
    later one whoever is on site at its start came in time, else the next sign-in counts.
    """
    if is_main:
        return moves[0].track.made_at if moves else None
    before = [move for move in moves if move.track.made_at <= period.starts_at]
    if before and before[-1].direction is Direction.IN:
        return period.starts_at
    signed_in = (m.track.made_at for m in moves if m.direction is Direction.IN)
    return next((at for at in signed_in if at > period.starts_at), None)


def judge(
    day: Day,
    period: Period,
    *,
    late: LatePolicy | None,
    is_main: bool,
    now: datetime,
    checked_in_at: datetime | None = None,
) -> Judgement | None:
    """What the day says of one registration period; None while it says nothing.

    Nothing is judged from an instant that is only approximate: the main period needs a sure
    first sign-in, a later one a day without doubt. That says nothing before it begins. Who
    checked in without a kiosk came then, if no tap says that it was earlier.
    """
    if not is_main and now < period.starts_at:
        return None
    in_doubt = day.begins_in_doubt if is_main else day.approximate
    tapped_at = None if in_doubt else arrival(day.moves, period, is_main=is_main)
    arrived = min((at for at in (tapped_at, checked_in_at) if at), default=None)
    if arrived is None:
        return None
    minutes = minutes_late(arrived, lateness(period, late)) if late else None
    if minutes is None:
        return Judgement(Mark(Base.PRESENT), "signed in, in time")
    return Judgement(Mark(Base.PRESENT, late_minutes=minutes), f"signed in {minutes} min late")


_GONE = {
    Base.PRESENT: "the sign-in no longer counts for this period",
    Base.ON_HOLD: "the enrolment is active again",
}


def revised(standing: Mark | None, judgement: Judgement | None) -> Judgement | None:
    """What a rule must now say on a roll where a rule's `standing` mark is the last word.

    None when there is nothing new. Evidence that has gone takes back what was said from
    it; an absence is not taken back by silence.
    """
    if judgement is not None:
        return None if judgement.mark == standing else judgement
    if standing is not None and standing.base in _GONE:
        return Judgement(Mark(Base.PENDING), _GONE[standing.base])
    return None


@dataclass(frozen=True, slots=True)
class Expected:
    """A student on a roll, with what is known of the day: `mark` is None while unmarked."""

    person_id: int
    year_group_id: int
    year_group: str
    has_track: bool
    mark: Base | None


@dataclass(frozen=True, slots=True)
class Reasons:
    """What must be known before a roll may be closed.

    `unheard` are kiosks and up to when each was heard, `lost` how many tracks of that day
    or earlier a kiosk can never send.
    """

    year_groups: frozenset[int]
    unheard: Mapping[str, datetime | None]
    lost: Mapping[str, int]
    code: str
    known_codes: frozenset[str] | None
    share_limit: float
    released: frozenset[tuple[HoldKind, str]]


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom automatic absence would mark, whom it leaves out and why, and what it waits for."""

    to_mark: tuple[int, ...]
    left_out: Mapping[int, str]
    holds: tuple[Hold, ...]


def plan_absence(roll: Sequence[Expected], reasons: Reasons) -> Plan:
    """Decide on everybody at once (TRK-06, TRK-07, BEY-09).

    Marked are the students of the chosen year groups who have no track and no mark.
    Nobody is marked while a kiosk may still hold a track, while the ERP does not know the
    code, or when implausibly many of a year group would be absent; unless a person has let
    that very reason go.
    """
    left_out = {e.person_id: why for e in roll if (why := _why_left_out(e, reasons))}
    to_mark = tuple(e.person_id for e in roll if e.person_id not in left_out)
    found = (*_unheard(reasons), *_unknown_code(reasons), *_too_many(roll, left_out, reasons))
    holds = tuple(h for h in found if (h.kind, h.subject) not in reasons.released)
    return Plan(to_mark, left_out, holds if to_mark else ())


def _why_left_out(expected: Expected, reasons: Reasons) -> str:
    if expected.year_group_id not in reasons.year_groups:
        return "this year group is not marked automatically"
    if expected.has_track:
        return "was seen at a kiosk that day"
    if expected.mark is not None and expected.mark is not Base.PENDING:
        return f"is marked {expected.mark.value.replace('_', ' ')} already"
    return ""


def _unheard(reasons: Reasons) -> Iterable[Hold]:
    for kiosk in sorted(reasons.unheard.keys() | reasons.lost.keys()):
        why = _why_unheard(kiosk, reasons)
        yield Hold(HoldKind.KIOSK_UNHEARD, kiosk, why)


def _why_unheard(kiosk: str, reasons: Reasons) -> str:
    if kiosk not in reasons.unheard:
        return f"kiosk {kiosk} lost {reasons.lost[kiosk]} taps; they may have been sign-ins"
    until = reasons.unheard[kiosk]
    heard = f"only heard up to {until:%H:%M} UTC" if until else "not heard with a trusted clock"
    return f"kiosk {kiosk} was {heard}; it may still hold sign-ins"


def _unknown_code(reasons: Reasons) -> Iterable[Hold]:
    if reasons.known_codes is not None and reasons.code not in reasons.known_codes:
        why = f"the ERP has no absence code {reasons.code}; synchronise codes or choose another"
        yield Hold(HoldKind.CODE_UNKNOWN, reasons.code, why)


def _too_many(
    roll: Sequence[Expected], left_out: Mapping[int, str], reasons: Reasons
) -> Iterable[Hold]:
    groups = {e.year_group_id: e.year_group for e in roll}
    for group_id, name in groups.items():
        members = [e for e in roll if e.year_group_id == group_id]
        missing = sum(e.person_id not in left_out for e in members)
        if missing > reasons.share_limit * len(members):
            why = f"{missing} of {len(members)} students of {name} would be marked absent"
            yield Hold(HoldKind.TOO_MANY, name, why)


def photo_ages_from(made_at: datetime, *, received_at: datetime) -> datetime:
    """Since when a still has been kept: its own instant, unless no clock could have said that."""
    is_plausible = received_at - OLDEST_STILL <= made_at <= received_at
    return made_at if is_plausible else received_at
