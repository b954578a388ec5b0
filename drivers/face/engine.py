"""What a face engine promises. It measures; whose face it is, the kiosk's gallery decides."""

from dataclasses import dataclass
from typing import Protocol

from drivers.camera.camera import Frame


@dataclass(frozen=True, slots=True)
class Face:
    """One face in a frame: where it is, in pixels, and its measures, comparable by distance."""

    left: int
    top: int
    width: int
    height: int
    measures: tuple[float, ...]


class FaceEngine(Protocol):
    """Finds and measures faces."""

    def measure(self, frame: Frame) -> tuple[Face, ...]:
        """Every face in `frame`, the largest first; empty when there is none.

        Raises DeviceMisread when the picture cannot be worked on. May take a second: never
        call it from the loop that decides.
        """
        ...
