"""What a clock promises: one reading says what time it claims, and whether to believe it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clock said at one moment.

    `uptime` is the time since the machine was started, sleep included: it never jumps.
    `trusted` means that `utc` was synchronised with a reference at that moment.
    """

    utc: datetime
    boot_id: UUID
    uptime: timedelta
    trusted: bool


class Clock(Protocol):
    """Tells the time of one machine."""

    def read(self) -> Reading:
        """One reading, its time and its trust taken at the same moment. Never fails."""
        ...

    def uptime(self) -> timedelta:
        """The uptime alone, for a fraction of what a reading costs. Never fails."""
        ...
