from threading import Event

import pytest

from drivers.card.reader import CardUid
from drivers.card.simulated import SimulatedCardReader
from drivers.card.wedge import Wanted, WedgeReader
from drivers.errors import DeviceAway, DeviceMisread
from kiosk.devices import Devices
from kiosk.protocol.messages import DeviceReport, Method
from kiosk.pulse import Pulse
from kiosk.visit import Sighting
from kiosk.watching import CardWatch, watch
from tests.drivers.card.keyboard import PipedKeyboard
from tests.kiosk.made import clock_at

CARD = CardUid.parse("04A224B1C95E80")


class Readers:
    """A card reader with a clock."""

    def __init__(self) -> None:
        self.clock = clock_at("08:00")
        self.devices = Devices()
        self.reader = SimulatedCardReader()
        self.cards = CardWatch(self.reader, self.clock)


def test_a_card_becomes_a_sighting_of_that_moment() -> None:
    readers = Readers()
    readers.reader.tap(CARD)

    expected = Sighting(Method.CARD, "04A224B1C95E80", readers.clock.read())
    assert readers.cards.look() == (expected,)


def watched(readers: Readers, *, until: int) -> list[Sighting]:
    """What was seen until so many sightings were there."""
    stop, seen = Event(), list[Sighting]()

    def put(sighting: Sighting) -> None:
        seen.append(sighting)
        if len(seen) == until:
            stop.set()

    watch(
        "card-reader",
        readers.cards,
        put=put,
        stop=stop,
        devices=readers.devices,
        pulse=Pulse(readers.clock),
    )
    return seen


@pytest.mark.fault
def test_a_reader_that_was_away_is_used_again_when_it_is_back() -> None:
    readers = Readers()
    readers.reader.fail(DeviceAway("unplugged"))
    readers.reader.tap(CARD)

    assert [sighting.value for sighting in watched(readers, until=1)] == [str(CARD)]
    assert readers.reader.is_closed
    assert readers.devices.reports() == (DeviceReport(name="card-reader", ok=True),)


@pytest.mark.fault
def test_a_misread_card_is_asked_again_at_once() -> None:
    readers = Readers()
    readers.reader.fail(DeviceMisread("left too early"))
    readers.reader.tap(CARD)

    assert len(watched(readers, until=1)) == 1


def test_what_a_reader_typed_goes_with_the_sighting() -> None:
    keyboard = PipedKeyboard()
    reader = WedgeReader(Wanted(name="Sycreader"), plug_in=lambda _: keyboard)
    keyboard.type("16A41AB1\n")

    [sighting] = CardWatch(reader, clock_at("08:00")).look()

    assert (sighting.value, sighting.typed) == ("16A41AB1", "16A41AB1")
    reader.close()
