"""Which dates are school days, decided from what the calendar holds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Span:
    """Dates from first to last, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Calendar:
    """All that is known of a site's year; the mappings say why a date is special.

    `weekend` holds ISO weekday numbers, Monday is 1. No terms at all means that nobody
    entered any, not that the site never teaches.
    """

    terms: Collection[Span]
    closures: Mapping[date, str]
    public_holidays: Mapping[date, str]
    open_days: Mapping[date, str]
    weekend: frozenset[int]


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """Whether the site teaches on a date, and why it does or does not."""

    is_open: bool
    why: str


def judge_day(day: date, calendar: Calendar) -> SchoolDay:
    """An open day outranks a closure, that a public holiday, that a weekend, that a term.

    Without any terms every date that nothing else closes is a school day.
    """
    if day in calendar.open_days:
        return SchoolDay(is_open=True, why=f"open day: {calendar.open_days[day]}")
    closed = _why_closed(day, calendar)
    if closed is not None:
        return SchoolDay(is_open=False, why=closed)
    if not calendar.terms:
        return SchoolDay(is_open=True, why="school day (no terms are entered)")
    if any(day in term for term in calendar.terms):
        return SchoolDay(is_open=True, why="school day")
    return SchoolDay(is_open=False, why="outside the terms")


def _why_closed(day: date, calendar: Calendar) -> str | None:
    if day in calendar.closures:
        return f"closed: {calendar.closures[day]}"
    if day in calendar.public_holidays:
        return f"public holiday: {calendar.public_holidays[day]}"
    return "weekend" if day.isoweekday() in calendar.weekend else None
