from datetime import date

import pytest

from gateway.timetable.rules import Calendar, SchoolDay, Span, judge_day

TERM = Span(date(2026, 9, 2), date(2026, 12, 18))
MONDAY = date(2026, 9, 7)
SATURDAY = date(2026, 9, 12)


def calendar(
    *,
    terms: tuple[Span, ...] = (TERM,),
    closures: dict[date, str] | None = None,
    public_holidays: dict[date, str] | None = None,
    open_days: dict[date, str] | None = None,
) -> Calendar:
    return Calendar(
        terms=terms,
        closures=closures or {},
        public_holidays=public_holidays or {},
        open_days=open_days or {},
        weekend=frozenset({6, 7}),
    )


def test_a_weekday_in_a_term_is_a_school_day() -> None:
    assert judge_day(MONDAY, calendar()) == SchoolDay(is_open=True, why="school day")


@pytest.mark.parametrize("day", [TERM.first, TERM.last])
def test_the_first_and_the_last_date_of_a_term_belong_to_it(day: date) -> None:
    assert judge_day(day, calendar()).is_open


def test_a_weekday_between_terms_is_no_school_day() -> None:
    assert judge_day(date(2026, 12, 21), calendar()) == SchoolDay(
        is_open=False, why="outside the terms"
    )


def test_a_weekend_in_a_term_is_no_school_day() -> None:
    assert judge_day(SATURDAY, calendar()) == SchoolDay(is_open=False, why="weekend")


def test_a_closure_closes_a_weekday_of_a_term() -> None:
    inset = calendar(closures={MONDAY: "INSET"})

    assert judge_day(MONDAY, inset) == SchoolDay(is_open=False, why="closed: INSET")


def test_a_public_holiday_closes_a_weekday_of_a_term() -> None:
    holiday = calendar(public_holidays={MONDAY: "Founders' Day"})

    assert judge_day(MONDAY, holiday) == SchoolDay(
        is_open=False, why="public holiday: Founders' Day"
    )


@pytest.mark.parametrize("day", [MONDAY, SATURDAY, date(2026, 12, 21)])
def test_an_open_day_outranks_everything(day: date) -> None:
    fair = calendar(
        closures={day: "INSET"}, public_holidays={day: "Feast"}, open_days={day: "Summer fair"}
    )

    assert judge_day(day, fair) == SchoolDay(is_open=True, why="open day: Summer fair")


def test_without_terms_a_weekday_is_a_school_day_and_says_that_none_are_entered() -> None:
    assert judge_day(MONDAY, calendar(terms=())) == SchoolDay(
        is_open=True, why="school day (no terms are entered)"
    )


def test_without_terms_a_weekend_is_no_school_day() -> None:
    assert not judge_day(SATURDAY, calendar(terms=())).is_open
