from collections.abc import Callable, Mapping
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from gateway.timetable.errors import AlreadyEnrolled, NotEnrolled
from gateway.timetable.offering_rules import (
    ONE_DAY,
    Belonging,
    begun,
    changed,
    ended,
    meets_on,
    most_at_once,
)
from gateway.timetable.rules import Calendar, Span
from gateway.timetable.values import EndedAs, OfferingKind, Standing

FIRST = date(2026, 9, 1)
ACTIVE, HOLD = Standing.ACTIVE, Standing.ON_HOLD
SATURDAY, MONDAY = date(2026, 11, 21), date(2026, 11, 23)

days = st.integers(0, 60).map(lambda n: FIRST + timedelta(days=n))
standings = st.sampled_from(Standing)
endings = st.sampled_from(EndedAs)
Rows = tuple[Belonging, ...]
Deed = Callable[[Rows], Rows]


def on(day: int, month: int = 9) -> date:
    return date(2026, month, day)


begins = st.builds(
    lambda day, standing, length: lambda rows: begun(
        rows, on=day, standing=standing, until=None if length is None else day + length * ONE_DAY
    ),
    days, standings, st.none() | st.integers(0, 20),
)  # fmt: skip
changes = st.builds(
    lambda day, standing: lambda rows: changed(rows, on=day, standing=standing), days, standings
)
ends = st.builds(lambda day, how: lambda rows: ended(rows, last_day=day, how=how), days, endings)
deeds = st.lists(st.one_of(begins, changes, ends), max_size=8)


def after(done: list[Deed]) -> Rows:
    """What all these come to; what is refused changes nothing."""
    rows: Rows = ()
    for deed in done:
        try:
            rows = deed(rows)
        except (AlreadyEnrolled, NotEnrolled):
            continue
    return rows


def by_date(rows: Rows) -> Mapping[date, Standing]:
    dates = [FIRST + n * ONE_DAY for n in range(100)]
    return {day: row.standing for day in dates for row in rows if day in row.span}


@given(done=deeds)
def test_rows_never_overlap_and_run_forward(done: list[Deed]) -> None:
    rows = after(done)

    assert all(row.span.first <= row.span.last for row in rows)
    assert all(one.span.last < other.span.first for one, other in pairwise(rows))


@given(done=deeds, day=days, standing=standings)
def test_a_changed_standing_holds_from_its_date_and_no_earlier(
    done: list[Deed], day: date, standing: Standing
) -> None:
    before = after(done)

    now = after([*done, lambda rows: changed(rows, on=day, standing=standing)])

    past = {d: s for d, s in by_date(before).items() if d < day}
    assert {d: s for d, s in by_date(now).items() if d < day} == past
    assert by_date(now).keys() == by_date(before).keys()
    assert by_date(now).get(day) == (standing if day in by_date(before) else None)


@given(done=deeds, day=days, how=endings)
def test_who_left_belonged_as_before_up_to_the_last_day_and_never_after(
    done: list[Deed], day: date, how: EndedAs
) -> None:
    before = after(done)

    now = after([*done, lambda rows: ended(rows, last_day=day, how=how)])

    assert by_date(now) == {d: s for d, s in by_date(before).items() if d <= day}


@given(done=deeds, day=days, standing=standings, how=endings)
def test_the_same_twice_is_once(
    done: list[Deed], day: date, standing: Standing, how: EndedAs
) -> None:
    for deed in (
        lambda rows: changed(rows, on=day, standing=standing),
        lambda rows: ended(rows, last_day=day, how=how),
        lambda rows: begun(rows, on=day, standing=standing),
    ):
        assert after([*done, deed, deed]) == after([*done, deed])


def test_back_from_hold_the_rows_say_when_it_was() -> None:
    rows = begun((), on=on(1), standing=ACTIVE)
    rows = changed(rows, on=on(10), standing=HOLD)

    assert changed(rows, on=on(20), standing=ACTIVE) == (
        Belonging(on(1), on(9), ACTIVE),
        Belonging(on(10), on(19), HOLD),
        Belonging(on(20), None, ACTIVE),
    )


def test_a_hold_taken_back_from_its_first_day_never_was() -> None:
    rows = changed(begun((), on=on(1), standing=ACTIVE), on=on(10), standing=HOLD)

    assert changed(rows, on=on(10), standing=ACTIVE) == (Belonging(on(1), None, ACTIVE),)


def test_a_planned_end_survives_a_change_of_standing() -> None:
    rows = ended(
        begun((), on=on(1), standing=ACTIVE), last_day=on(30), how=EndedAs.DROPPED
    )  # fmt: skip

    assert changed(rows, on=on(10), standing=HOLD) == (
        Belonging(on(1), on(9), ACTIVE),
        Belonging(on(10), on(30), HOLD, EndedAs.DROPPED),
    )


def test_who_comes_back_keeps_that_they_had_dropped() -> None:
    rows = ended(begun((), on=on(1), standing=ACTIVE), last_day=on(9), how=EndedAs.DROPPED)

    assert begun(rows, on=on(10), standing=ACTIVE) == (
        Belonging(on(1), on(9), ACTIVE, EndedAs.DROPPED),
        Belonging(on(10), None, ACTIVE),
    )


def test_nobody_begins_where_they_belong_already() -> None:
    rows = begun((), on=on(10), standing=ACTIVE)

    with pytest.raises(AlreadyEnrolled, match="from 2026-09-10 already"):
        begun(rows, on=on(1), standing=Standing.TRIAL)


@given(
    spans=st.lists(st.builds(lambda a, b: Span(min(a, b), max(a, b)), days, days), max_size=12),
    within=st.builds(lambda a, b: Span(min(a, b), max(a, b)), days, days),
)
def test_the_fullest_date_is_found(spans: list[Span], within: Span) -> None:
    dates = [within.first + n * ONE_DAY for n in range((within.last - within.first).days + 1)]

    fullest = max(sum(day in span for span in spans) for day in dates)

    assert most_at_once(spans, within=within) == fullest


CALENDAR = Calendar(
    terms=[Span(MONDAY, MONDAY)],
    closures={},
    public_holidays={},
    open_days={},
    weekend=frozenset({6, 7}),
)


@pytest.mark.parametrize(
    ("day", "kind", "meets"),
    [
        (MONDAY, OfferingKind.CLASS, True),
        (MONDAY + ONE_DAY, OfferingKind.CLASS, False),
        (MONDAY + ONE_DAY, OfferingKind.CAMP, True),
        (SATURDAY, OfferingKind.CAMP, True),
    ],
)
def test_classes_keep_the_terms_and_camps_fill_what_lies_between(
    day: date, kind: OfferingKind, *, meets: bool
) -> None:
    assert meets_on(day, CALENDAR, kind).is_open is meets


@pytest.mark.parametrize("kind", OfferingKind)
def test_nothing_meets_on_a_closure(kind: OfferingKind) -> None:
    closed = Calendar(
        terms=[],
        closures={SATURDAY: "boiler"},
        public_holidays={},
        open_days={},
        weekend=frozenset({6, 7}),
    )

    assert meets_on(SATURDAY, closed, kind).why == "closed: boiler"
    assert meets_on(SATURDAY + 7 * ONE_DAY, closed, kind).is_open
