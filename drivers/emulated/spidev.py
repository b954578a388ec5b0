"""Stands in for the module `spidev`: the part of it that the card reader's library uses."""

import os
from errno import EACCES, ENOENT

from drivers.emulated.sockets import SOCKETS, Chip


class SpiDev:
    """One opened bus."""

    def __init__(self) -> None:
        self.max_speed_hz = 0
        self._chip: Chip | None = None

    def open(self, bus: int, device: int) -> None:
        """Find what is plugged in. Raises what the kernel raises when it is missing or locked."""
        if (bus, device) in SOCKETS.locked:
            raise PermissionError(EACCES, os.strerror(EACCES))
        chip = SOCKETS.chips.get((bus, device))
        if chip is None:
            raise FileNotFoundError(ENOENT, os.strerror(ENOENT))
        self._chip = chip

    def xfer2(self, values: list[int]) -> list[int]:
        """Exchange bytes with the chip. Raises OSError when the bus was closed."""
        if self._chip is None:
            raise OSError("the bus is not open")
        return self._chip.transfer(values)

    def close(self) -> None:
        """Let go of the bus. Closing twice does no harm."""
        self._chip = None
