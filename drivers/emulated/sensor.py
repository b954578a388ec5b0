"""An emulated image sensor at the end of a ribbon: what it sees, how it paints, how it fails."""

from dataclasses import dataclass, field
from functools import lru_cache
from threading import Event, Lock

import numpy as np
from numpy.typing import NDArray

from drivers.camera.camera import RGB, Frame

Pixels = NDArray[np.uint8]

PADDING = 0xEE
"""What stands in the bytes beyond the end of a row."""

ALIGNMENT = 64
LUMA = np.array((0.299, 0.587, 0.114))
BLUENESS = np.array((-0.168736, -0.331264, 0.5))
REDNESS = np.array((0.5, -0.418688, -0.081312))

CHANNELS = {
    "BGR888": (0, 1, 2),
    "RGB888": (2, 1, 0),
    "XBGR8888": (0, 1, 2, 0),
    "XRGB8888": (2, 1, 0, 0),
}
"""The order of red (0), green and blue in memory: libcamera's names read backwards."""

DARK = Frame(width=1, height=1, depth=RGB, pixels=bytes(3))


@dataclass(frozen=True, slots=True)
class Layout:
    """One stream's pictures in memory."""

    width: int
    height: int
    format: str

    @property
    def stride(self) -> int:
        """Bytes from one row to the next."""
        row = self.width * len(CHANNELS.get(self.format, "y"))
        return -(-row // ALIGNMENT) * ALIGNMENT

    @property
    def size(self) -> int:
        """Bytes of one whole picture, padding included."""
        rows = self.height if self.format in CHANNELS else self.height * 3 // 2
        return self.stride * rows


def _set() -> Event:
    event = Event()
    event.set()
    return event


@dataclass
class Sensor:
    """What hangs on the ribbon. Driven by tests, from any thread.

    `substitutes` are the formats the image processor gives instead of those asked for;
    `widest` is the widest picture it can give; `is_taken` is true while a program has it, and
    `chosen` are the controls it was last started with.
    """

    model: str = "imx708"
    substitutes: dict[str, str] = field(default_factory=dict)
    widest: int = 4608
    can_focus: bool = False
    chosen: dict[str, object] = field(default_factory=dict)
    given: int = 0
    waiting: int = 0
    is_stalled: bool = False
    is_there: bool = True
    is_taken: bool = False
    answers: Event = field(default_factory=_set)
    picture: Frame = DARK

    def show(self, picture: Frame) -> None:
        """Hold a coloured picture before the lens: it fills the view, whatever its size."""
        self.picture = picture

    def stall(self) -> None:
        """Give no more pictures, and say nothing about it."""
        self.is_stalled = True

    def resume(self) -> None:
        """Give pictures again."""
        self.is_stalled = False

    def hang(self) -> None:
        """Let the camera's driver hang when it is next started or stopped, until `come_round`."""
        self.answers.clear()

    def come_round(self) -> None:
        """Let a driver that hangs go on."""
        self.answers.set()

    def paint(self, layout: Layout) -> Pixels:
        """The picture as it lies in memory in that layout."""
        return _painted(self.picture, layout)


class Ribbon:
    """The board's camera connector."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sensor: Sensor | None = None

    @property
    def sensor(self) -> Sensor | None:
        """What is plugged in; None when nothing is."""
        return self._sensor

    def plug(self, sensor: Sensor) -> Sensor:
        """Plug a sensor in, in the place of what was there."""
        self.unplug()
        with self._lock:
            self._sensor = sensor
        return sensor

    def unplug(self) -> None:
        """Pull out what is plugged in, running or not."""
        with self._lock:
            sensor, self._sensor = self._sensor, None
        if sensor is not None:
            sensor.is_there = False
            sensor.come_round()


RIBBON = Ribbon()
"""The one connector of this machine: a library's module has no constructor to hand it to."""


@lru_cache(maxsize=8)
def _painted(picture: Frame, layout: Layout) -> Pixels:
    seen = np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width, RGB)
    down = np.arange(layout.height) * picture.height // layout.height
    across = np.arange(layout.width) * picture.width // layout.width
    scaled = seen[down][:, across]
    if layout.format in CHANNELS:
        rows = scaled[:, :, CHANNELS[layout.format]].reshape(layout.height, -1)
        return _padded(rows, layout.stride)
    return _luma_and_chroma(scaled, layout)


def _luma_and_chroma(scaled: Pixels, layout: Layout) -> Pixels:
    """BT.601, all 256 steps used, a quarter of the colour."""
    luma = _padded((scaled @ LUMA).round().astype(np.uint8), layout.stride)
    quarter = scaled[::2, ::2]
    blue = ((quarter @ BLUENESS) + 128).clip(0, 255).astype(np.uint8)
    red = ((quarter @ REDNESS) + 128).clip(0, 255).astype(np.uint8)
    if layout.format == "NV12":
        pairs = np.stack((blue, red), axis=2).reshape(layout.height // 2, -1)
        return np.concatenate((luma, _padded(pairs, layout.stride)))
    planes = [_padded(each, layout.stride // 2).ravel() for each in (blue, red)]
    return np.concatenate((luma.ravel(), *planes))


def _padded(rows: Pixels, stride: int) -> Pixels:
    wide = np.full((len(rows), stride), PADDING, np.uint8)
    wide[:, : rows.shape[1]] = rows
    return wide
