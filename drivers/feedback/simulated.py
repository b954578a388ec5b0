"""Lamps and a buzzer without hardware: they remember what they showed."""

from collections import deque

from drivers.errors import DriverError
from drivers.feedback.feedback import Signal

REMEMBERED = 100


class SimulatedFeedback:
    """Remembers the last hundred signals, and fails while it is told to."""

    def __init__(self, name: str = "lamp") -> None:
        self.name = name
        self.shown: deque[Signal] = deque(maxlen=REMEMBERED)
        self.is_closed = False
        self._failure: DriverError | None = None

    def fail(self, error: DriverError | None) -> None:
        """Raise `error` at every signal from now on; None makes it well again."""
        self._failure = error

    def check(self) -> None:
        """Raise the error asked for, if any."""
        if self._failure:
            raise self._failure

    def show(self, signal: Signal) -> None:
        """Remember the signal, or raise the error asked for."""
        self.check()
        self.shown.append(signal)

    def close(self) -> None:
        """Remember that it was closed."""
        self.is_closed = True
