"""A camera's frame as a JPEG that is never larger than may be sent."""

import io
from typing import TYPE_CHECKING

from drivers.camera.camera import GRAY, Frame

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_OCTETS = 60_000
WIDEST = 640
"""Pixels of the longer side: enough to recognise who stands at arm's length."""
QUALITIES = (80, 65, 50)
"""Tried in this order; a picture too noisy for all of them is made smaller."""


def of(frame: Frame) -> bytes:
    """The frame, at most `WIDEST` wide and high, in at most `MOST_OCTETS` bytes.

    Raises ValueError for a frame without pixels.
    """
    from PIL import Image  # noqa: PLC0415 - only a kiosk that keeps stills loads it

    if not frame.pixels:
        raise ValueError("the frame is empty")
    mode = "L" if frame.depth == GRAY else "RGB"
    picture = Image.frombytes(mode, (frame.width, frame.height), frame.pixels)
    picture.thumbnail((WIDEST, WIDEST))
    while (octets := _encoded(picture)) is None:
        side = max(picture.size) * 3 // 4
        picture.thumbnail((side, side))
    return octets


def _encoded(picture: "Image") -> bytes | None:
    """None when no quality makes it small enough."""
    for quality in QUALITIES:
        octets = io.BytesIO()
        picture.save(octets, "JPEG", quality=quality, optimize=True)
        if octets.tell() <= MOST_OCTETS:
            return octets.getvalue()
    return None
