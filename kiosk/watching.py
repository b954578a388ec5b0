"""The readers' threads: each waits for its device and puts what it saw on the queue."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event

import structlog

from drivers.camera.camera import Camera
from drivers.card.reader import CardReader
from drivers.clock.clock import Clock
from drivers.errors import DeviceAway, DeviceMisread
from drivers.qr.decoder import QrDecoder
from kiosk.devices import Devices
from kiosk.protocol.messages import Method
from kiosk.pulse import Pulse
from kiosk.visit import Sighting

log = structlog.get_logger()

WAIT = timedelta(seconds=0.5)
AWAY_PAUSE = timedelta(seconds=1)
MOST_CHARACTERS = 512
"""A code longer than the wire carries is nobody's; its beginning is enough to report it."""

RESTING = timedelta(seconds=2)
"""A code that was in the picture this short a time ago has not been away."""


class CardWatch:
    """Turns cards held to the reader into sightings."""

    def __init__(self, reader: CardReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock

    def look(self) -> tuple[Sighting, ...]:
        """Wait a moment for a card. Raises the driver's errors."""
        card = self._reader.read(WAIT)
        return () if card is None else (Sighting(Method.CARD, str(card), self._clock.read()),)

    def close(self) -> None:
        """Let go of the reader."""
        self._reader.close()


class CodeWatch:
    """Turns QR codes held to the camera into sightings, each once for as long as it is held."""

    def __init__(self, camera: Camera, decoder: QrDecoder, clock: Clock) -> None:
        self._camera = camera
        self._decoder = decoder
        self._clock = clock
        self._seen_at: dict[str, timedelta] = {}

    def look(self) -> tuple[Sighting, ...]:
        """Wait a moment for a picture with a code. Raises the drivers' errors."""
        frame = self._camera.capture(WAIT)
        if frame is None:
            return ()
        codes = tuple(code[:MOST_CHARACTERS] for code in self._decoder.decode(frame))
        reading = self._clock.read()
        new = [code for code in codes if code and not self._rests(code, reading.uptime)]
        resting = {c: at for c, at in self._seen_at.items() if reading.uptime - at < RESTING}
        self._seen_at = resting | dict.fromkeys(codes, reading.uptime)
        return tuple(Sighting(Method.QR, code, reading) for code in new)

    def close(self) -> None:
        """Let go of the camera."""
        self._camera.close()

    def _rests(self, code: str, uptime: timedelta) -> bool:
        seen_at = self._seen_at.get(code)
        return seen_at is not None and uptime - seen_at < RESTING


Watch = CardWatch | CodeWatch


def watch(
    name: str,
    device: Watch,
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
