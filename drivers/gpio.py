"""Opening what hangs on the Raspberry Pi's pins, and naming in words why it cannot be had."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from drivers.errors import DeviceAway

T = TypeVar("T")


def opened(name: str, make: Callable[[], T]) -> T:
    """What `make` makes with gpiozero. Raises DeviceAway when the pins cannot be had."""
    # Without this gpiozero tries one library after the other, and may end with one that
    # takes all pins and drives none.
    os.environ.setdefault("GPIOZERO_PIN_FACTORY", "lgpio")
    with answering(name):
        return make()


@contextmanager
def answering(name: str) -> Iterator[None]:
    """Turn what gpiozero and the library below it raise into DeviceAway."""
    try:
        yield
    except ImportError as missing:
        raise DeviceAway(
            f"the {name} needs a library that is not installed ({missing}): "
            "install the kiosk with its `hardware` extra"
        ) from missing
    except _failures() as failed:
        raise DeviceAway(
            f"the {name}'s pins cannot be used ({failed}): is this a Raspberry Pi, are the pins "
            "free, and is the user in the group gpio?"
        ) from failed


def _failures() -> tuple[type[Exception], ...]:
    """Every error those libraries raise; asked only once one was raised."""
    named = (("gpiozero", "GPIOZeroError"), ("lgpio", "error"))
    own = (getattr(sys.modules.get(module), error, None) for module, error in named)
    return (OSError, RuntimeError, *(each for each in own if each is not None))
