"""What can still be read out of journals that broke, brought into the journal that followed them.

A salvaged track keeps its install and number: whatever of it is not confirmed is sent under
them, and the person it belongs to signs out with the next tap. Numbers that cannot be read
any more are noted as lost, to be told the gateway.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4, uuid5

import structlog
from sqlite_utils import Database

from kiosk import carving
from kiosk.carving import Value
from kiosk.database import Damaged, transaction
from kiosk.protocol.messages import Method, Shown
from kiosk.protocol.remarks import JournalLost
from kiosk.remarks import RemarkBook

log = structlog.get_logger()

NAMESPACE = UUID("5a4d3f6e-7c0f-4d5e-9a58-0c6f2b1d7e11")

COLUMNS = (
    "id, claimed, at, boot, uptime_ms, trusted, method, credential, person, shown, late_minutes"
)
SCHEMA = (
    f"""CREATE TABLE IF NOT EXISTS salvaged (install, seq, {COLUMNS}, UNIQUE (install, seq))""",
    """CREATE INDEX IF NOT EXISTS salvaged_movements ON salvaged (person, at)
        WHERE shown IN ('signed_in', 'signed_out')""",
    "CREATE TABLE IF NOT EXISTS salvages (file TEXT PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS lost (first INTEGER, last INTEGER, install BLOB)",
)
_KEEP = f"INSERT OR IGNORE INTO salvaged VALUES ({', '.join('?' * 13)})"  # noqa: S608 - marks


@dataclass(frozen=True, slots=True)
class Life:
    """A life of the journal, and the newest number it is known to have given out."""

    install: UUID
    last: int


@dataclass(frozen=True, slots=True)
class Track:
    """A row of the journal as it was read out; `install` is None where the row does not say."""

    install: bytes | None
    seq: int
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What could be read out of one broken file; `installs` as often as they were found."""

    installs: tuple[UUID, ...]
    tracks: tuple[Track, ...]
    anchors: tuple[tuple[Value, ...], ...]


def salvage(database: Database, path: Path, *, known: Life | None = None) -> None:
    """Bring into the open journal what is in the files set aside from `path`, each once.

    `known` is what the running kiosk remembers of the journal that broke. Raises sqlite3.Error
    and OSError, and has then brought in nothing.
    """
    with transaction(database):
        fresh = [file for file in _set_aside(path) if not _is_salvaged(database, file)]
        lives = {_bring(database, file, known) for file in fresh}
        if known is not None and _is_new(database):
            lives.add(known.install)
        for install in lives:
            _note_lost(database, install, known)


def tell_losses(database: Database, folder: Path) -> None:
    """Hand the lost numbers to the remarks, so that the gateway hears of them."""
    rows = database.execute("SELECT first, last, install FROM lost").fetchall()
    if not rows:
        return
    RemarkBook(folder).add(*(_loss(UUID(bytes=key), first, last) for first, last, key in rows))
    database.execute("DELETE FROM lost")


def check_numbers(database: Database, *, wal: int, known: Life | None) -> None:
    """Raise Damaged when numbers were given out that the journal knows nothing of.

    `wal` is the newest number in the WAL as it was found. One above the last may be a tap that
    was under way when the power went, and was not shown; two are not. A new journal has no
    numbers to check.
    """
    if not {"identity", "tracks"} <= set(database.table_names()):
        return
    row = database.execute("SELECT install FROM identity").fetchone()
    if row is None:
        return
    install = UUID(bytes=row[0])
    last = database.execute("SELECT MAX(seq) FROM tracks").fetchone()[0] or 0
    given = max(confirmed(database, install), wal - 1)
    if known is not None and known.install == install:
        given = max(given, known.last)
    if last < given:
        raise Damaged(f"the numbers {last + 1} to {given} are gone")


def newest_in_wal(path: Path) -> int:
    """The newest track's number in the WAL beside `path`, sound or not; 0 when there is none."""
    pages = carving.wal_pages(path.with_name(f"{path.name}-wal"))
    return max((t.seq for page in pages for t in _tracks(carving.leaf_rows(page))), default=0)


def confirmed(database: Database, install: UUID) -> int:
    """How far the gateway has committed this install, as far as the site's file can tell."""
    with suppress(sqlite3.Error):
        key = (install.bytes,)
        row = database.execute("SELECT upto FROM site.confirmed WHERE install = ?", key).fetchone()
        return int(row[0]) if row else 0
    return 0


def read_out(path: Path) -> Found:
    """What can be read in a broken file, whatever of SQLite's own order is left of it."""
    rows = tuple(carving.rows(path))
    keys = Counter(row.values[0] for row in rows if _is(row.values, (bytes, int)))
    return Found(
        installs=tuple(_uuid(key) for key, _ in keys.most_common() if _is_key(key)),
        tracks=tuple(_tracks(rows)),
        anchors=tuple(row.values for row in rows if _is_anchor(row.values)),
    )


