"""The journal as the link reads it: what is still to be sent, and what a heartbeat says."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from kiosk import database as files
from kiosk import journal
from kiosk.database import from_micros
from kiosk.protocol.messages import ClockAnchor, Method, Shown, TrackMade

ANCHORS_TOLD = 5

_AFTER = """SELECT seq, id, claimed, boot, uptime_ms, trusted, method, credential, person, shown,
    late_minutes FROM tracks WHERE seq > ? ORDER BY seq LIMIT ?"""


@dataclass(frozen=True, slots=True)
class Span:
    """The oldest and the newest number the journal holds; 0 when it is empty."""

    first: int
    last: int


class Backlog:
    """Reads the journal through a connection of its own. Open it in one thread."""

    def __init__(self, folder: Path) -> None:
        """Raises sqlite3.Error while the journal is not there."""
        self._database = files.connect(folder / journal.FILE, durability=files.Durability.FULL)
        with files.closing_on_error(self._database):
            self._database.execute("PRAGMA query_only=ON")
            row = self._database.execute("SELECT install FROM identity").fetchone()
            self.install = UUID(bytes=row[0])

    def after(self, seq: int, *, most: int) -> tuple[TrackMade, ...]:
        """The oldest tracks above `seq`, in order, each as it is told the gateway."""
        rows = self._database.execute(_AFTER, (seq, most))
        return tuple(_told(row) for row in rows)

    def span(self) -> Span:
        """What numbers there are."""
        row = self._database.execute(
            "SELECT (SELECT MIN(seq) FROM tracks), (SELECT MAX(seq) FROM tracks)"
        ).fetchone()
        return Span(row[0] or 0, row[1] or 0)

    def anchors(self) -> tuple[ClockAnchor, ...]:
        """The anchors of the last boots that had one, oldest first."""
        rows = self._database.execute(
            "SELECT boot, utc, uptime_ms FROM anchors ORDER BY rowid DESC LIMIT ?", (ANCHORS_TOLD,)
        )
        told = [
            ClockAnchor(boot_id=UUID(bytes=boot), utc=from_micros(utc), uptime_ms=uptime_ms)
            for boot, utc, uptime_ms in rows
        ]
        return tuple(reversed(told))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


_Row = tuple[int, bytes, int, bytes, int, int, str, str, int | None, str, int | None]


def _told(row: _Row) -> TrackMade:
    seq, id_, claimed, boot, uptime_ms, trusted, method, credential, person, shown, late = row
    return TrackMade(
        seq=seq,
        id=UUID(bytes=id_),
        made_at=from_micros(claimed),
        boot_id=UUID(bytes=boot),
        uptime_ms=uptime_ms,
        clock_trusted=bool(trusted),
        method=Method(method),
        credential=credential,
        person=person,
        shown=Shown(shown),
        late_minutes=late,
    )
