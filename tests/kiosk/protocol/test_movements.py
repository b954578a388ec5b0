from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from kiosk.protocol.movements import Direction, Presence, Track, movements, presence

IN, OUT = Direction.IN, Direction.OUT
MINUTE = timedelta(minutes=1)
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)

tracks = st.builds(
    Track,
    made_at=st.integers(0, 86_399).map(lambda second: MIDNIGHT + timedelta(seconds=second)),
    id=st.uuids(),
)
days = st.lists(tracks, max_size=12)


def scan(clock: str, number: int = 0) -> Track:
    hour, minute, *second = (int(part) for part in clock.split(":"))
    made_at = MIDNIGHT.replace(hour=hour, minute=minute, second=second[0] if second else 0)
    return Track(made_at, UUID(int=number))


def directions(*day: Track) -> list[Direction]:
    return [move.direction for move in movements(day, repeat_window=MINUTE)]


@pytest.mark.covers("TRK-02")
def test_odd_tracks_sign_in_and_even_ones_sign_out() -> None:
    day = (scan("08:02"), scan("12:30"), scan("13:15"), scan("15:40"))

    assert directions(*day) == [IN, OUT, IN, OUT]


def test_a_card_held_too_long_counts_once() -> None:
    assert directions(scan("08:02:00"), scan("08:02:03"), scan("08:02:59")) == [IN]


def test_a_track_at_the_end_of_the_repeat_window_counts() -> None:
    assert directions(scan("08:02:00"), scan("08:03:00")) == [IN, OUT]


def test_the_repeat_window_begins_at_the_last_track_that_counted() -> None:
    assert directions(scan("08:02:00"), scan("08:02:50"), scan("08:03:10")) == [IN, OUT]


def test_two_tracks_of_one_moment_are_told_apart_by_their_id_in_every_order() -> None:
    first, second = scan("08:02", 1), scan("08:02", 2)

    found = movements((second, first), repeat_window=timedelta(0))

    assert [move.track for move in found] == [first, second]


@given(day=days, data=st.data())
def test_the_order_of_arrival_never_changes_a_day(day: list[Track], data: st.DataObject) -> None:
    arrived = data.draw(st.permutations(day))

    assert movements(arrived, repeat_window=MINUTE) == movements(day, repeat_window=MINUTE)


@given(day=days)
def test_hearing_twice_is_hearing_once(day: list[Track]) -> None:
    assert movements(day + day, repeat_window=MINUTE) == movements(day, repeat_window=MINUTE)


@given(day=days)
def test_directions_alternate_and_begin_with_in(day: list[Track]) -> None:
    found = directions(*day)

    assert found == [IN if place % 2 == 0 else OUT for place in range(len(found))]


@given(day=days)
def test_movements_are_never_closer_than_the_repeat_window(day: list[Track]) -> None:
    at = [move.track.made_at for move in movements(day, repeat_window=MINUTE)]

    assert all(later - earlier >= MINUTE for earlier, later in pairwise(at))


@pytest.mark.covers("TRK-03")
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ((), Presence.NOT_SIGNED),
        ((scan("08:02"),), Presence.SIGNED_IN),
        ((scan("08:02"), scan("15:40")), Presence.SIGNED_OUT),
    ],
)
def test_the_last_movement_says_where_a_person_is(
    day: tuple[Track, ...], expected: Presence
) -> None:
    assert presence(movements(day, repeat_window=MINUTE)) is expected
