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


class CardWatch:
    """Turns cards held to the reader into sightings."""

    def __init__(self, reader: CardReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock

    def look(self) -> tuple[Sighting, ...]:
        """Wait a moment for a card. Raises the driver's errors."""
        card = self._reader.read(WAIT)
        if card is None:
            return ()
        typed = self._reader.typed if isinstance(self._reader, TypingReader) else ""
        return (Sighting(Method.CARD, str(card), self._clock.read(), typed),)

    def close(self) -> None:
        """Let go of the reader."""
        self._reader.close()


def watch(
    name: str,
    device: CardWatch,
    *,
    put: Callable[[Sighting], None],
    stop: Event,
    devices: Devices,
    pulse: Pulse,
) -> None:
    """Look until `stop` is set, and say how the device is. One that is away is asked again."""
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
    device.close()
