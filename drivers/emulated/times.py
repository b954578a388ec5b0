"""The time of emulated devices: stepped, for tests that do not wait, or real, for the bench."""

from datetime import timedelta
from time import perf_counter
from typing import Protocol

_MICROSECOND = timedelta(microseconds=1)


class DeviceTime(Protocol):
    """Time as a device lives through it."""

    def elapsed_us(self) -> float:
        """Microseconds since some fixed moment."""
        ...

    def spend_us(self, time_us: float) -> None:
        """Let the caller pay this much time, as a transfer over a bus does."""
        ...


class SteppedTime:
    """Passes only when somebody spends it or waits: the pace of a driver, too."""

    def __init__(self) -> None:
        self._now_us = 0.0

    def elapsed_us(self) -> float:
        """Microseconds spent and waited so far."""
        return self._now_us

    def spend_us(self, time_us: float) -> None:
        """Pass."""
        self._now_us += time_us

    def elapsed(self) -> timedelta:
        """The same, for drivers."""
        return timedelta(microseconds=self._now_us)

    def wait(self, time: timedelta) -> None:
        """Pass, at once."""
        self._now_us += time / _MICROSECOND


class BusyTime:
    """Real time, spent with the processor busy: a Pi's SPI driver polls through short transfers."""

    def elapsed_us(self) -> float:
        """Microseconds on the machine's finest clock."""
        return perf_counter() * 1_000_000

    def spend_us(self, time_us: float) -> None:
        """Turn on the spot."""
        until = self.elapsed_us() + time_us
        while self.elapsed_us() < until:
            pass
