from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given, settings, strategies as st

from drivers.card.mfrc522 import Mfrc522Reader
from drivers.card.reader import CardUid
from drivers.emulated.proximity import CASCADE_BIT, CASCADE_TAG, EmulatedCard
from drivers.emulated.times import SteppedTime
from drivers.errors import DeviceMisread
from tests.drivers.card.desk import DOUBLE, ONE_POLL, SECOND, SHORT, TRIPLE, Desk, open_desk

MOST_TRANSFERS = 150
LONGEST_POLL = timedelta(milliseconds=50)
ANSWERS, BITS = 7, 40
"""A card of ten bytes answers seven times until it is read, with forty bits at most."""

READING = 300
"""More transfers than any card's reading takes."""


numbers = st.sampled_from((4, 7, 10)).flatmap(
    lambda length: (
        st.binary(min_size=length, max_size=length)
        .filter(lambda octets: CASCADE_TAG not in (octets[0], octets[3]))
        .map(CardUid)
    )
)


@pytest.mark.covers("DES-01", "BIO-01")
@pytest.mark.parametrize("card", [SHORT, DOUBLE, TRIPLE], ids=str)
def test_a_number_of_any_length_is_read_whole(desk: Desk, card: CardUid) -> None:
    desk.hold(card)

    assert desk.read() == [card]


def test_a_poll_without_a_card_is_short(desk: Desk) -> None:
    transfers, began = desk.chip.transfers, desk.time.elapsed()

    assert desk.poll() is None

    assert desk.chip.transfers - transfers <= MOST_TRANSFERS
    assert desk.time.elapsed() - began <= LONGEST_POLL


def test_even_a_poll_that_looks_whether_the_reader_is_well_is_short(desk: Desk) -> None:
    most = 0
    for _ in range(100):
        transfers = desk.chip.transfers
        desk.poll()
        most = max(most, desk.chip.transfers - transfers)

    assert 0 < most <= MOST_TRANSFERS


def test_no_card_is_none_and_not_before_the_time_is_up(desk: Desk) -> None:
    began = desk.time.elapsed()

    assert desk.reader.read(SECOND) is None

    assert SECOND <= desk.time.elapsed() - began <= SECOND + LONGEST_POLL


def test_a_card_that_is_held_is_told_once(desk: Desk) -> None:
    desk.hold(DOUBLE)

    assert desk.read(within=10 * SECOND) == [DOUBLE]


def test_a_card_that_was_away_is_told_again(desk: Desk) -> None:
    desk.hold(DOUBLE)
    desk.read()
    desk.field.take_away()
    desk.read()
    desk.hold(DOUBLE)

    assert desk.read() == [DOUBLE]


def test_a_card_that_was_lifted_for_a_moment_was_not_away(desk: Desk) -> None:
    desk.hold(DOUBLE)
    desk.read()
    desk.field.take_away()
    desk.read(within=timedelta(milliseconds=300))
    desk.hold(DOUBLE)

    assert desk.read() == []


def test_the_next_card_is_taken_at_once(desk: Desk) -> None:
    desk.hold(SHORT)
    desk.read(within=timedelta(milliseconds=100))
    desk.field.take_away()
    desk.hold(DOUBLE)

    assert desk.read(within=timedelta(milliseconds=100)) == [DOUBLE]


def test_a_card_left_on_the_reader_does_not_keep_others_out(desk: Desk) -> None:
    desk.hold(SHORT)
    desk.read()
    desk.hold(DOUBLE)

    assert desk.read() == [DOUBLE]


def test_cards_that_came_one_by_one_may_lie_there_together(desk: Desk) -> None:
    for card in (SHORT, DOUBLE, TRIPLE):
        desk.hold(card)
        desk.read()

    assert desk.read(within=10 * SECOND) == []


@pytest.mark.fault
def test_two_cards_held_up_at_once_are_refused(desk: Desk) -> None:
    desk.hold(SHORT, DOUBLE)

    assert set(desk.told(polls=20)) == {"DeviceMisread"}


@pytest.mark.fault
def test_of_two_cards_held_up_at_once_the_one_left_is_read(desk: Desk) -> None:
    desk.hold(SHORT, DOUBLE)
    desk.told(polls=20)
    desk.field.cards.pop(0)

    assert desk.read() == [DOUBLE]


@pytest.mark.fault
def test_a_spoilt_poll_does_not_turn_into_a_busy_one(desk: Desk) -> None:
    desk.hold(SHORT, DOUBLE)
    began = desk.time.elapsed()

    desk.told(polls=20)

    assert desk.time.elapsed() - began >= 20 * timedelta(milliseconds=25)


