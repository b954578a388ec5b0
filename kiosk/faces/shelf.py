"""The faces this kiosk may know, sealed as they came: a small file of its own.

Each expires. All of them lapse when the gateway has not said for most of a day that they still
hold: somebody may have withdrawn meanwhile, and a kiosk that is cut off would not hear of it.
"""

import sqlite3
from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from kiosk import database as files
from kiosk.database import from_micros, to_micros, transaction
from kiosk.protocol.messages import FacesPart, SealedFace

FILE = "faces.sqlite3"
LEASE = timedelta(hours=20)
"""How long the gateway's word holds; with an hour to notice, well within a day."""

CLOCK_SLIP = timedelta(hours=1)
"""A word that lies further ahead than this shows that the clock was set back."""


@dataclass(frozen=True, slots=True)
class ShelvedFace:
    """A person's measures, sealed to this kiosk."""

    person: int
    sealed: bytes


class FaceShelf:
    """Any thread may use it: each call opens the file for itself. Methods raise sqlite3.Error."""

    def __init__(self, folder: Path) -> None:
        """Make the file where it is missing or broken."""
        self._path = folder / FILE
        folder.mkdir(parents=True, exist_ok=True)
        database = files.open_sound(self._path, durability=files.Durability.FULL)
        with files.closing_on_error(database):
            _create(database)
        database.close()

    def version(self) -> int:
        """What of the gateway's faces is held; 0 when nothing is."""
        with self._opened() as database:
            return int(database.execute("SELECT version FROM heard").fetchone()[0])

    def take(self, part: FacesPart, *, now: datetime) -> bool:
        """Take over what changed, all or nothing; False, and nothing, when it does not follow on.

        One that changes nothing says that all still holds.
        """
        with self._opened() as database, transaction(database):
            if part.base == 0:
                database.execute("DELETE FROM faces")
            elif part.base != database.execute("SELECT version FROM heard").fetchone()[0]:
                return False
            _remove(database, part.removed)
            database.conn.executemany(
                "INSERT OR REPLACE INTO faces VALUES (?, ?, ?)", map(_row, part.faces)
            )
            heard = (part.version, to_micros(now))
            database.execute("UPDATE heard SET version = ?, at = ?", heard)
        return True

    def faces(self) -> tuple[ShelvedFace, ...]:
        """All that is held."""
        with self._opened() as database:
            rows = database.execute("SELECT person, sealed FROM faces ORDER BY person")
            return tuple(ShelvedFace(*row) for row in rows.fetchall())

    def forget_stale(self, *, now: datetime) -> int:
        """Let go of what has expired or lapsed; answers how many faces that were."""
        with self._opened() as database, transaction(database):
            if not database.execute("SELECT EXISTS (SELECT 1 FROM faces)").fetchone()[0]:
                return 0
            if _has_lapsed(database, now):
                database.execute("UPDATE heard SET version = 0")
                return _deleted(database.execute("DELETE FROM faces"))
            expired = "DELETE FROM faces WHERE expires_at <= ?"
            return _deleted(database.execute(expired, (to_micros(now),)))

    def forget_all(self) -> None:
        """Let go of everything, so that the gateway tells it anew."""
        with self._opened() as database, transaction(database):
            database.execute("DELETE FROM faces")
            database.execute("UPDATE heard SET version = 0")

    @contextmanager
    def _opened(self) -> Iterator[Database]:
        """What is deleted is overwritten, in the file and beside it."""
        database = files.connect(self._path, durability=files.Durability.FULL)
        try:
            database.execute("PRAGMA secure_delete=ON")
            yield database
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            database.close()


def _create(database: Database) -> None:
    database.conn.executescript("""
        CREATE TABLE IF NOT EXISTS faces (
            person INTEGER PRIMARY KEY, sealed BLOB NOT NULL, expires_at INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS heard (version INTEGER NOT NULL, at INTEGER NOT NULL);
        INSERT INTO heard SELECT 0, 0 WHERE NOT EXISTS (SELECT * FROM heard);
    """)


def _has_lapsed(database: Database, now: datetime) -> bool:
    heard_at = from_micros(database.execute("SELECT at FROM heard").fetchone()[0])
    return not -CLOCK_SLIP <= now - heard_at <= LEASE


def _row(face: SealedFace) -> tuple[int, bytes, int]:
    return face.person, b64decode(face.sealed), to_micros(face.expires_at)


def _remove(database: Database, people: Iterable[int]) -> None:
    gone = [(person,) for person in people]
    database.conn.executemany("DELETE FROM faces WHERE person = ?", gone)


def _deleted(cursor: sqlite3.Cursor) -> int:
    return max(cursor.rowcount, 0)
