from datetime import timedelta

import pytest

from drivers.card.reader import CardUid
from drivers.card.simulated import SimulatedCardReader
from drivers.errors import DeviceAway

AT_ONCE = timedelta(milliseconds=1)
CARD, OTHER = CardUid(bytes(4)), CardUid(bytes(7))


def test_cards_are_read_in_the_order_they_were_held_up() -> None:
    reader = SimulatedCardReader()
    reader.tap(CARD)
    reader.tap(OTHER)

    assert [reader.read(AT_ONCE), reader.read(AT_ONCE)] == [CARD, OTHER]
    assert list(reader.was_read) == [CARD, OTHER]


def test_nothing_is_read_when_no_card_comes() -> None:
    assert SimulatedCardReader().read(AT_ONCE) is None


def test_a_reader_told_to_fail_fails_once() -> None:
    reader = SimulatedCardReader()
    reader.fail(DeviceAway("unplugged"))
    reader.tap(CARD)

    with pytest.raises(DeviceAway, match="unplugged"):
        reader.read(AT_ONCE)

    assert reader.read(AT_ONCE) == CARD


def test_closing_twice_does_no_harm() -> None:
    reader = SimulatedCardReader()

    reader.close()
    reader.close()

    assert reader.is_closed
