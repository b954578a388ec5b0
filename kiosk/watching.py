"""The readers' threads: each waits for its device and puts what it saw on the queue."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event

import structlog

from drivers.card.reader import CardReader, TypingReader
from drivers.clock.clock import Clock
from drivers.errors import DeviceAway, DeviceMisread
from kiosk.devices import Devices
from kiosk.protocol.messages import Method
from kiosk.pulse import Pulse
from kiosk.visit import Sighting

log = structlog.get_logger()

WAIT = timedelta(seconds=0.5)
AWAY_PAUSE = timedelta(seconds=1)

PATIENCE = timedelta(milliseconds=300)
"""A card on its way to the reader may be misread for so long."""

APART = timedelta(seconds=2)
"""Misreads further apart than this are of different cards."""


class CardWatch:
    """Turns cards held to the reader into sightings."""

    def __init__(self, reader: CardReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock
        self._typing = reader if isinstance(reader, TypingReader) else None
        self._misreads = Misreads(tries_on=self._typing is None)

    def look(self) -> tuple[Sighting, ...]:
        """Wait a moment for a card. Raises the driver's errors."""
        try:
            card = self._reader.read(WAIT)
        except DeviceMisread:
            self._misreads.misread(self._clock.uptime())
            raise
        if card is None:
            return ()
        reading = self._clock.read()
        self._misreads.read(reading.uptime)
        typed = self._typing.typed if self._typing else ""
        return (Sighting(Method.CARD, str(card), reading, typed),)

    def is_unread(self) -> bool:
        """Whether somebody has to be told that their card is not read; once for each."""
        return self._misreads.are_open and self._misreads.are_due(self._clock.uptime())

    def close(self) -> None:
        """Let go of the reader."""
        self._reader.close()


class Misreads:
    """Tells cards that cannot be read from one that comes or goes.

    A reader that `tries_on` misreads such cards for as long as they are held up; another one
    tells it once. Times are the machine's uptime.
    """

    def __init__(self, *, tries_on: bool) -> None:
        self._tries_on = tries_on
        self._first: timedelta | None = None
        self._last = self._quiet_until = timedelta(0)
        self._is_told = False

    @property
    def are_open(self) -> bool:
        """Whether something was misread of which nobody was told."""
        return self._first is not None and not self._is_told

    def misread(self, now: timedelta) -> None:
        """A card was there and was not read."""
        if now < self._quiet_until:
            return
        if self._first is None or now - self._last >= APART:
            self._first, self._is_told = now, False
        self._last = now

    def read(self, now: timedelta) -> None:
        """A card was read: what is misread next is that card on its way out."""
        self._first = None
        if self._tries_on:
            self._quiet_until = now + APART

    def are_due(self, now: timedelta) -> bool:
        """Whether it is time to say so; once, until cards were away."""
        if self._first is None or not self.are_open:
            return False
        until = self._last if self._tries_on else now
        self._is_told = until - self._first >= PATIENCE
        return self._is_told


def watch(
    name: str,
    device: CardWatch,
    *,
    put: Callable[[Sighting], None],
    unread: Callable[[], None],
    stop: Event,
    devices: Devices,
    pulse: Pulse,
) -> None:
    """Look until `stop` is set, and say how the device is. One that is away is asked again.

    `unread` is called for people whose cards cannot be read.
    """
    while not stop.is_set():
        pulse.beat(name)
        try:
            for sighting in device.look():
                put(sighting)
        except DeviceMisread as spoilt:
            log.debug("device_misread", device=name, reason=str(spoilt))
        except DeviceAway as away:
            devices.away(name, str(away))
            stop.wait(AWAY_PAUSE.total_seconds())
            continue
        devices.well(name)
        if device.is_unread():
            unread()
    device.close()
