"""A card reader without hardware: cards are held to it by calling `tap`."""

from collections import deque
from datetime import timedelta
from queue import Empty, SimpleQueue

from drivers.card.reader import CardUid
from drivers.errors import DriverError

REMEMBERED = 100


class SimulatedCardReader:
    """Reads what it is given, in order, and remembers the last hundred readings."""

    def __init__(self) -> None:
        self._held: SimpleQueue[CardUid | DriverError] = SimpleQueue()
        self.was_read: deque[CardUid] = deque(maxlen=REMEMBERED)
        self.is_closed = False

    def tap(self, card: CardUid) -> None:
        """Hold a card up; the next `read` answers it."""
        self._held.put(card)

    def fail(self, error: DriverError) -> None:
        """Let the next `read` raise `error`."""
        self._held.put(error)

    def read(self, timeout: timedelta) -> CardUid | None:
        """The next card held up, None after `timeout`, or the error asked for."""
        try:
            held = self._held.get(timeout=timeout.total_seconds())
        except Empty:
            return None
        if isinstance(held, DriverError):
            raise held
        self.was_read.append(held)
        return held

    def close(self) -> None:
        """Remember that it was closed."""
        self.is_closed = True
