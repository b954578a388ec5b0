"""Frames from a camera's memory: padding cut, colours in order. Loads numpy."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.camera.camera import GRAY, RGB, Frame

Pixels = NDArray[np.uint8]


def _brightness_first(rows: Pixels, width: int, height: int) -> Pixels:
    return rows[:height, :width]


GRAYS: dict[str, Callable[[Pixels, int, int], Pixels]] = {
    "YUV420": _brightness_first,
    "YVU420": _brightness_first,
    "NV12": _brightness_first,
    "NV21": _brightness_first,
    "YUYV": lambda rows, width, _: rows[:, :width, 0],
    "YVYU": lambda rows, width, _: rows[:, :width, 0],
}
"""How brightness lies in the arrays picamera2 makes of each format."""

COLOURS: dict[str, Callable[[Pixels], Pixels]] = {
    "BGR888": lambda rows: rows,
    "RGB888": lambda rows: rows[:, :, ::-1],
    "XBGR8888": lambda rows: rows[:, :, :RGB],
    "XRGB8888": lambda rows: rows[:, :, 2::-1],
}
"""How red, green and blue are had of each format: libcamera's names read backwards in memory."""


def gray(rows: Pixels, stream: dict[str, Any]) -> Frame:
    """The brightness of a picture in one of the formats of `GRAYS`, copied once."""
    width, height = stream["size"]
    plane = GRAYS[stream["format"]](rows, width, height)
    return Frame(width, height, GRAY, plane.tobytes())


def colour(rows: Pixels, stream: dict[str, Any]) -> Frame:
    """A picture in one of the formats of `COLOURS`, copied once."""
    width, height = stream["size"]
    return Frame(width, height, RGB, COLOURS[stream["format"]](rows).tobytes())
