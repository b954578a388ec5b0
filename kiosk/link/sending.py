"""When to send which tracks: everything above `upto`, again and again, until it is confirmed."""

from collections.abc import Callable
from datetime import timedelta

MOST_IN_FLIGHT = 20
"""Messages sent and not yet confirmed; a broker gives no more than this many at a time."""

FIRST_PATIENCE = timedelta(seconds=3)
MOST_PATIENCE = timedelta(minutes=1)


class Window:
    """What was sent and not yet confirmed. `now` is the machine's uptime, which never jumps.

    `jitter` gives a number from 0 to 1, so that many kiosks do not repeat in step.
    """

    def __init__(self, *, confirmed: int, jitter: Callable[[], float]) -> None:
        self.confirmed = confirmed
        self._sent = confirmed
        self._flights: list[int] = []
        self._patience = FIRST_PATIENCE
        self._jitter = jitter
        self._answer_due: timedelta | None = None

    def next_after(self, last: int) -> int | None:
        """Above which number to send next; None when all is sent or enough is in flight."""
        if self._sent >= last or len(self._flights) >= MOST_IN_FLIGHT:
            return None
        return self._sent

    def sent(self, upto: int, *, now: timedelta) -> None:
        """A message went out whose last track has the number `upto`."""
        self._sent = upto
        self._flights.append(upto)
        if self._answer_due is None:
            self._answer_due = self._due(now)

    def confirm(self, upto: int, *, now: timedelta) -> None:
        """Take the gateway's word, also when it fell: then all above it goes out again."""
        if upto < self.confirmed:
            self.confirmed = upto
            self.rewind()
            return
        progressed = upto > self.confirmed
        self.confirmed = upto
        self._sent = max(self._sent, upto)
        self._flights = [last for last in self._flights if last > upto]
        if progressed:
            self._patience = FIRST_PATIENCE
            self._answer_due = self._due(now) if self._flights else None

    def rewind(self) -> None:
        """Begin again above what is confirmed, at once: the other side may know nothing."""
        self._sent = self.confirmed
        self._flights = []
        self._answer_due = None
        self._patience = FIRST_PATIENCE

    def tire(self, *, now: timedelta) -> bool:
        """Whether the answer is overdue; then all goes out again, and patience doubles."""
        if self._answer_due is None or now < self._answer_due:
            return False
        longer = min(self._patience * 2, MOST_PATIENCE)
        self.rewind()
        self._patience = longer
        return True

    @property
    def wakes_at(self) -> timedelta | None:
        """When `tire` should be asked next."""
        return self._answer_due

    def _due(self, now: timedelta) -> timedelta:
        return now + self._patience * (1 + self._jitter() / 2)
