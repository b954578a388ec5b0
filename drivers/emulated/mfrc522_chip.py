"""An emulated MFRC522 in its socket: what its bus and its reset pin see, and how it fails."""

from collections.abc import Callable, Collection, Sequence
from enum import Enum, auto

from drivers.emulated.mfrc522_core import Mfrc522Core
from drivers.emulated.proximity import Field
from drivers.emulated.times import DeviceTime

LOW, HIGH = 0x00, 0xFF
"""What is read of a line that no chip drives: it depends on the wiring."""

_READ = 0x80


class Health(Enum):
    """Whether the chip answers at all."""

    WELL = auto()
    HUNG = auto()
    UNPLUGGED = auto()


class Mfrc522Chip:
    """Does what the bus tells it, and can be unplugged, hung and wiped.

    Every transfer costs its caller `transfer_us`, and is counted in `transfers`.
    """

    def __init__(self, field: Field, time: DeviceTime, *, transfer_us: float = 50.0) -> None:
        self.transfers = 0
        self._core = Mfrc522Core(field, time)
        self._time = time
        self._transfer_us = transfer_us
        self._health = Health.WELL
        self._floating = LOW
        self._is_held_in_reset = False
        self._plans: dict[int, Callable[[], object]] = {}

    def transfer(self, octets: Sequence[int]) -> list[int]:
        """One exchange over SPI: an address, then values; what came back (8.1.2)."""
        self.transfers += 1
        self._time.spend_us(self._transfer_us)
        if self.transfers in self._plans:
            self._plans.pop(self.transfers)()
        if self._health is not Health.WELL or self._is_held_in_reset:
            return [self._floating] * len(octets)
        self._core.come_to_now()
        address = octets[0] >> 1 & 0x3F
        if octets[0] & _READ:
            return [0, *(self._core.read(address) for _ in octets[1:])]
        for value in octets[1:]:
            self._core.write(address, value)
        return [0] * len(octets)

    def set_reset_pin(self, *, high: bool) -> None:
        """Low holds the chip in reset and takes the field down; high starts it anew."""
        self._is_held_in_reset = not high
        if self._health is Health.HUNG:
            self._health = Health.WELL
        self._core.reset()

    def unplug(self, *, floating: int = LOW) -> None:
        """Pull the plug: nothing answers, cards lose their power."""
        self._health, self._floating = Health.UNPLUGGED, floating
        self._core.reset()

    def plug_in(self) -> None:
        """Put the plug back: the chip starts with nothing set up."""
        self._health, self._floating = Health.WELL, LOW
        self._core.reset()

    def hang(self) -> None:
        """Answer no more, until the reset pin helps."""
        self._health = Health.HUNG

    def wipe(self, registers: Collection[int] = ()) -> None:
        """Set registers, or all, back to what they are after a reset, as a dip in power does."""
        for register in registers:
            self._core.wipe(register)
        if not registers:
            self._core.reset()

    def plan(self, deed: Callable[[], object], *, after: int) -> None:
        """Do something in the middle of an exchange, so many transfers from now."""
        self._plans[self.transfers + after] = deed
