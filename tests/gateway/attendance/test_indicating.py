from datetime import date, timedelta

import pytest

from gateway.attendance.indicating import (
    Announced,
    Belonging,
    Flagged,
    Indicator,
    IndicatorKind as Kind,
    Known,
    Meeting,
    age_on,
    indicators,
)
from gateway.attendance.values import AttendeeSource, ExcuseReason, FlagKind
from gateway.timetable.values import EndedAs, Standing

DAY = date(2026, 11, 23)
WEEK = timedelta(days=7)
ALGEBRA, PHYSICS = 1, 2
SEPTEMBER = date(2026, 9, 1)


def shown(known: Known, *, before: date | None = DAY - WEEK) -> tuple[Indicator, ...]:
    return indicators(known, Meeting(DAY, {ALGEBRA: before, PHYSICS: before}))


def belongs(*spans: Belonging) -> Known:
    return Known(belongings=spans)


def span(
    starts_on: date = SEPTEMBER,
    ends_on: date | None = None,
    *,
    offering: int = ALGEBRA,
    standing: Standing = Standing.ACTIVE,
    ended_as: EndedAs | None = None,
) -> Belonging:
    return Belonging(offering, starts_on, ends_on, standing, ended_as)


def test_nothing_stands_beside_who_simply_belongs() -> None:
    assert shown(belongs(span())) == ()


@pytest.mark.parametrize(
    ("born_on", "day", "age"),
    [
        (date(2014, 11, 23), date(2026, 11, 23), 12),
        (date(2014, 11, 24), date(2026, 11, 23), None),
        (date(2012, 2, 29), date(2028, 2, 29), 16),
        (date(2012, 2, 29), date(2026, 3, 1), 14),
        (date(2012, 2, 29), date(2026, 2, 28), None),
        (date(2012, 2, 29), date(2028, 3, 1), None),
        (date(2026, 11, 23), date(2026, 11, 23), None),
    ],
)
def test_a_birthday_comes_once_a_year_also_for_a_leap_day(
    born_on: date, day: date, age: int | None
) -> None:
    assert age_on(born_on, day) == age


def test_a_birthday_says_how_old_they_are() -> None:
    assert shown(Known(born_on=date(2014, 11, 23))) == (Indicator(Kind.BIRTHDAY, "12"),)


def test_every_flag_is_shown_with_its_text_the_most_pressing_first() -> None:
    known = Known(
        flags=(
            Flagged(FlagKind.NOTE, "likes chess"),
            Flagged(FlagKind.ROLL_COMMENT, "sits in front"),
            Flagged(FlagKind.BALANCE_DUE, "£40"),
            Flagged(FlagKind.MEDICAL_ALERT, "nuts"),
        )
    )

    assert shown(known) == (
        Indicator(Kind.MEDICAL_ALERT, "nuts"),
        Indicator(Kind.BALANCE_DUE, "£40"),
        Indicator(Kind.ROLL_COMMENT, "sits in front"),
        Indicator(Kind.NOTE, "likes chess"),
    )


def test_a_make_up_is_pointed_out_and_a_booking_is_not() -> None:
    assert shown(Known(source=AttendeeSource.MAKE_UP)) == (Indicator(Kind.MAKE_UP),)
    assert shown(Known(source=AttendeeSource.BOOKING)) == ()


def test_an_absence_that_is_not_decided_yet_says_so() -> None:
    approved = Announced(ExcuseReason.SCHOOL_EVENT, is_approved=True)
    asked = Announced(ExcuseReason.MEDICAL, is_approved=False)

    assert shown(Known(announced=(approved, asked))) == (
        Indicator(Kind.EXPECTED_ABSENT, "school event"),
    )
    assert shown(Known(announced=(asked,))) == (
        Indicator(Kind.EXPECTED_ABSENT, "medical, not decided"),
    )


def test_a_trial_is_one_on_its_dates_alone() -> None:
    trial = span(ends_on=DAY, standing=Standing.TRIAL)
    over = span(ends_on=DAY - timedelta(days=1), standing=Standing.TRIAL)

    assert shown(belongs(trial)) == (Indicator(Kind.TRIAL),)
    assert shown(belongs(over, span(DAY))) == ()


@pytest.mark.parametrize("days", [-7, 0, 7])
def test_a_drop_is_pointed_out_a_week_around_the_last_day(days: int) -> None:
    last = DAY + timedelta(days=days)

    assert shown(belongs(span(ends_on=last, ended_as=EndedAs.DROPPED))) == (
        Indicator(Kind.DROP, last.isoformat()),
    )


@pytest.mark.parametrize("days", [-8, 8])
def test_a_drop_is_forgotten_after_a_week(days: int) -> None:
    last = DAY + timedelta(days=days)

    assert shown(belongs(span(ends_on=last, ended_as=EndedAs.DROPPED))) == ()


def test_a_transfer_is_pointed_out_and_a_completion_is_not() -> None:
    assert shown(belongs(span(ends_on=DAY, ended_as=EndedAs.TRANSFERRED))) == (
        Indicator(Kind.TRANSFER, "2026-11-23"),
    )
    assert shown(belongs(span(ends_on=DAY, ended_as=EndedAs.COMPLETED))) == ()


def test_who_came_back_has_not_dropped() -> None:
    dropped = span(ends_on=DAY - 2 * WEEK, ended_as=EndedAs.DROPPED)

    assert shown(belongs(dropped, span(DAY - timedelta(days=6)))) == (Indicator(Kind.FIRST_DAY),)


def test_the_first_day_is_the_first_session_since_the_enrolment_began() -> None:
    assert shown(belongs(span(DAY - timedelta(days=6)))) == (Indicator(Kind.FIRST_DAY),)
    assert shown(belongs(span(DAY)), before=DAY) == ()
    assert shown(belongs(span()), before=None) == (Indicator(Kind.FIRST_DAY),)
    assert shown(belongs(span(DAY - WEEK))) == ()


def test_a_change_of_standing_makes_no_first_day() -> None:
    trial = span(ends_on=DAY - timedelta(days=1), standing=Standing.TRIAL)

    assert shown(belongs(trial, span(DAY))) == ()


def test_belonging_to_another_offering_before_makes_it_no_less_a_first_day() -> None:
    physics = span(ends_on=DAY - timedelta(days=1), offering=PHYSICS)

    assert shown(belongs(physics, span(DAY))) == (Indicator(Kind.FIRST_DAY),)
