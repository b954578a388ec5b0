from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from gateway.fleet.rules import Gap, Received, heard_until, is_silent, received, silent_kiosks

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("upto", "numbers", "first_held", "found"),
    [
        (0, [], 0, Received(0)),
        (0, [1, 2, 3], 0, Received(3)),
        (3, [2, 3, 4], 0, Received(4)),
        (3, [6, 7, 9], 0, Received(3, (Gap(4, 5), Gap(8, 8)))),
        (0, [5, 6], 5, Received(6)),
        (9, [10], 5, Received(10)),
        (0, [], 5, Received(4)),
    ],
)
def test_numbers_are_counted_on_up_to_the_first_hole(
    upto: int, numbers: list[int], first_held: int, found: Received
) -> None:
    assert received(upto, numbers, first_held=first_held) == found


@given(numbers=st.sets(st.integers(1, 40)), cut=st.integers(0, 40))
def test_it_does_not_matter_in_how_many_portions_numbers_come(numbers: set[int], cut: int) -> None:
    at_once = received(0, numbers)
    early = {number for number in numbers if number <= cut}

    assert received(received(0, early).upto, numbers) == at_once


@given(st.sets(st.integers(1, 40)))
def test_every_number_is_below_upto_in_a_gap_or_there(numbers: set[int]) -> None:
    found = received(0, numbers)
    missing = {n for gap in found.gaps for n in range(gap.first, gap.last + 1)}

    assert missing.isdisjoint(numbers)
    assert missing | numbers | set(range(1, found.upto + 1)) == set(
        range(1, max(numbers, default=0) + 1)
    )


@pytest.mark.parametrize(
    ("sent_at", "last_seq", "upto", "trusted", "found"),
    [
        (NOON, 5, 5, True, NOON),
        (NOON, 5, 4, True, None),
        (NOON, 5, 5, False, None),
        (None, 0, 0, True, None),
    ],
)
def test_a_heartbeat_vouches_only_for_what_has_come_in(
    sent_at: datetime | None, last_seq: int, upto: int, trusted: bool, found: datetime | None
) -> None:
    heard = heard_until(sent_at=sent_at, last_seq=last_seq, upto=upto, clock_trusted=trusted)

    assert heard == found


def test_a_kiosk_is_silent_until_it_was_heard_past_the_cutoff() -> None:
    heard = {"gate": NOON, "gym": NOON - MINUTE, "new": None}

    assert silent_kiosks(heard, cutoff=NOON) == {"gym", "new"}


@pytest.mark.parametrize(
    ("last_heard_at", "silent"),
    [(None, True), (NOON - 2 * MINUTE, False), (NOON - 3 * MINUTE, True)],
)
def test_somebody_should_look_after_two_silent_minutes(
    last_heard_at: datetime | None, silent: bool
) -> None:
    assert is_silent(last_heard_at, now=NOON) is silent