@pytest.mark.fault
@pytest.mark.parametrize("card", [SHORT, DOUBLE, TRIPLE], ids=str)
def test_a_card_that_leaves_too_early_is_no_number(card: CardUid) -> None:
    for transfers in range(READING):
        with open_desk() as desk:
            desk.hold(card)
            desk.chip.plan(desk.field.take_away, after=transfers)

            assert desk.told(polls=2) in ([], ["DeviceMisread"], [card])


@pytest.mark.fault
def test_a_card_that_left_too_early_is_read_when_it_is_held_up_again(desk: Desk) -> None:
    desk.hold(DOUBLE)
    desk.chip.plan(desk.field.take_away, after=60)
    with pytest.raises(DeviceMisread, match="left"):
        desk.poll()
    desk.hold(DOUBLE)

    assert desk.read() == [DOUBLE]


@pytest.mark.fault
@pytest.mark.parametrize("told", ["A1B2C3D4", "04112233445566778899"])
def test_a_number_that_never_ends_is_no_number(desk: Desk, told: str) -> None:
    desk.field.put(EmulatedCard(CardUid.parse(told), sak=CASCADE_BIT))

    with pytest.raises(DeviceMisread, match="without an end"):
        desk.poll()


@pytest.mark.fault
def test_the_beginning_of_a_longer_number_is_no_number(desk: Desk) -> None:
    desk.hold(CardUid(bytes((CASCADE_TAG, 1, 2, 3))))

    with pytest.raises(DeviceMisread, match="the beginning of a number"):
        desk.poll()


@given(cards=st.lists(numbers, min_size=1, max_size=3, unique=True))
@settings(deadline=None)
def test_cards_together_are_a_misread_and_a_card_alone_is_right(cards: list[CardUid]) -> None:
    with open_desk() as desk:
        desk.hold(*cards)

        told = desk.told(polls=20)

    assert told == cards if len(cards) == 1 else set(told) == {"DeviceMisread"}


@pytest.mark.fault
@pytest.mark.parametrize("card", [SHORT, DOUBLE, TRIPLE], ids=str)
def test_a_bit_spoilt_anywhere_makes_no_wrong_number(desk: Desk, card: CardUid) -> None:
    told = set[CardUid | str]()
    for answer, bit in product(range(ANSWERS), range(BITS)):
        desk.field.spoil(*[None] * answer, bit)
        desk.hold(card)
        told |= {*desk.told(polls=3)}
        desk.field.take_away()
        desk.told(polls=30)

    assert told == {card, "DeviceMisread"}


@given(
    cards=st.lists(numbers, min_size=1, max_size=3, unique=True),
    spoils=st.lists(st.none() | st.integers(0, 39), max_size=12),
    leaves=st.integers(0, READING),
)
@settings(deadline=None, max_examples=300)
def test_no_mishap_makes_a_wrong_number(
    cards: list[CardUid], spoils: list[int | None], leaves: int
) -> None:
    with open_desk() as desk:
        desk.hold(*cards)
        desk.field.spoil(*spoils)
        desk.chip.plan(desk.field.cards.pop, after=leaves)

        told = desk.told(polls=20)

    assert set(told) <= {*cards, "DeviceMisread"}


class SlowTime(SteppedTime):
    """A kiosk that gets round to its reader only every few seconds."""

    def wait(self, time: timedelta) -> None:
        super().wait(time if time < ONE_POLL else 4 * SECOND)


@pytest.mark.fault
@pytest.mark.covers("BIO-02")
def test_a_card_that_lies_on_the_reader_for_eight_hours_is_one_sighting() -> None:
    with open_desk(SlowTime()) as desk:
        desk.hold(DOUBLE)

        assert desk.read(within=timedelta(hours=8)) == [DOUBLE]


@pytest.mark.fault
def test_a_card_at_the_edge_that_is_often_missed_is_one_sighting(desk: Desk) -> None:
    desk.hold(DOUBLE)
    desk.read()
    a_look_that_misses = (None, 5)  # it wakes, but what it acknowledges with is spoilt

    told = []
    for _ in range(200):
        desk.field.spoil(*a_look_that_misses, *a_look_that_misses)
        told += desk.read(within=SECOND)

    assert told == []


def test_closing_twice_does_no_harm(desk: Desk) -> None:
    desk.reader.close()
    desk.reader.close()


def test_a_closed_reader_opens_again_when_it_is_asked(desk: Desk) -> None:
    desk.reader.close()
    desk.hold(SHORT)

    assert desk.read() == [SHORT]


def test_a_reader_that_was_never_asked_is_closed_without_harm() -> None:
    Mfrc522Reader().close()
