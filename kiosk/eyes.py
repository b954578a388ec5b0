"""The camera's worker: pictures in, sightings of QR codes out. No card ever waits for it."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event

import structlog

from drivers.camera.camera import Camera
from drivers.clock.clock import Clock
from drivers.errors import DeviceAway, DeviceMisread
from drivers.qr.decoder import QrDecoder
from kiosk.album import Album, Glance
from kiosk.devices import Devices
from kiosk.protocol.messages import Method
from kiosk.pulse import Pulse
from kiosk.visit import Sighting

log = structlog.get_logger()

NAME = "camera"
WAIT = timedelta(seconds=0.5)

FIRST_PAUSE, LAST_PAUSE = timedelta(seconds=1), timedelta(seconds=60)
"""How long a camera that is away is left alone: twice as long each time."""

BEATS_APART = timedelta(seconds=10)

MOST_CHARACTERS = 512
"""A code longer than the wire carries is nobody's; its beginning is enough to report it."""

RESTING = timedelta(seconds=2)
"""A code that was in the picture this short a time ago has not been away."""


class Eyes:
    """Owns the camera and its decoder, and shares the pictures by `album`.

    Codes are looked for in every picture. A camera that fails is closed, left alone for a
    while and opened anew, for ever.
    """

    def __init__(
        self,
        camera: Camera,
        decoder: QrDecoder,
        clock: Clock,
        *,
        put: Callable[[Sighting], None],
        devices: Devices,
        pulse: Pulse,
    ) -> None:
        self._camera = camera
        self._decoder = decoder
        self._clock = clock
        self._put = put
        self._devices = devices
        self._pulse = pulse
        self._held = HeldCodes()
        self._pauses = Pauses()
        self._is_well: bool | None = None
        self.album = Album()

    def run(self, stop: Event) -> None:
        """Look until `stop` is set, then let go of the camera."""
        try:
            while not stop.is_set():
                self._pulse.beat(NAME)
                self._leave_alone(self.look(), stop)
        finally:
            self._camera.close()

    def look(self) -> timedelta:
        """Wait a moment for a picture and look at it; how long to leave the camera alone then."""
        colour = self.album.is_colour_due(self._clock.uptime())
        try:
            shot = self._camera.capture(WAIT, colour=colour)
        except DeviceAway as away:
            return self._away(away)
        reading = self._clock.read()
        if shot is None:
            self._silent()
            return timedelta(0)
        self._well(reading.uptime)
        self.album.add(Glance(reading.uptime, shot))
        try:
            codes = self._decoder.decode(shot.gray)
        except DeviceMisread as spoilt:
            log.debug("device_misread", device=NAME, reason=str(spoilt))
            return timedelta(0)
        for code in self._held.new(codes, reading.uptime):
            self._put(Sighting(Method.QR, code, reading))
        return timedelta(0)

    def _away(self, why: DeviceAway) -> timedelta:
        self._is_well = False
        self._devices.away(NAME, str(why))
        return self._pauses.after_failure()

    def _silent(self) -> None:
        """No picture in time: nothing is known against the camera, unless it was away."""
        if self._is_well is None:
            self._is_well = True
            self._devices.well(NAME)

    def _well(self, uptime: timedelta) -> None:
        if not self._is_well:
            self._is_well = True
            self._devices.well(NAME)
        self._pauses.seen(uptime)

    def _leave_alone(self, pause: timedelta, stop: Event) -> None:
        """Wait in portions: a worker that waits for its camera is not one that hangs."""
        while pause > timedelta(0) and not stop.wait(min(pause, BEATS_APART).total_seconds()):
            pause -= BEATS_APART
            self._pulse.beat(NAME)


class HeldCodes:
    """Tells a code that was just held up from one that is still held."""

    def __init__(self) -> None:
        self._seen_at: dict[str, timedelta] = {}

    def new(self, codes: tuple[str, ...], uptime: timedelta) -> tuple[str, ...]:
        """Those of a picture's codes that were in no picture lately, cut to what can be told."""
        if not codes and not self._seen_at:
            return ()
        told = tuple(dict.fromkeys(code[:MOST_CHARACTERS] for code in codes if code))
        held = {code: at for code, at in self._seen_at.items() if uptime - at < RESTING}
        self._seen_at = held | dict.fromkeys(told, uptime)
        return tuple(code for code in told if code not in held)


class Pauses:
    """How long to leave a failing camera alone: longer each time, until it worked for a while."""

    def __init__(self) -> None:
        self._next = FIRST_PAUSE
        self._works_since: timedelta | None = None

    def after_failure(self) -> timedelta:
        """The pause that is due now."""
        pause, self._next = self._next, min(2 * self._next, LAST_PAUSE)
        self._works_since = None
        return pause

    def seen(self, uptime: timedelta) -> None:
        """The camera gave a picture."""
        if self._works_since is None:
            self._works_since = uptime
        elif uptime - self._works_since >= LAST_PAUSE:
            self._next = FIRST_PAUSE
