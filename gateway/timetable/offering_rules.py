"""How long somebody belongs to an offering and in which standing, and when it meets.

A person's belonging is rows that never overlap. Values in, values out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from gateway.timetable.errors import AlreadyEnrolled, NotEnrolled
from gateway.timetable.rules import Calendar, SchoolDay, Span, judge_day
from gateway.timetable.values import EndedAs, OfferingKind, Standing

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Belonging:
    """Belonging to an offering from one date to another, both included; None has no end.

    `ended_as` is None where it lasts, or where another row follows.
    """

    starts_on: date
    ends_on: date | None
    standing: Standing
    ended_as: EndedAs | None = None

    @property
    def span(self) -> Span:
        """The dates it covers."""
        return Span(self.starts_on, self.ends_on or date.max)


def begun(
    rows: Sequence[Belonging], *, on: date, standing: Standing, until: date | None = None
) -> tuple[Belonging, ...]:
    """With the person belonging from `on` to `until`, beside what was before.

    Beginning the same again changes nothing. Raises AlreadyEnrolled where `on` or a later
    date is taken.
    """
    at = _at(rows, on)
    if at is not None and (at.standing, at.ends_on) == (standing, until):
        return tuple(rows)
    taken = next((row for row in rows if row.span.last >= on), None)
    if taken is not None:
        raise AlreadyEnrolled(
            f"the person belongs to it from {taken.starts_on} already: change the standing instead"
        )
    return (*rows, Belonging(on, until, standing))


def changed(rows: Sequence[Belonging], *, on: date, standing: Standing) -> tuple[Belonging, ...]:
    """With another standing from `on` up to when it ends, whatever was planned in between.

    What held before `on` stays. Raises NotEnrolled where the person does not belong on `on`.
    """
    at = _at(rows, on)
    if at is None:
        raise NotEnrolled(f"the person does not belong to it on {on}: enrol them first")
    run = _run(rows, at)
    before = [_cut(row, on - ONE_DAY) for row in rows if row.starts_on < on]
    new = Belonging(on, run[-1].ends_on, standing, run[-1].ended_as)
    after = [row for row in rows if row.starts_on > run[-1].starts_on]
    return _joined([*before, new, *after])


def ended(rows: Sequence[Belonging], *, last_day: date, how: EndedAs) -> tuple[Belonging, ...]:
    """With the person belonging no more after `last_day`, ended so; what was planned falls away.

    Ending it the same again changes nothing. Raises NotEnrolled where nothing reaches so far.
    """
    if not any(row.span.last > last_day for row in rows):
        if any((row.ends_on, row.ended_as) == (last_day, how) for row in rows):
            return tuple(rows)
        raise NotEnrolled(f"the person does not belong to it after {last_day}: nothing ends there")
    kept = [_cut(row, last_day) for row in rows if row.starts_on <= last_day]
    return tuple(replace(row, ended_as=how) if row.ends_on == last_day else row for row in kept)


def most_at_once(spans: Iterable[Span], *, within: Span) -> int:
    """How many of these spans meet on the fullest date of `within`."""
    met = [s for s in spans if s.first <= within.last and s.last >= within.first]
    begins = sorted(max(span.first, within.first) for span in met)
    ends = sorted(span.last for span in met)
    most = over = 0
    for begun_by_then, first in enumerate(begins, start=1):
        while ends[over] < first:
            over += 1
        most = max(most, begun_by_then - over)
    return most


def meets_on(day: date, calendar: Calendar, kind: OfferingKind) -> SchoolDay:
    """Whether an offering with a weekly time on `day` meets then, and why (not).

    Open days, closures and public holidays hold for it as for the school. It keeps the
    terms, where any are entered, but for camps, which fill what lies between them. Its own
    weekday says whether it meets at a weekend.
    """
    terms = () if kind is OfferingKind.CAMP else calendar.terms
    return judge_day(day, replace(calendar, terms=terms, weekend=frozenset()))


def _at(rows: Sequence[Belonging], day: date) -> Belonging | None:
    return next((row for row in rows if day in row.span), None)


def _run(rows: Sequence[Belonging], first: Belonging) -> list[Belonging]:
    """The row and those that follow it without a gap or an end."""
    run = [first]
    for row in rows:
        if row.starts_on > first.starts_on and _follows(row, run[-1]):
            run.append(row)
    return run


def _follows(row: Belonging, before: Belonging) -> bool:
    return (
        before.ended_as is None
        and before.ends_on is not None
        and row.starts_on == before.ends_on + ONE_DAY
    )


def _cut(row: Belonging, last_day: date) -> Belonging:
    if row.span.last <= last_day:
        return row
    return replace(row, ends_on=last_day, ended_as=None)


def _joined(rows: Sequence[Belonging]) -> tuple[Belonging, ...]:
    """Rows that follow each other in one standing become one."""
    joined: list[Belonging] = []
    for row in rows:
        goes_on = joined and _follows(row, joined[-1]) and row.standing is joined[-1].standing
        first = joined.pop().starts_on if goes_on else row.starts_on
        joined.append(replace(row, starts_on=first))
    return tuple(joined)
