"""What stands beside a name on a roll. Values in, values out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from gateway.attendance.values import AttendeeSource, ExcuseReason, FlagKind
from gateway.timetable.values import EndedAs, Standing

ONE_DAY = timedelta(days=1)
NEAR = timedelta(days=7)
"""So long before and after its last day an ended enrolment is pointed out."""
LEAP_DAY = (2, 29)


class IndicatorKind(StrEnum):
    """What whoever calls the roll is told of a person, the most pressing first."""

    MEDICAL_ALERT = "medical_alert"
    EXPECTED_ABSENT = "expected_absent"
    FIRST_DAY = "first_day"
    TRIAL = "trial"
    MAKE_UP = "make_up"
    DROP = "drop"
    TRANSFER = "transfer"
    BIRTHDAY = "birthday"
    BALANCE_DUE = "balance_due"
    ROLL_COMMENT = "roll_comment"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One thing to know; `text` says more than the kind does, and may be empty."""

    kind: IndicatorKind
    text: str = ""


@dataclass(frozen=True, slots=True)
class Flagged:
    """A flag as staff set it."""

    kind: FlagKind
    text: str


@dataclass(frozen=True, slots=True)
class Announced:
    """An absence that was told ahead; it may still be undecided."""

    reason: ExcuseReason
    is_approved: bool


@dataclass(frozen=True, slots=True)
class Belonging:
    """One span of an enrolment, both dates included; `ended_as` is None where another follows."""

    offering_id: int
    starts_on: date
    ends_on: date | None
    standing: Standing = Standing.ACTIVE
    ended_as: EndedAs | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one person for one session.

    `belongings` are those to what meets in the session, the oldest first; `flags` are those
    for all offerings and for the session's.
    """

    born_on: date | None = None
    source: AttendeeSource | None = None
    flags: Sequence[Flagged] = ()
    announced: Sequence[Announced] = ()
    belongings: Sequence[Belonging] = ()


@dataclass(frozen=True, slots=True)
class Meeting:
    """The session's date, and the date each of its offerings met before; None for never."""

    day: date
    before: dict[int, date | None]


def indicators(known: Known, meeting: Meeting) -> tuple[Indicator, ...]:
    """Everything there is to know of the person at this session, in the order of the kinds."""
    order = list(IndicatorKind)
    found = [*_flags(known), *_excuses(known), *_belonging(known, meeting), *_own(known, meeting)]
    return tuple(sorted(found, key=lambda each: order.index(each.kind)))


def age_on(born_on: date, day: date) -> int | None:
    """How old somebody becomes on this date; None where it is no birthday.

    Who was born on 29 February has it on 1 March of a year that has none.
    """
    if day.year <= born_on.year:
        return None
    return day.year - born_on.year if day == _birthday(born_on, day.year) else None


def _birthday(born_on: date, year: int) -> date:
    if (born_on.month, born_on.day) == LEAP_DAY:
        return date(year, 2, 28) + ONE_DAY
    return born_on.replace(year=year)


def _flags(known: Known) -> Iterator[Indicator]:
    for flag in known.flags:
        yield Indicator(IndicatorKind(flag.kind.value), flag.text)


def _excuses(known: Known) -> Iterator[Indicator]:
    for each in known.announced[:1]:
        reason = each.reason.value.replace("_", " ")
        yield Indicator(
            IndicatorKind.EXPECTED_ABSENT, reason if each.is_approved else f"{reason}, not decided"
        )


def _own(known: Known, meeting: Meeting) -> Iterator[Indicator]:
    age = age_on(known.born_on, meeting.day) if known.born_on else None
    if age is not None:
        yield Indicator(IndicatorKind.BIRTHDAY, str(age))
    if known.source is AttendeeSource.MAKE_UP:
        yield Indicator(IndicatorKind.MAKE_UP)


def _belonging(known: Known, meeting: Meeting) -> Iterator[Indicator]:
    holds = [each for each in known.belongings if _covers(each, meeting.day)]
    if any(each.standing is Standing.TRIAL for each in holds):
        yield Indicator(IndicatorKind.TRIAL)
    if any(_is_first(each, known.belongings, meeting) for each in holds):
        yield Indicator(IndicatorKind.FIRST_DAY)
    for last in _last_of_each(known.belongings):
        if last.ends_on is None or abs(last.ends_on - meeting.day) > NEAR:
            continue
        if last.ended_as is EndedAs.DROPPED:
            yield Indicator(IndicatorKind.DROP, last.ends_on.isoformat())
        if last.ended_as is EndedAs.TRANSFERRED:
            yield Indicator(IndicatorKind.TRANSFER, last.ends_on.isoformat())


def _covers(span: Belonging, day: date) -> bool:
    return span.starts_on <= day and (span.ends_on is None or span.ends_on >= day)


def _is_first(span: Belonging, all_of_them: Sequence[Belonging], meeting: Meeting) -> bool:
    """Whether the offering has not met since the person came to belong to it."""
    before = meeting.before.get(span.offering_id)
    return before is None or before < _since(span, all_of_them)


def _since(span: Belonging, all_of_them: Sequence[Belonging]) -> date:
    """When the unbroken row of spans began that ends in this one."""
    start = span.starts_on
    for each in reversed(all_of_them):
        is_before = each.offering_id == span.offering_id and each.ends_on is not None
        if is_before and each.ended_as is None and each.ends_on == start - ONE_DAY:
            start = each.starts_on
    return start


def _last_of_each(all_of_them: Sequence[Belonging]) -> tuple[Belonging, ...]:
    return tuple({each.offering_id: each for each in all_of_them}.values())
