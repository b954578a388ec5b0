from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from kiosk.protocol.ticks import SOONEST, Tick, next_instant, roll, safe_people, standing

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)


def tick(person: int, minute: int, *, safe: bool = True) -> Tick:
    return Tick(person, NINE + timedelta(minutes=minute), safe)


words = st.lists(
    st.builds(tick, st.integers(1, 4), st.integers(0, 3), safe=st.booleans()), max_size=12
)


@pytest.mark.parametrize(
    ("ticks", "safe"),
    [
        ([], set()),
        ([tick(1, 0)], {1}),
        ([tick(1, 0), tick(1, 1, safe=False)], set()),
        ([tick(1, 1, safe=False), tick(1, 0)], set()),
        ([tick(1, 0, safe=False), tick(1, 1)], {1}),
        ([tick(1, 0), tick(1, 0, safe=False)], set()),
        ([tick(1, 0, safe=False), tick(1, 0)], set()),
        ([tick(1, 0), tick(2, 1, safe=False)], {1}),
    ],
)
def test_the_latest_word_counts_and_of_two_at_once_the_careful_one(
    ticks: list[Tick], safe: set[int]
) -> None:
    assert safe_people(ticks) == safe


@pytest.mark.covers("BEY-05")
@given(ticks=words, data=st.data())
def test_the_order_in_which_ticks_arrive_never_matters(
    ticks: list[Tick], data: st.DataObject
) -> None:
    arrived = data.draw(st.permutations(ticks))

    assert standing(arrived) == standing(ticks)


@given(ticks=words)
def test_a_tick_heard_twice_is_heard_once(ticks: list[Tick]) -> None:
    assert standing(ticks + ticks) == standing(ticks)


@given(mine=words, theirs=words)
def test_what_is_merged_of_two_summaries_is_what_is_merged_of_all(
    mine: list[Tick], theirs: list[Tick]
) -> None:
    summaries = [*standing(mine).values(), *standing(theirs).values()]

    assert standing(summaries) == standing(mine + theirs)


def test_who_is_safe_stays_on_the_roll_and_who_left_unticked_does_not() -> None:
    assert roll({1, 2}, [tick(2, 0), tick(3, 0), tick(4, 0, safe=False)]) == {1, 2, 3}


@given(ticks=words, minute=st.integers(-5, 5), safe=st.booleans())
def test_a_tick_made_now_outranks_what_was_seen_whosever_clock_is_wrong(
    ticks: list[Tick], minute: int, safe: bool
) -> None:
    last = standing(ticks).get(1)
    now = NINE + timedelta(minutes=minute)

    made = Tick(1, next_instant(now, last), safe)

    assert standing([*ticks, made])[1] == made
    assert made.at - now == max(timedelta(), (last.at + SOONEST - now) if last else timedelta())
