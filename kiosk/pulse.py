"""Whether the threads that must not hang still turn.

A device that is away is reported and asked again, for as long as it takes: restarting the
kiosk would not bring it back. A thread that says nothing at all, neither that its device
answered nor that it is away, hangs, and nothing but a restart helps. The camera's is left
to hang: cards go on without it, and a restart would cost them a moment again and again.
"""

from datetime import timedelta
from threading import Lock

from drivers.clock.clock import Clock

PATIENCE = timedelta(seconds=45)
"""A thread that looks after a device turns far more often than this, even when it is away."""

SPARED = frozenset({"camera", "button"})
"""Threads not worth a restart."""


class Pulse:
    """Safe from every thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._beat_at: dict[str, timedelta] = {}

    def beat(self, name: str) -> None:
        """This thread turns; from its first beat on it is missed when it stops."""
        now = self._clock.uptime()
        with self._lock:
            self._beat_at[name] = now

    def hanging(self) -> tuple[str, ...]:
        """The threads that hang."""
        now = self._clock.uptime()
        with self._lock:
            return tuple(name for name, at in self._beat_at.items() if now - at > PATIENCE)

    def silent(self) -> tuple[str, ...]:
        """Those of them that the kiosk has to be restarted for."""
        return tuple(name for name in self.hanging() if name not in SPARED)
