"""The journal as the link reads it: what is still to be sent, and what a heartbeat says."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlite_utils import Database

from kiosk import database as files, journal
from kiosk.database import Damaged, from_micros
from kiosk.protocol.messages import ClockAnchor, Method, Shown, TrackMade

ANCHORS_TOLD = 5

_COLUMNS = """seq, id, claimed, boot, uptime_ms, trusted, method, credential, person, shown,
    late_minutes"""
_AFTER = f"SELECT {_COLUMNS} FROM tracks WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608
_SALVAGED_AFTER = f"""SELECT {_COLUMNS} FROM salvaged
    WHERE install = ? AND seq > ? ORDER BY seq LIMIT ?"""  # noqa: S608 - columns named above


@dataclass(frozen=True, slots=True)
class Span:
    """The oldest and the newest number the journal holds; 0 when it is empty."""

    first: int
    last: int


class Backlog:
    """Reads the journal through a connection of its own. Open it in one thread."""

    def __init__(self, folder: Path) -> None:
        """Raises sqlite3.Error while the journal is not there, Damaged when it does not read."""
        self._path = folder / journal.FILE
        with _reading():
            self._database = files.connect(self._path, durability=files.Durability.FULL)
            with files.closing_on_error(self._database):
                self._database.execute("PRAGMA query_only=ON")
                self.install = _install(self._database)
        self._place = files.Place.of(self._path)

    def is_current(self) -> bool:
        """Whether this is still the kiosk's journal, and no other has taken its place."""
        return self._place.still_holds()

    def check(self) -> None:
        """Read all of the journal as it is on the disk. Raises Damaged when it is broken."""
        if self.is_current():
            files.check(self._path)

    def after(self, seq: int, *, most: int) -> tuple[TrackMade, ...]:
        """The oldest tracks above `seq`, in order, each as it is told the gateway.

        Raises Damaged when one does not read.
        """
        return self._told(_AFTER, (seq, most))

    def former(self) -> dict[UUID, int]:
        """The lives of which tracks were salvaged, and the newest number of each."""
        rows = self._database.execute("SELECT install, MAX(seq) FROM salvaged GROUP BY install")
        return {UUID(bytes=key): last for key, last in rows}

    def salvaged_after(self, install: UUID, seq: int, *, most: int) -> tuple[TrackMade, ...]:
        """As `after`, of what was salvaged of a former life."""
        return self._told(_SALVAGED_AFTER, (install.bytes, seq, most))

    def count_salvaged(self, install: UUID, *, above: int) -> int:
        """How many tracks of a former life have a number above this."""
        query = "SELECT COUNT(*) FROM salvaged WHERE install = ? AND seq > ?"
        return int(self._database.execute(query, (install.bytes, above)).fetchone()[0])

    def _told(self, query: str, asked: tuple[object, ...]) -> tuple[TrackMade, ...]:
        with _reading():
            return tuple(_told(row) for row in self._database.execute(query, asked))

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


@contextmanager
def _reading() -> Iterator[None]:
    """Raise Damaged for whatever shows that the journal, or a row of it, does not read."""
    try:
        yield
    except (ValueError, TypeError, OverflowError) as wrong:
        raise Damaged(f"a track does not read: {type(wrong).__name__}") from wrong
    except sqlite3.DatabaseError as failed:
        if not files.is_damage(failed):
            raise
        raise Damaged(str(failed)) from failed


def _install(database: Database) -> UUID:
    row = database.execute("SELECT install FROM identity").fetchone()
    if row is None:
        raise sqlite3.OperationalError("the journal is being made")
    return UUID(bytes=row[0])


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
