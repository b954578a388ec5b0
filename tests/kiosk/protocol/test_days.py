from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from kiosk.protocol.days import day_bounds, school_day

LONDON = ZoneInfo("Europe/London")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
ZONES = st.sampled_from(
    [LONDON, ZoneInfo("Asia/Kolkata"), ZoneInfo("America/New_York"), ZoneInfo("Africa/Cairo")]
)
INSTANTS = st.timedeltas(timedelta(0), timedelta(days=15 * 365)).map(
    lambda later: datetime(2020, 1, 1, tzinfo=UTC) + later
)
STARTS = st.sampled_from([time(0), time(4), time(3, 30)])


def test_a_day_begins_at_local_midnight() -> None:
    assert school_day(datetime(2026, 7, 1, 22, 59, 59, tzinfo=UTC), zone=LONDON) == date(2026, 7, 1)
    assert school_day(datetime(2026, 7, 1, 23, 0, tzinfo=UTC), zone=LONDON) == date(2026, 7, 2)


def test_an_evening_class_past_midnight_belongs_to_the_day_before() -> None:
    at = datetime(2026, 1, 10, 3, 59, tzinfo=UTC)

    assert school_day(at, zone=LONDON, day_starts=time(4)) == date(2026, 1, 9)


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 6, 1), 24)])
def test_a_day_on_which_the_clock_changes_is_shorter_or_longer(day: date, hours: int) -> None:
    first, after = day_bounds(day, zone=LONDON)

    assert after - first == timedelta(hours=hours)


def test_both_passes_of_the_repeated_hour_belong_to_one_day() -> None:
    passes = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]

    assert {school_day(at, zone=LONDON) for at in passes} == {AUTUMN}


@given(at=INSTANTS, zone=ZONES, starts=STARTS)
def test_an_instant_lies_within_the_bounds_of_its_day(
    at: datetime, zone: ZoneInfo, starts: time
) -> None:
    day = school_day(at, zone=zone, day_starts=starts)

    first, after = day_bounds(day, zone=zone, day_starts=starts)

    assert first <= at < after


@given(day=st.dates(date(2020, 1, 1), date(2035, 1, 1)), zone=ZONES)
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: ZoneInfo) -> None:
    _, after = day_bounds(day, zone=zone)

    assert day_bounds(day + timedelta(days=1), zone=zone)[0] == after
