"""Remarks that the gateway does not have yet: durable here, told again until it has them.

A small file of its own. Any thread may write; each call opens the file for itself.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import structlog
from pydantic import TypeAdapter, ValidationError
from sqlite_utils import Database

from kiosk import database as files
from kiosk.database import transaction
from kiosk.protocol.remarks import MOST_REMARKS, Remark

log = structlog.get_logger()

FILE = "remarks.sqlite3"

_REMARK: TypeAdapter[Remark] = TypeAdapter(Remark)


class RemarkBook:
    """The remarks in one folder. Its methods raise sqlite3.Error, and have then changed nothing."""

    def __init__(self, folder: Path) -> None:
        """Make the file where it is missing or broken."""
        self._path = folder / FILE
        folder.mkdir(parents=True, exist_ok=True)
        self._make()

    def add(self, *remarks: Remark) -> None:
        """Keep the remarks; they are durable on return. A broken file is made anew for them."""
        rows = [(each.id.bytes, each.model_dump_json()) for each in remarks]
        try:
            self._insert(rows)
        except sqlite3.DatabaseError as failed:
            if not files.is_damage(failed):
                raise
            self._make()
            self._insert(rows)

    def oldest(self, *, most: int = MOST_REMARKS) -> tuple[Remark, ...]:
        """The oldest that are still to be told; one that cannot be read is dropped, and said."""
        with self._opened() as database:
            rows = database.execute("SELECT id, body FROM remarks ORDER BY n LIMIT ?", (most,))
            return tuple(self._read(rows.fetchall()))

    def forget(self, ids: Iterable[UUID]) -> None:
        """The gateway has these."""
        with self._opened() as database, transaction(database):
            keys = [(each.bytes,) for each in ids]
            database.conn.executemany("DELETE FROM remarks WHERE id = ?", keys)

    def count(self) -> int:
        """How many are still to be told."""
        with self._opened() as database:
            return int(database.execute("SELECT COUNT(*) FROM remarks").fetchone()[0])

    def _make(self) -> None:
        database = files.open_sound(self._path, durability=files.Durability.FULL)
        with files.closing_on_error(database):
            database.execute(
                "CREATE TABLE IF NOT EXISTS remarks"
                " (n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, body TEXT NOT NULL)"
            )
        database.close()

    def _insert(self, rows: Iterable[tuple[bytes, str]]) -> None:
        with self._opened() as database, transaction(database):
            database.conn.executemany(
                "INSERT OR IGNORE INTO remarks (id, body) VALUES (?, ?)", rows
            )

    def _read(self, rows: Iterable[tuple[bytes, str]]) -> Iterator[Remark]:
        for key, body in rows:
            try:
                yield _REMARK.validate_json(body)
            except ValidationError:
                log.error("remark_unreadable", remark=str(UUID(bytes=key)))
                self.forget([UUID(bytes=key)])

    @contextmanager
    def _opened(self) -> Iterator[Database]:
        database = files.connect(self._path, durability=files.Durability.FULL)
        try:
            yield database
        finally:
            database.close()
