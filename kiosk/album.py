"""The camera's newest pictures, shared by reference with whoever else looks at them."""

from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from threading import Condition

from drivers.camera.camera import Frame, Shot

COLOURS_APART = timedelta(milliseconds=200)
COLOURS_KEPT = 10
"""Two seconds' worth: 20 MB of 960×720."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What the camera gave, and how long the machine had been up then."""

    uptime: timedelta
    shot: Shot


class Album:
    """Pictures stay in memory alone; coloured ones are taken only while somebody wants them.

    Safe from every thread: the camera's worker adds, and never waits for those who look.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._newest: Glance | None = None
        self._coloured: deque[Glance] = deque(maxlen=COLOURS_KEPT)
        self._wanted_by: set[str] = set()

    def want_colour(self, who: str) -> None:
        """Have pictures taken in colour, five a second, until `who` spares it again."""
        with self._changed:
            self._wanted_by.add(who)

    def spare_colour(self, who: str) -> None:
        """Need colour no more; when nobody does, the coloured pictures are forgotten."""
        with self._changed:
            self._wanted_by.discard(who)
            if not self._wanted_by:
                self._coloured.clear()

    def latest(
        self, after: timedelta, *, in_colour: bool = False, wait: timedelta = timedelta(0)
    ) -> Glance | None:
        """The newest picture made after the uptime `after`; None when there is none.

        One that is not there yet is waited for, as long as `wait` says.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._after(after, in_colour=in_colour), wait.total_seconds()
            )
            return self._after(after, in_colour=in_colour)

    def still_at(self, uptime: timedelta, *, within: timedelta) -> Frame | None:
        """The coloured picture made nearest to `uptime`; None when all are further than `within`.

        One made up to `within` later may still come: ask again then, if it must be the nearest.
        """
        with self._changed:
            nearest = min(self._coloured, key=lambda each: abs(each.uptime - uptime), default=None)
        if nearest is None or abs(nearest.uptime - uptime) > within:
            return None
        return nearest.shot.colour

    def is_colour_due(self, uptime: timedelta) -> bool:
        """Whether the next picture should be taken in colour."""
        with self._changed:
            last = self._coloured[-1].uptime if self._coloured else None
            return bool(self._wanted_by) and (last is None or uptime - last >= COLOURS_APART)

    def add(self, glance: Glance) -> None:
        """Take in what the camera gave."""
        with self._changed:
            self._newest = glance
            if glance.shot.colour is not None and self._wanted_by:
                self._coloured.append(glance)
            self._changed.notify_all()

    def _after(self, uptime: timedelta, *, in_colour: bool) -> Glance | None:
        newest = self._newest
        if in_colour:
            newest = self._coloured[-1] if self._coloured else None
        return newest if newest is not None and newest.uptime > uptime else None