def _bring(database: Database, file: Path, known: Life | None) -> UUID:
    """Bring in one broken file; answers the install its tracks belong to."""
    found = read_out(file)
    install = _install_of(database, found.installs, known)
    rows = [(t.install or install.bytes, t.seq, *t.values) for t in found.tracks]
    database.conn.executemany(_KEEP, rows)
    database.conn.executemany("INSERT OR IGNORE INTO anchors VALUES (?, ?, ?)", found.anchors)
    database.execute("INSERT INTO salvages VALUES (?)", (file.name,))
    log.warning("journal_salvaged", file=file.name, install=str(install), tracks=len(rows))
    return install


def _install_of(database: Database, named: tuple[UUID, ...], known: Life | None) -> UUID:
    """Whose tracks they are: as the kiosk remembers, or the gateway confirmed, or the file says."""
    if known is not None and (known.install in named or not named):
        return known.install
    certain = [install for install in named if confirmed(database, install)]
    return next(iter((*certain, *named)), None) or _last_confirmed(database)


def _last_confirmed(database: Database) -> UUID:
    """The install of which the gateway spoke last; a new one where even that is gone."""
    with suppress(sqlite3.Error):
        query = "SELECT install FROM site.confirmed ORDER BY rowid DESC LIMIT 1"
        row = database.execute(query).fetchone()
        if row:
            return UUID(bytes=row[0])
    return uuid4()


def _note_lost(database: Database, install: UUID, known: Life | None) -> None:
    """Note the numbers above what is confirmed that were given out and not read."""
    upto = confirmed(database, install)
    query = "SELECT seq FROM salvaged WHERE install = ? AND seq > ? ORDER BY seq"
    read = [seq for (seq,) in database.execute(query, (install.bytes, upto))]
    last = known.last if known and known.install == install else 0
    gaps = [(first, end, install.bytes) for first, end in _gaps(upto, (*read, last + 1))]
    database.conn.executemany("INSERT INTO lost VALUES (?, ?, ?)", gaps)


def _gaps(upto: int, numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The spans above `upto` that are left out by the rising numbers, the last of which ends it."""
    reached = upto
    for number in numbers:
        if number > reached + 1:
            yield reached + 1, number - 1
        reached = max(reached, number)


def _tracks(rows: Iterable[carving.Row]) -> Iterator[Track]:
    """The rows that are tracks, of the broken journal itself or salvaged by it from another."""
    for row in rows:
        if len(row.values) == 12 and _is_track(row.values[1:]):
            yield Track(None, row.number, row.values[1:])
        if len(row.values) == 13 and _is_track(row.values[2:]):
            install, seq = row.values[:2]
            if isinstance(install, bytes) and _is_key(install) and isinstance(seq, int):
                yield Track(install, seq, row.values[2:])


_NUMBER = (int, type(None))
_TRACK = (bytes, int, int, bytes, int, int, str, str, _NUMBER, str, _NUMBER)
_LATEST = 2**52
"""Microseconds since 1970; it lies in the year 2112."""


def _is_track(values: tuple[Value, ...]) -> bool:
    """Whether it can be told the gateway as it is."""
    if not _is(values, _TRACK):
        return False
    id_, claimed, at, boot, uptime, _, method, credential, person, shown, late = values
    return (
        _is_key(id_)
        and _is_key(boot)
        and all(isinstance(n, int) and 0 <= n < _LATEST for n in (claimed, at, uptime))
        and all(n is None or (isinstance(n, int) and n > 0) for n in (person, late))
        and method in set(Method)
        and shown in set(Shown)
        and bool(credential)
    )


def _is_anchor(values: tuple[Value, ...]) -> bool:
    return _is(values, (bytes, int, int)) and _is_key(values[0])


def _is_key(value: Value) -> bool:
    return isinstance(value, bytes) and len(value) == 16


def _uuid(key: Value) -> UUID:
    return UUID(bytes=bytes(key))  # type: ignore[arg-type]  # only what _is_key came here


def _is(values: tuple[Value, ...], kinds: tuple[type | tuple[type, ...], ...]) -> bool:
    return len(values) == len(kinds) and all(map(isinstance, values, kinds))


def _set_aside(path: Path) -> list[Path]:
    """The files set aside from `path`, also one of which only the WAL is left, oldest first."""
    kept = path.parent.glob(f"{path.name}.broken-*")
    names = {file.name.removesuffix("-wal").removesuffix("-shm") for file in kept}
    return [path.with_name(name) for name in sorted(names, key=lambda name: (len(name), name))]


def _is_new(database: Database) -> bool:
    return database.execute("SELECT 1 FROM identity").fetchone() is None


def _is_salvaged(database: Database, file: Path) -> bool:
    found = database.execute("SELECT 1 FROM salvages WHERE file = ?", (file.name,))
    return found.fetchone() is not None


def _loss(install: UUID, first: int, last: int) -> JournalLost:
    """The remark that says so; the same loss is always the same remark."""
    name = uuid5(NAMESPACE, f"{install} {first} {last}")
    return JournalLost(id=name, install=install, first=first, last=last)
