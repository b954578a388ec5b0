from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from typing import Any, Protocol

import pytest

from drivers.camera.picamera2 import Patience, Picamera2Camera, Streams
from drivers.emulated.ribbon import booted_with
from drivers.emulated.sensor import Sensor

SMALL = Streams(main=(320, 240), lores=(200, 150), frames_per_second=50)
SHORT = timedelta(milliseconds=300)
IMPATIENT = Patience(silence=SHORT, opening=timedelta(seconds=5), closing=timedelta(seconds=5))
HASTY = Patience(silence=SHORT, opening=SHORT, closing=SHORT)


@pytest.fixture
def sensor() -> Iterator[Sensor]:
    """A sensor on the ribbon of a machine that was just started."""
    with booted_with(Sensor()) as sensor:
        yield sensor


class OpenCamera(Protocol):
    def __call__(self, **more: Any) -> Picamera2Camera: ...


@pytest.fixture
def open_camera(sensor: Sensor) -> Iterator[OpenCamera]:
    """Makes cameras with small pictures and little patience, and closes them."""
    with ExitStack() as opened:
        yield lambda **more: opened.enter_context(
            closing(Picamera2Camera(**({"streams": SMALL, "patience": IMPATIENT} | more)))
        )
