"""What a face engine promises. It measures; whose face it is, the kiosk's gallery decides."""

import math
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, Self

from drivers.camera.camera import Frame

MEASURES = 128
_LAYOUT = struct.Struct(f"<{MEASURES}f")


@dataclass(frozen=True, slots=True)
class Measures:
    """The 128 measures of one face, comparable by distance, as four-byte floats, low byte first."""

    octets: bytes

    def __post_init__(self) -> None:
        if len(self.octets) != _LAYOUT.size:
            raise ValueError(f"face measures have {_LAYOUT.size} bytes, not {len(self.octets)}")
        if not all(map(math.isfinite, _LAYOUT.unpack(self.octets))):
            raise ValueError("face measures are finite numbers")

    @classmethod
    def of(cls, numbers: Iterable[float]) -> Self:
        """Measures from their numbers. Raises ValueError unless there are 128, all finite."""
        found = tuple(numbers)
        if len(found) != MEASURES:
            raise ValueError(f"a face has {MEASURES} measures, not {len(found)}")
        return cls(_LAYOUT.pack(*found))

    @classmethod
    def mean(cls, several: Iterable[Self]) -> Self:
        """The middle of several measures of one face. Raises ValueError when there are none."""
        rows = [each.numbers() for each in several]
        return cls.of(sum(column) / len(rows) for column in zip(*rows, strict=True))

    def numbers(self) -> tuple[float, ...]:
        """The measures, one by one."""
        return _LAYOUT.unpack(self.octets)

    def distance(self, other: Self) -> float:
        """How unlike two faces are; 0 is the same picture."""
        return math.dist(self.numbers(), other.numbers())


@dataclass(frozen=True, slots=True)
class Face:
    """Where a face is in its frame, in pixels.

    `openness` is how far its eyes are open, their height over their width; None when nobody
    asked.
    """

    left: int
    top: int
    width: int
    height: int
    openness: float | None = None


class FaceEngine(Protocol):
    """Finds and measures faces. Each call may take a second: never call it from the loop."""

    def find(self, frame: Frame, *, smallest_px: int, eyes: bool = False) -> tuple[Face, ...]:
        """Every face at least `smallest_px` wide, the largest first; `eyes` measures their eyes.

        Raises DeviceMisread when the picture cannot be worked on, DeviceAway when the engine
        does not answer.
        """
        ...

    def measure(self, frame: Frame, face: Face) -> Measures:
        """The measures of a face found in `frame`. Raises as `find` does."""
        ...

    def close(self) -> None:
        """Let go of models and memory. Closing twice does no harm; the next call opens it anew."""
        ...
