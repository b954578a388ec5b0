"""Puts an emulated card reader into the computer: `import spidev` and `RPi.GPIO` find it."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType

from drivers.emulated import gpio, spidev
from drivers.emulated.mfrc522_chip import Mfrc522Chip
from drivers.emulated.sockets import SOCKETS

RESET_PIN = 22
"""Where the library expects it, counted as on the board."""


BOUND = ("mfrc522", "mfrc522.MFRC522", "mfrc522.SimpleMFRC522", "drivers.card.antenna")
"""Modules that hold on to `spidev` and `RPi.GPIO` as they found them when they were loaded."""


@contextmanager
def plugged_in(
    chip: Mfrc522Chip, *, bus: int = 0, device: int = 0, reset_pin: int = RESET_PIN
) -> Iterator[None]:
    """Let libraries loaded meanwhile find the chip where the real one would be."""
    SOCKETS.chips[bus, device] = chip
    SOCKETS.pins[reset_pin] = chip.set_reset_pin
    try:
        with _stood_in():
            yield
    finally:
        del SOCKETS.chips[bus, device], SOCKETS.pins[reset_pin]
        gpio.cleanup()


@contextmanager
def _stood_in() -> Iterator[None]:
    """Put the emulated modules in the real ones' place; afterwards all is as it was before."""
    emulated = {"spidev": spidev, "RPi": ModuleType("RPi"), "RPi.GPIO": gpio}
    before = _taken_out((*emulated, *BOUND))
    sys.modules |= emulated
    try:
        yield
    finally:
        _taken_out((*emulated, *BOUND))
        sys.modules |= before


def _taken_out(names: Iterable[str]) -> dict[str, ModuleType]:
    """The modules of these names that are loaded, which are no more."""
    return {name: sys.modules.pop(name) for name in names if name in sys.modules}
