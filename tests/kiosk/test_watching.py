from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import pytest

from drivers.card.reader import CardUid
from drivers.card.simulated import SimulatedCardReader
from drivers.card.wedge import Wanted, WedgeReader
from drivers.clock.clock import Reading
from drivers.errors import DeviceAway, DeviceMisread
from kiosk.devices import Devices
from kiosk.protocol.messages import DeviceReport, Method
from kiosk.pulse import Pulse
from kiosk.visit import Sighting
from kiosk.watching import CardWatch, Misreads, watch
from tests.drivers.card.desk import DOUBLE, SHORT, Desk, open_desk
from tests.drivers.card.keyboard import PipedKeyboard
from tests.kiosk.made import clock_at, reading_at
from tests.kiosk.neighbours import eventually

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


def watched(
    readers: Readers, *, until: int, unread: Callable[[], None] = lambda: None
) -> list[Sighting]:
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
        unread=unread,
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


class DeskClock:
    """Goes with the time of an emulated reader."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def read(self) -> Reading:
        return replace(reading_at("08:00"), uptime=self.uptime())

    def uptime(self) -> timedelta:
        return self._desk.time.elapsed()


def times_told(desk: Desk, *, looks: int) -> int:
    """How often, in so many looks, somebody had to be told that their card is not read."""
    watch = CardWatch(desk.reader, DeskClock(desk))
    told = 0
    for _ in range(looks):
        with suppress(DeviceMisread):
            watch.look()
        told += watch.is_unread()
    return told


@pytest.mark.fault
@pytest.mark.covers("BIO-01")
def test_two_cards_held_up_at_once_are_told_so_once() -> None:
    with open_desk() as desk:
        desk.hold(SHORT, DOUBLE)

        assert times_told(desk, looks=100) == 1


def test_of_a_card_that_is_read_nothing_is_told() -> None:
    with open_desk() as desk:
        desk.hold(DOUBLE)

        assert times_told(desk, looks=5) == 0


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def test_a_card_drawn_past_too_quickly_is_no_reason_to_say_anything() -> None:
    misreads = Misreads(tries_on=True)

    misreads.misread(seconds(10))
    misreads.misread(seconds(10.1))

    assert not misreads.are_due(seconds(10.6))


def test_a_card_that_was_read_and_is_misread_on_its_way_out_is_well() -> None:
    misreads = Misreads(tries_on=True)
    misreads.read(seconds(10))

    for late in (10.5, 11, 11.5):
        misreads.misread(seconds(late))

    assert not misreads.are_due(seconds(12.5))


def test_what_a_reader_tells_once_is_told_after_a_moment() -> None:
    misreads = Misreads(tries_on=False)
    misreads.misread(seconds(10))

    assert [misreads.are_due(seconds(at)) for at in (10.1, 10.5, 11)] == [False, True, False]


def test_a_card_read_at_the_second_try_is_well() -> None:
    misreads = Misreads(tries_on=False)
    misreads.misread(seconds(10))
    misreads.read(seconds(10.1))

    assert not misreads.are_due(seconds(10.5))


def test_the_next_card_that_is_not_read_is_told_of_too() -> None:
    misreads = Misreads(tries_on=False)
    misreads.misread(seconds(10))
    misreads.are_due(seconds(10.5))

    misreads.misread(seconds(14))

    assert misreads.are_due(seconds(14.5))


def test_who_typed_no_cards_number_is_told_by_the_readers_thread() -> None:
    readers, keyboard, told = Readers(), PipedKeyboard(), list[str]()
    reader = WedgeReader(Wanted(name="Sycreader"), plug_in=lambda _: keyboard)
    readers.cards = CardWatch(reader, readers.clock)
    keyboard.type("12\n")

    def unread() -> None:
        told.append("unread")
        keyboard.type("16A41AB1\n")

    def time_passes() -> list[str]:
        readers.clock.advance(timedelta(milliseconds=100))
        return told

    passing = Thread(target=lambda: eventually(time_passes))
    passing.start()
    seen = watched(readers, until=1, unread=unread)
    passing.join()

    assert (told, [each.value for each in seen]) == (["unread"], ["16A41AB1"])
