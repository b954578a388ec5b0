"""How often a PIN may be tried: pure, so that the rule can be read and proved."""

from dataclasses import dataclass
from datetime import timedelta

MOST = 5
"""Wrong PINs within `WITHIN` after which nobody may try for a while."""
WITHIN = timedelta(minutes=10)
CLOSED_FOR = timedelta(minutes=5)
LONGEST_CLOSED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Tries:
    """The wrong tries of a kiosk, all people together; `now` is the machine's uptime.

    A right PIN forgives nothing: otherwise one's own would open the way to guess others'.
    """

    wrong: tuple[timedelta, ...] = ()
    closed_until: timedelta = timedelta(0)
    closings: int = 0

    def may_try(self, *, now: timedelta) -> bool:
        """Whether a PIN may be entered now."""
        return now >= self.closed_until

    def failed(self, *, now: timedelta) -> "Tries":
        """After one more wrong PIN. Each closing lasts twice as long, until a quiet hour."""
        quiet = now - max(self.closed_until, *self.wrong, timedelta(0)) >= LONGEST_CLOSED
        closings = 0 if quiet else self.closings
        wrong = (*(at for at in self.wrong if now - at < WITHIN), now)
        if len(wrong) < MOST:
            return Tries(wrong, self.closed_until, closings)
        pause = min(CLOSED_FOR * 2**closings, LONGEST_CLOSED)
        return Tries((now,), now + pause, closings + 1)
