"""What this kiosk did in an evacuation: its ticks, a roll call of its own, what was put away.

A small file of its own, durable. Any thread may use it; each call opens the file for itself.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlite_utils import Database

from kiosk import database as files
from kiosk.database import from_micros, to_micros, transaction
from kiosk.protocol.ticks import Tick

FILE = "roll-call.sqlite3"

_KEEP = "INSERT OR REPLACE INTO ticks VALUES (?, ?, ?, ?)"
_TICKS = "SELECT person, at, is_safe FROM ticks WHERE alarm = ?"


@dataclass(frozen=True, slots=True)
class Call:
    """A roll call: that of the site's alarm, or one that staff began here."""

    alarm: UUID
    began_at: datetime


class TickBook:
    """The ticks in one folder. Its methods raise sqlite3.Error, and have then changed nothing."""

    def __init__(self, folder: Path) -> None:
        """Make the file where it is missing or broken."""
        self._path = folder / FILE
        folder.mkdir(parents=True, exist_ok=True)
        database = files.open_sound(self._path, durability=files.Durability.FULL)
        with files.closing_on_error(database):
            database.conn.executescript("""
                CREATE TABLE IF NOT EXISTS ticks (
                    alarm BLOB, person INTEGER, at INTEGER, is_safe INTEGER,
                    PRIMARY KEY (alarm, person)) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS own (alarm BLOB NOT NULL, began_at INTEGER NOT NULL);
                CREATE TABLE IF NOT EXISTS put_away (alarm BLOB NOT NULL);
            """)
        database.close()

    def keep(self, alarm: UUID, ticks: Iterable[Tick]) -> None:
        """Keep this kiosk's newest word on each of these people; it is durable on return."""
        rows = [(alarm.bytes, each.person, to_micros(each.at), each.is_safe) for each in ticks]
        with self._opened() as database, transaction(database):
            database.conn.executemany(_KEEP, rows)
            database.execute("DELETE FROM ticks WHERE alarm <> ?", (alarm.bytes,))

    def ticks(self, alarm: UUID) -> tuple[Tick, ...]:
        """This kiosk's word on everybody it ticked."""
        with self._opened() as database:
            rows = database.execute(_TICKS, (alarm.bytes,)).fetchall()
        return tuple(Tick(person, from_micros(at), bool(safe)) for person, at, safe in rows)

    def own(self) -> Call | None:
        """The roll call that was begun here; None when there is none."""
        with self._opened() as database:
            row = database.execute("SELECT alarm, began_at FROM own").fetchone()
        return Call(UUID(bytes=row[0]), from_micros(row[1])) if row else None

    def set_own(self, call: Call | None) -> None:
        """A roll call begins here, or with None ends."""
        with self._opened() as database, transaction(database):
            database.execute("DELETE FROM own")
            if call is not None:
                row = (call.alarm.bytes, to_micros(call.began_at))
                database.execute("INSERT INTO own VALUES (?, ?)", row)

    def put_away(self) -> UUID | None:
        """The alarm that staff took off this screen; None when there is none."""
        with self._opened() as database:
            row = database.execute("SELECT alarm FROM put_away").fetchone()
        return UUID(bytes=row[0]) if row else None

    def set_put_away(self, alarm: UUID | None) -> None:
        """Show this alarm here no more; with None show every one."""
        with self._opened() as database, transaction(database):
            database.execute("DELETE FROM put_away")
            if alarm is not None:
                database.execute("INSERT INTO put_away VALUES (?)", (alarm.bytes,))

    @contextmanager
    def _opened(self) -> Iterator[Database]:
        database = files.connect(self._path, durability=files.Durability.FULL)
        try:
            yield database
        finally:
            database.close()
