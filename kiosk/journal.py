"""The kiosk's own tracks, durable before anything is shown. The deciding loop alone writes here.

One row is the track, what was shown, and the repeat guard: one insert, one commit.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlite_utils import Database

from drivers.clock.clock import Reading
from kiosk import database as files, recovery
from kiosk.database import Damaged, Place, from_micros, to_micros, transaction
from kiosk.protocol.clocks import Anchor
from kiosk.protocol.messages import Method, Shown
from kiosk.protocol.movements import Track
from kiosk.recovery import Life

FILE = "journal.sqlite3"
KEPT = timedelta(days=30)
PURGED_AT_ONCE = 500
MILLISECOND = timedelta(milliseconds=1)

_INSERT = """INSERT INTO tracks (id, claimed, at, boot, uptime_ms, trusted, method, credential,
    person, shown, late_minutes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_TRACKS_OF = """
    SELECT t.id, COALESCE(s.at, t.at) FROM tracks t LEFT JOIN site.site_tracks s ON s.id = t.id
    WHERE t.person = ?1 AND t.at >= ?2 AND t.at < ?3 AND t.shown IN ('signed_in', 'signed_out')
        AND (s.id IS NULL OR (s.person = ?1 AND s.at >= ?2 AND s.at < ?3))
    UNION ALL SELECT o.id, COALESCE(s.at, o.at)
    FROM salvaged o LEFT JOIN site.site_tracks s ON s.id = o.id
    WHERE o.person = ?1 AND o.at >= ?2 AND o.at < ?3 AND o.shown IN ('signed_in', 'signed_out')
        AND (s.id IS NULL OR (s.person = ?1 AND s.at >= ?2 AND s.at < ?3))
    UNION ALL SELECT id, at FROM site.site_tracks WHERE person = ?1 AND at >= ?2 AND at < ?3"""
_LAST_REFUSAL = """SELECT MAX(at) FROM tracks
    WHERE credential = ? AND method = ? AND shown IN ('unknown', 'blocked')"""
_PURGE_SALVAGED = """DELETE FROM salvaged WHERE at < ? AND seq <= (
    SELECT upto FROM site.confirmed c WHERE c.install = salvaged.install)"""
_REPAIR = """UPDATE tracks SET at = ? - (? - uptime_ms) * 1000 WHERE boot = ? AND trusted = 0"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A sighting that was decided, as it is journalled. `at` is the instant it is held for."""

    id: UUID
    reading: Reading
    at: datetime
    method: Method
    credential: str
    person: int | None
    shown: Shown
    late_minutes: int | None


@dataclass(frozen=True, slots=True)
class Bounds:
    """A school day: its first instant, and the first after it."""

    first: datetime
    after: datetime


class Journal:
    """Open in one thread. Its methods raise sqlite3.Error, and have then changed nothing."""

    def __init__(self, database: Database) -> None:
        """Use the open `database`, and make the journal's tables where they are missing."""
        self._database = database
        self._place = Place()
        _create(database)
        self.install = _identity(database)

    @property
    def database(self) -> Database:
        """The connection, which also reads the site's file under the name `site`."""
        return self._database

    def one_turn(self) -> AbstractContextManager[None]:
        """What is read and recorded in the block is one transaction, durable when it ends.

        The files are locked once, and not for every question that a tap asks.
        """
        return transaction(self._database, begin="BEGIN")

    def record(self, entry: Entry) -> int:
        """Keep the entry. Answers its number, one above the last.

        It is durable on return, or, within `one_turn`, once that has ended.
        """
        reading = entry.reading
        row = (
            entry.id.bytes, to_micros(reading.utc), to_micros(entry.at), reading.boot_id.bytes,
            reading.uptime // MILLISECOND, reading.trusted, entry.method.value, entry.credential,
            entry.person, entry.shown.value, entry.late_minutes,
        )  # fmt: skip
        return int(self._database.execute(_INSERT, row).lastrowid or 0)

    def tracks_of(self, person: int, day: Bounds) -> list[Track]:
        """A person's tracks of a day, own and foreign; the gateway's word on an instant wins.

        One that both sides know comes twice, the same.
        """
        bounds = (person, to_micros(day.first), to_micros(day.after))
        rows = self._database.execute(_TRACKS_OF, bounds)
        return [Track(from_micros(at), UUID(bytes=id_)) for id_, at in rows]

    def last_refusal(self, method: Method, credential: str) -> datetime | None:
        """When this credential was last journalled as unknown or blocked."""
        row = self._database.execute(_LAST_REFUSAL, (credential, method.value)).fetchone()
        return None if row[0] is None else from_micros(row[0])

    def anchor(self, boot_id: UUID) -> Anchor | None:
        """The anchor of a boot; None while that boot was never synchronised."""
        found = self._database.execute(
            "SELECT utc, uptime_ms FROM anchors WHERE boot = ?", (boot_id.bytes,)
        )
        row = found.fetchone()
        return Anchor(boot_id, from_micros(row[0]), row[1] * MILLISECOND) if row else None

    def remember(self, anchor: Anchor) -> None:
        """Keep a boot's first anchor, and repair what the boot had recorded before it."""
        boot, utc = anchor.boot_id.bytes, to_micros(anchor.utc)
        uptime_ms = anchor.uptime // MILLISECOND
        with transaction(self._database):
            kept = self._database.execute(
                "INSERT OR IGNORE INTO anchors VALUES (?, ?, ?)", (boot, utc, uptime_ms)
            )
            if kept.rowcount:
                self._database.execute(_REPAIR, (utc, uptime_ms, boot))

    def purge(self, *, confirmed: int, now: datetime) -> int:
        """Delete a handful of confirmed rows older than 30 days; answers how many.

        A row is old when one recorded after it, at a trusted instant, is. The newest row
        always stays, so that its number is never given out again.
        """
        oldest = to_micros(now - KEPT)
        rows = self._database.execute(
            "SELECT seq, trusted, at FROM tracks ORDER BY seq LIMIT ?", (PURGED_AT_ONCE,)
        )
        upto = min(_last_old(rows.fetchall(), oldest), confirmed, self.last_seq() - 1)
        self._database.execute(_PURGE_SALVAGED, (oldest,))
        return self._database.execute("DELETE FROM tracks WHERE seq <= ?", (upto,)).rowcount

    def last_seq(self) -> int:
        """The newest number given out; 0 when none was."""
        row = self._database.execute("SELECT MAX(seq) FROM tracks").fetchone()
        return row[0] or 0

    def check_writable(self) -> None:
        """Raise sqlite3.Error when the journal cannot take a write now."""
        self.check_place()
        with transaction(self._database):
            self._database.execute("UPDATE identity SET checked = checked + 1")

    def stays_at(self, place: Place) -> None:
        """From now on what is written while `place` does not hold is lost, and raises Damaged."""
        self._place = place

    def check_place(self) -> None:
        """Raise Damaged when a file was deleted or replaced under the open journal."""
        if not self._place.still_holds():
            raise Damaged("a file was taken away while it was open")

    def rescue(self, path: Path) -> None:
        """Set aside what the open journal holds, if its own files are gone."""
        if Place(self._place.found[:2]).still_holds():
            return
        copy = files.free_name(path)
        self._database.execute("VACUUM main INTO ?", (str(copy),))
        files.set_aside(path, why="a file was taken away while it was open")

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def open_journal(folder: Path, *, known: Life | None = None) -> Journal:
    """The journal in `folder`, beside the site's file; it is made anew where there is none.

    One that is broken, or lacks numbers that were given out, is set aside, and what can be
    read in it brought into a new one. `known` is what a running kiosk remembers of it.
    """
    path, site = folder / FILE, folder / "site.sqlite3"
    wal = recovery.newest_in_wal(path)

    def prepare(database: Database) -> None:
        database.attach("site", site)
        recovery.check_numbers(database, wal=wal, known=known)

    database = files.open_sound(path, durability=files.Durability.FULL, prepare=prepare)
    with files.closing_on_error(database):
        _create(database)
        recovery.salvage(database, path, known=known)
        journal = Journal(database)
        recovery.tell_losses(database, folder)
        journal.stays_at(Place.of(path, path.with_name(f"{FILE}-wal"), site))
    return journal


def _last_old(rows: Iterable[tuple[int, int, int]], oldest: int) -> int:
    return max((seq for seq, trusted, at in rows if trusted and at < oldest), default=0)


def _create(database: Database) -> None:
    with transaction(database):
        for statement in (*_SCHEMA, *recovery.SCHEMA):
            database.execute(statement)


def _identity(database: Database) -> UUID:
    """Which life of the journal this is. It stands on two pages, for one may break."""
    with transaction(database):
        row = database.execute("SELECT install FROM identity").fetchone()
        if row:
            return UUID(bytes=row[0])
        install = uuid4()
        database.execute("INSERT INTO identity VALUES (?, 0)", (install.bytes,))
        database.execute("INSERT INTO lives VALUES (?, 0)", (install.bytes,))
    return install


_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS identity (install BLOB NOT NULL, checked INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS lives (install BLOB NOT NULL, begun INTEGER NOT NULL)",
    """CREATE TABLE IF NOT EXISTS tracks (
        seq INTEGER PRIMARY KEY, id BLOB NOT NULL, claimed INTEGER NOT NULL, at INTEGER NOT NULL,
        boot BLOB NOT NULL, uptime_ms INTEGER NOT NULL, trusted INTEGER NOT NULL,
        method TEXT NOT NULL, credential TEXT NOT NULL, person INTEGER, shown TEXT NOT NULL,
        late_minutes INTEGER)""",
    """CREATE INDEX IF NOT EXISTS movements_of_person ON tracks (person, at)
        WHERE shown IN ('signed_in', 'signed_out')""",
    """CREATE INDEX IF NOT EXISTS refusals ON tracks (credential, at)
        WHERE shown IN ('unknown', 'blocked')""",
    "CREATE INDEX IF NOT EXISTS doubtful ON tracks (boot) WHERE trusted = 0",
    """CREATE TABLE IF NOT EXISTS anchors (
        boot BLOB PRIMARY KEY, utc INTEGER NOT NULL, uptime_ms INTEGER NOT NULL)""",
)
