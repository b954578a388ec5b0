"""How a driver passes time. It is handed in, so that eight hours need not take eight hours."""

from datetime import timedelta
from time import monotonic, sleep
from typing import Protocol


class Pace(Protocol):
    """Passes the time of one driver."""

    def elapsed(self) -> timedelta:
        """Time since some fixed moment; never jumps."""
        ...

    def wait(self, time: timedelta) -> None:
        """Come back after `time`."""
        ...


class RealPace:
    """Time as it passes for everybody."""

    def elapsed(self) -> timedelta:
        """Since the machine was started."""
        return timedelta(seconds=monotonic())

    def wait(self, time: timedelta) -> None:
        """Sleep."""
        sleep(time.total_seconds())
