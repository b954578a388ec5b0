"""How the kiosk opens its SQLite files, and how instants are written in them."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Protocol

import structlog
from sqlite_utils import Database

log = structlog.get_logger()

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
PATIENCE = timedelta(seconds=2)
COMPANIONS = ("", "-wal", "-shm")
"""What a database consists of. Its file goes first: then nothing can be taken for whole again."""

_BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_UNREADABLE = frozenset(
    {
        sqlite3.SQLITE_IOERR_READ,
        sqlite3.SQLITE_IOERR_SHORT_READ,
        sqlite3.SQLITE_IOERR_CORRUPTFS,
        sqlite3.SQLITE_IOERR_DATA,
    }
)


class Durability(StrEnum):
    """FULL survives a power cut from the moment of COMMIT; NORMAL may lose the last commits."""

    FULL = "FULL"
    NORMAL = "NORMAL"


class Damaged(sqlite3.DatabaseError):
    """The file is broken, or is not there any more: open it anew, and it is made anew."""


class Closable(Protocol):
    """What is open."""

    def close(self) -> None:
        """Let go of it."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Which files stood at some paths when they were opened."""

    found: tuple[tuple[str, int | None], ...] = ()

    @classmethod
    def of(cls, *paths: Path) -> "Place":
        """The files that stand there now."""
        return cls(tuple((str(path), _inode(str(path))) for path in paths))

    def still_holds(self) -> bool:
        """Whether these very files still stand there: none was deleted, moved or replaced."""
        return all(_inode(path) == inode for path, inode in self.found)


def connect(path: Path, *, durability: Durability) -> Database:
    """Open `path` in WAL mode. Every statement outside `transaction` commits itself.

    The connection belongs to the thread that opened it. Raises sqlite3.DatabaseError when
    the file is no sound database.
    """
    connection = sqlite3.connect(path, isolation_level=None, timeout=PATIENCE.total_seconds())
    try:
        return prepared(connection, durability=durability)
    except BaseException:
        connection.close()
        raise


def prepared(connection: sqlite3.Connection, *, durability: Durability) -> Database:
    """The connection, set to lose nothing but what `durability` allows."""
    database = Database(connection, execute_plugins=False)
    database.enable_wal()
    database.execute(f"PRAGMA synchronous={durability}")
    database.execute("PRAGMA cache_size=-4000")
    return database


def open_sound(
    path: Path, *, durability: Durability, prepare: Callable[[Database], None] = lambda _: None
) -> Database:
    """Like `connect`, but a file that is broken is set aside under another name, and kept.

    `prepare` is called with what was opened, and may raise Damaged too. The WAL is kept as it
    was found: SQLite deletes what it cannot read of it.
    """
    with _alone(path):
        _set_aside_orphans(path)
        wal = _content(_beside(path, "-wal"))
        try:
            return _checked(path, durability, prepare)
        except sqlite3.DatabaseError as failed:
            if not is_damage(failed):
                raise
            _set_aside(path, why=str(failed), wal=wal)
            database = connect(path, durability=durability)
            with closing_on_error(database):
                prepare(database)
            return database


def check(path: Path) -> None:
    """Read the whole file as it is on the disk. Raises sqlite3.Error; Damaged when broken."""
    try:
        _checked(path, Durability.NORMAL, lambda _: None).close()
    except sqlite3.DatabaseError as failed:
        if is_damage(failed):
            raise Damaged(str(failed)) from failed
        raise


def set_aside(path: Path, *, why: str) -> None:
    """Rename a broken file and its companions, to the first free `.broken-N`."""
    with _alone(path):
        _set_aside(path, why=why)


def free_name(path: Path) -> Path:
    """The first `.broken-N` at which nothing of what is there now has a namesake."""
    there = [suffix for suffix in COMPANIONS if _beside(path, suffix).exists()]
    names = (path.with_name(f"{path.name}.broken-{number}") for number in count(1))
    return next(n for n in names if not any(_beside(n, s).exists() for s in there or ("",)))


def is_damage(failed: sqlite3.Error) -> bool:
    """Whether it says that the file itself is broken, rather than busy, full or locked away."""
    if isinstance(failed, Damaged):
        return True
    code = getattr(failed, "sqlite_errorcode", 0)
    return code & 0xFF in _BROKEN or code in _UNREADABLE


@contextmanager
def closing_on_error(database: Closable) -> Iterator[None]:
    """Close `database` when the block fails."""
    try:
        yield
    except BaseException:
        database.close()
        raise


@contextmanager
def transaction(database: Database, *, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """All statements of the block together, or none of them.

    Begun with a mere BEGIN it locks no file before it is read or written.
    """
    database.execute(begin)
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.conn.in_transaction:
            database.execute("ROLLBACK")
        raise


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (instant - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware instant, in UTC."""
    return EPOCH + timedelta(microseconds=micros)


def _set_aside(path: Path, *, why: str, wal: bytes = b"") -> None:
    kept = free_name(path)
    if wal:
        _beside(path, "-wal").write_bytes(wal)
    for suffix in COMPANIONS:
        companion = _beside(path, suffix)
        if companion.exists():
            companion.rename(_beside(kept, suffix))
    log.error("database_set_aside", file=kept.name, reason=why)


def _set_aside_orphans(path: Path) -> None:
    """A WAL without its file: SQLite would delete it unread."""
    if not _size(path) and _size(_beside(path, "-wal")):
        _set_aside(path, why="the file beside the WAL is gone")


def _checked(path: Path, durability: Durability, prepare: Callable[[Database], None]) -> Database:
    database = connect(path, durability=durability)
    with closing_on_error(database):
        verdict = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if verdict != "ok":
            raise Damaged(verdict)
        prepare(database)
    return database


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One at a time: what one thread has just made anew, no other sets aside."""
    with path.with_name(f"{path.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _inode(path: str) -> int | None:
    """A plain call: a tap waits for it."""
    try:
        return os.stat(path).st_ino  # noqa: PTH116 - the same
    except OSError:
        return None
