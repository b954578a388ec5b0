"""An emulated MFRC522 on a bus that no time passes on, and the library as it comes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from drivers.emulated.mfrc522_chip import Mfrc522Chip
from drivers.emulated.plugging import plugged_in
from drivers.emulated.proximity import Field
from drivers.emulated.times import SteppedTime


class Bus:
    """The chip, and what is said to it."""

    def __init__(self) -> None:
        self.time = SteppedTime()
        self.field = Field()
        self.chip = Mfrc522Chip(self.field, self.time)

    def library(self) -> Any:
        from mfrc522 import SimpleMFRC522  # noqa: PLC0415 - finds the emulated modules only now

        return SimpleMFRC522()

    def read(self, register: int) -> int:
        return self.chip.transfer([register << 1 | 0x80, 0])[1]

    def write(self, register: int, *values: int) -> None:
        self.chip.transfer([register << 1, *values])


@contextmanager
def open_bus() -> Iterator[Bus]:
    """A bus with the chip plugged in."""
    bus = Bus()
    with plugged_in(bus.chip):
        yield bus
