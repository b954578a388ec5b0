from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from kiosk.protocol.lateness import Lateness, Rounding, minutes_late

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SECONDS = st.integers(1, 6 * 3600).map(lambda count: timedelta(seconds=count))


def late(after: timedelta, rounding: Rounding = Rounding.FLOOR) -> int | None:
    return minutes_late(START + after, Lateness(START, START, rounding))


@pytest.mark.covers("TRK-04")
def test_an_arrival_at_the_limit_is_in_time_and_a_second_later_is_late() -> None:
    assert late(timedelta(0)) is None
    assert late(timedelta(seconds=1)) == 1


@pytest.mark.parametrize(("rounding", "minutes"), [(Rounding.FLOOR, 12), (Rounding.CEIL, 13)])
def test_a_begun_minute_is_dropped_or_counted_whole(rounding: Rounding, minutes: int) -> None:
    assert late(timedelta(minutes=12, seconds=1), rounding) == minutes


def test_minutes_may_be_counted_from_another_point_than_where_late_begins() -> None:
    finish, register_time = START + timedelta(minutes=20), START + timedelta(minutes=10)

    minutes = minutes_late(
        START + timedelta(minutes=25), Lateness(finish, register_time, Rounding.FLOOR)
    )

    assert minutes == 15


def test_whoever_is_late_is_late_by_a_minute_at_least() -> None:
    counted_from_later = Lateness(START, START + timedelta(minutes=30), Rounding.FLOOR)

    assert minutes_late(START + timedelta(minutes=5), counted_from_later) == 1


@given(after=SECONDS)
def test_rounding_never_moves_lateness_by_more_than_a_minute(after: timedelta) -> None:
    floor, ceil = late(after, Rounding.FLOOR), late(after, Rounding.CEIL)

    assert floor is not None
    assert ceil is not None
    assert 0 <= ceil - floor <= 1


@given(earlier=SECONDS, later=SECONDS)
def test_arriving_later_is_never_less_late(earlier: timedelta, later: timedelta) -> None:
    first, second = sorted((earlier, later))

    assert (late(first) or 0) <= (late(second) or 0)
