"""What a camera promises, and the picture it gives."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

GRAY, RGB = 1, 3
"""Bytes a pixel."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture: rows from the top, pixels from the left, no padding between rows."""

    width: int
    height: int
    depth: int
    pixels: bytes

    def __post_init__(self) -> None:
        if self.depth not in (GRAY, RGB):
            raise ValueError(f"a frame has 1 or 3 bytes a pixel, not {self.depth}")
        if len(self.pixels) != self.width * self.height * self.depth:
            raise ValueError(f"{len(self.pixels)} bytes do not fill the frame")


@dataclass(frozen=True, slots=True)
class Shot:
    """One moment: the small gray picture, and the coloured one where it was asked for."""

    gray: Frame
    colour: Frame | None = None


class Camera(Protocol):
    """Takes pictures of who stands before the kiosk.

    One that went away is opened anew by the next `capture`.
    """

    def capture(self, timeout: timedelta, *, colour: bool = False) -> Shot | None:
        """A picture taken after the call; None when there was none within `timeout`.

        Where the camera has to be opened first, that is waited for, too. In colour when
        `colour` says so: that costs, so ask for it only where somebody looks. Raises
        DeviceAway when the camera is not there or has stopped giving pictures.
        """
        ...

    def close(self) -> None:
        """Stop the camera and let go of it. Closing twice does no harm."""
        ...
