from datetime import timedelta

import pytest

from drivers.card.late import LateReader
from drivers.card.reader import CardReader, CardUid, TypingReader
from drivers.card.simulated import SimulatedCardReader
from drivers.card.wedge import Wanted, WedgeReader
from drivers.errors import DeviceAway
from tests.drivers.card.keyboard import PipedKeyboard

AT_ONCE = timedelta(milliseconds=1)
CARD = CardUid.parse("16A41AB1")


class Shelf:
    """Where a reader's driver lies, unless its library is missing."""

    def __init__(self, reader: CardReader) -> None:
        self.reader = reader
        self.is_missing = False
        self.made = 0

    def make(self) -> CardReader:
        if self.is_missing:
            raise ImportError("libpcsclite.so.1: cannot open shared object file")
        self.made += 1
        return self.reader


def test_the_reader_is_made_once_and_read() -> None:
    simulated = SimulatedCardReader()
    shelf = Shelf(simulated)
    reader = LateReader(shelf.make)
    simulated.tap(CARD)

    assert [reader.read(AT_ONCE), reader.read(AT_ONCE)] == [CARD, None]
    assert shelf.made == 1


@pytest.mark.fault
def test_a_missing_library_is_a_device_that_is_away_until_it_is_there() -> None:
    shelf = Shelf(SimulatedCardReader())
    shelf.is_missing = True
    reader = LateReader(shelf.make)
    with pytest.raises(DeviceAway, match=r"libpcsclite.*pcscd"):
        reader.read(AT_ONCE)

    shelf.is_missing = False

    assert reader.read(AT_ONCE) is None


def test_what_a_typing_reader_typed_is_told() -> None:
    keyboard = PipedKeyboard()
    reader = LateReader(lambda: WedgeReader(Wanted(name="a"), plug_in=lambda _: keyboard))
    typed_before = reader.typed
    keyboard.type("16A41AB1\n")

    assert reader.read(AT_ONCE) == CARD
    assert (typed_before, reader.typed) == ("", "16A41AB1")
    assert isinstance(reader, TypingReader)
    reader.close()


def test_a_reader_that_does_not_type_typed_nothing() -> None:
    reader = LateReader(SimulatedCardReader)
    reader.read(AT_ONCE)

    assert reader.typed == ""


def test_it_is_closed_with_its_reader_twice_without_harm() -> None:
    simulated = SimulatedCardReader()
    reader = LateReader(lambda: simulated)
    reader.close()
    reader.read(AT_ONCE)

    reader.close()
    reader.close()

    assert simulated.is_closed
