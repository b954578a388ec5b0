"""A button without hardware: it is pressed by calling `press`."""

from datetime import timedelta
from queue import Empty, SimpleQueue

from drivers.button.button import Press
from drivers.errors import DriverError


class SimulatedButton:
    """Tells each press once, in order, or fails when told to."""

    def __init__(self) -> None:
        self._ahead: SimpleQueue[Press | DriverError] = SimpleQueue()
        self.is_closed = False

    def press(self, press: Press) -> None:
        """Press it; the next `read` answers it."""
        self._ahead.put(press)

    def fail(self, error: DriverError) -> None:
        """Let the next `read` raise `error`."""
        self._ahead.put(error)

    def read(self, timeout: timedelta) -> Press | None:
        """The next press, None after `timeout`, or the error asked for."""
        try:
            ahead = self._ahead.get(timeout=timeout.total_seconds())
        except Empty:
            return None
        if isinstance(ahead, DriverError):
            raise ahead
        return ahead

    def close(self) -> None:
        """Remember that it was closed."""
        self.is_closed = True
