"""Puts an emulated camera into the computer: `import libcamera` finds it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from drivers.emulated import libcamera, pykms
from drivers.emulated.sensor import RIBBON, Sensor


@contextmanager
def booted_with(sensor: Sensor) -> Iterator[Sensor]:
    """Let libraries find the sensor as if the machine had just started with it plugged in."""
    stand_in()
    RIBBON.plug(sensor)
    look_again()
    try:
        yield sensor
    finally:
        RIBBON.unplug()


def stand_in() -> None:
    """Stays for the rest of the process: a library looks for its modules only once."""
    sys.modules |= {"libcamera": libcamera, "pykms": pykms}


def look_again() -> None:
    """Let picamera2 forget the cameras it saw, as a restart would."""
    from picamera2 import Picamera2  # noqa: PLC0415 - it can be imported once libcamera stands in

    Picamera2._cm.reset()  # noqa: SLF001 - nothing public starts libcamera anew
