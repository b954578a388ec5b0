"""How the kiosk opens its SQLite files, and how instants are written in them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlite_utils import Database

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
PATIENCE = timedelta(seconds=2)


class Durability(StrEnum):
    """FULL survives a power cut from the moment of COMMIT; NORMAL may lose the last commits."""

    FULL = "FULL"
    NORMAL = "NORMAL"


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


def open_sound(path: Path, *, durability: Durability) -> Database:
    """Like `connect`, but a file that is broken is set aside under another name, and kept."""
    try:
        return _checked(path, durability)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        set_aside(path)
        return connect(path, durability=durability)


def set_aside(path: Path) -> None:
    """Rename a broken file and its companions, to the first free `.broken-N`."""
    taken = sum(1 for _ in path.parent.glob(f"{path.name}.broken-*"))
    for suffix in ("-wal", "-shm", ""):
        companion = path.with_name(path.name + suffix)
        if companion.exists():
            companion.rename(path.with_name(f"{path.name}.broken-{taken + 1}{suffix}"))


def _checked(path: Path, durability: Durability) -> Database:
    database = connect(path, durability=durability)
    with closing_on_error(database):
        verdict = database.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
    return database


@contextmanager
def closing_on_error(database: Database) -> Iterator[None]:
    """Close `database` when the block fails."""
    try:
        yield
    except BaseException:
        database.close()
        raise


@contextmanager
def transaction(database: Database) -> Iterator[None]:
    """All statements of the block together, or none of them."""
    database.execute("BEGIN IMMEDIATE")
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
