"""What was salvaged of former journals: sent under their installs until it is confirmed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

from kiosk.backlog import Backlog
from kiosk.link.sending import Window
from kiosk.protocol.messages import MOST_TRACKS, TrackMade


class Leftovers:
    """A window for each former life of which something was salvaged; mostly there is none."""

    def __init__(
        self, backlog: Backlog, *, confirmed: Callable[[UUID], int], jitter: Callable[[], float]
    ) -> None:
        self._backlog = backlog
        self._lasts = backlog.former()
        self._windows = {
            install: Window(confirmed=confirmed(install), jitter=jitter) for install in self._lasts
        }
        self._count = self._counted()

    @property
    def installs(self) -> frozenset[UUID]:
        """The former lives."""
        return frozenset(self._windows)

    @property
    def count(self) -> int:
        """Tracks that are not confirmed yet."""
        return self._count

    def next(self, *, now: timedelta) -> Iterator[tuple[UUID, tuple[TrackMade, ...]]]:
        """What to send now, by install. Raises sqlite3.Error."""
        for install, window in self._windows.items():
            while (after := window.next_after(self._lasts[install])) is not None:
                tracks = self._backlog.salvaged_after(install, after, most=MOST_TRACKS)
                if not tracks:
                    break
                window.sent(tracks[-1].seq, now=now)
                yield install, tracks

    def confirm(self, install: UUID, upto: int, *, now: timedelta) -> None:
        """Take the gateway's word on a former life."""
        self._windows[install].confirm(upto, now=now)
        self._count = self._counted()

    def rewind(self) -> None:
        """Begin again: the other side may know nothing."""
        for window in self._windows.values():
            window.rewind()

    def tire(self, *, now: timedelta) -> None:
        """Send again what was answered with silence."""
        for window in self._windows.values():
            window.tire(now=now)

    def wakes(self) -> Iterator[timedelta | None]:
        """When `tire` should be asked next."""
        return (window.wakes_at for window in self._windows.values())

    def _counted(self) -> int:
        return sum(
            self._backlog.count_salvaged(install, above=window.confirmed)
            for install, window in self._windows.items()
        )
