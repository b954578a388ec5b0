from datetime import timedelta
from threading import Event

import pytest

from drivers.camera.simulated import SimulatedCamera
from drivers.card.reader import CardUid
from drivers.card.simulated import SimulatedCardReader
from drivers.errors import DeviceAway, DeviceMisread
from drivers.qr.simulated import SimulatedQrDecoder, frame_of
from kiosk.devices import Devices
from kiosk.protocol.messages import DeviceReport, Method
from kiosk.pulse import Pulse
from kiosk.visit import Sighting
from kiosk.watching import MOST_CHARACTERS, RESTING, CardWatch, CodeWatch, watch
from tests.kiosk.made import clock_at

CARD = CardUid.parse("04A224B1C95E80")


class Readers:
    """A card reader and a camera with a clock."""

    def __init__(self) -> None:
        self.clock = clock_at("08:00")
        self.devices = Devices()
        self.reader, self.camera = SimulatedCardReader(), SimulatedCamera()
        self.cards = CardWatch(self.reader, self.clock)
        self.codes = CodeWatch(self.camera, SimulatedQrDecoder(), self.clock)

    def see(self, *codes: str, after: timedelta = timedelta(0)) -> list[str]:
        self.clock.advance(after)
        self.camera.show(frame_of(*codes))
        return [sighting.value for sighting in self.codes.look()]


def test_a_card_becomes_a_sighting_of_that_moment() -> None:
    readers = Readers()
    readers.reader.tap(CARD)

    expected = Sighting(Method.CARD, "04A224B1C95E80", readers.clock.read())
    assert readers.cards.look() == (expected,)


def test_a_code_is_seen_once_for_as_long_as_it_is_held() -> None:
    readers = Readers()
    a_frame = timedelta(milliseconds=200)

    seen = [readers.see("M-1-17", after=a_frame) for _ in range(20)]

    assert seen == [["M-1-17"], *[[]] * 19]


def test_a_code_that_was_away_is_seen_again() -> None:
    readers = Readers()
    readers.see("M-1-17")

    assert readers.see("M-1-17", after=RESTING) == ["M-1-17"]


def test_two_codes_in_one_picture_are_two_sightings() -> None:
    assert Readers().see("M-1-17", "M-1-18") == ["M-1-17", "M-1-18"]


def test_a_code_too_long_to_be_told_is_cut() -> None:
    assert Readers().see("x" * 3000) == ["x" * MOST_CHARACTERS]


def test_an_empty_picture_is_no_sighting() -> None:
    assert Readers().see() == []


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
