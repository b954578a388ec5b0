"""A clock that is set by hand, jumps when told, and is trusted when told."""

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID, uuid4

from drivers.clock.clock import Reading


class SimulatedClock:
    """Stands still until it is moved. Safe to move from one thread and read from another."""

    def __init__(self, utc: datetime, *, trusted: bool = True, boot_id: UUID | None = None) -> None:
        self._lock = Lock()
        self._reading = Reading(utc, boot_id or uuid4(), timedelta(minutes=1), trusted)

    def read(self) -> Reading:
        """What was last set."""
        return self._reading

    def uptime(self) -> timedelta:
        """That of what was last set."""
        return self._reading.uptime

    def advance(self, by: timedelta) -> None:
        """Let time pass: wall clock and uptime move together."""
        with self._lock:
            now = self._reading
            self._reading = replace(now, utc=now.utc + by, uptime=now.uptime + by)

    def set(self, utc: datetime) -> None:
        """Let time pass until `utc`."""
        self.advance(utc - self._reading.utc)

    def jump(self, by: timedelta) -> None:
        """Move the wall clock alone, as a correction does; uptime goes on unmoved."""
        with self._lock:
            self._reading = replace(self._reading, utc=self._reading.utc + by)

    def trust(self, trusted: bool = True) -> None:  # noqa: FBT001 - reads as a sentence
        """Say whether the wall clock is synchronised from now on."""
        with self._lock:
            self._reading = replace(self._reading, trusted=trusted)

    def reboot(self, utc: datetime, *, trusted: bool = False) -> None:
        """Start the machine anew: another boot id, uptime from nothing."""
        with self._lock:
            self._reading = Reading(utc, uuid4(), timedelta(seconds=1), trusted)
