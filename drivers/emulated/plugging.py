"""Puts an emulated card reader into the computer: `import spidev` and `RPi.GPIO` find it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from drivers.emulated import gpio, spidev
from drivers.emulated.mfrc522_chip import Mfrc522Chip
from drivers.emulated.sockets import SOCKETS

RESET_PIN = 22
"""Where the library expects it, counted as on the board."""


@contextmanager
def plugged_in(
    chip: Mfrc522Chip, *, bus: int = 0, device: int = 0, reset_pin: int = RESET_PIN
) -> Iterator[None]:
    """Let libraries loaded from now on find the chip where the real one would be."""
    _stand_in()
    SOCKETS.chips[bus, device] = chip
    SOCKETS.pins[reset_pin] = chip.set_reset_pin
    try:
        yield
    finally:
        del SOCKETS.chips[bus, device], SOCKETS.pins[reset_pin]


def _stand_in() -> None:
    """Stays for the rest of the process: the library looks for its modules only once."""
    package = ModuleType("RPi")
    sys.modules |= {"spidev": spidev, "RPi": package, "RPi.GPIO": gpio}
