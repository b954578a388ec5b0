import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from sqlite_utils import Database

from kiosk.database import Durability, connect, from_micros, open_sound, to_micros, transaction

INSTANTS = st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001 - Hypothesis puts the zone on
    datetime(2100, 1, 1),  # noqa: DTZ001 - the same
    timezones=st.just(UTC),
)


@given(INSTANTS)
def test_an_instant_is_kept_to_the_microsecond(instant: datetime) -> None:
    assert from_micros(to_micros(instant)) == instant


@pytest.mark.covers("DES-05", "BEY-01")
@pytest.mark.parametrize(("durability", "level"), [(Durability.FULL, 2), (Durability.NORMAL, 1)])
def test_a_file_is_opened_as_durable_as_asked(
    tmp_path: Path, durability: Durability, level: int
) -> None:
    database = connect(tmp_path / "a.sqlite3", durability=durability)

    assert isinstance(database, Database)
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert database.execute("PRAGMA synchronous").fetchone() == (level,)
    database.close()


def insert_twice(database: Database) -> None:
    with transaction(database):
        database.execute("INSERT INTO rows VALUES (1)")
        database.execute("INSERT INTO rows VALUES (1)")


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    database = connect(tmp_path / "a.sqlite3", durability=Durability.FULL)
    database.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY)")

    with pytest.raises(sqlite3.IntegrityError):
        insert_twice(database)

    assert database.execute("SELECT COUNT(*) FROM rows").fetchone() == (0,)
    assert not database.conn.in_transaction
    database.close()


@pytest.mark.fault
def test_a_broken_file_is_set_aside_and_kept(tmp_path: Path) -> None:
    broken = tmp_path / "a.sqlite3"
    broken.write_bytes(b"this was never a database" * 100)

    database = open_sound(broken, durability=Durability.FULL)

    assert database.table_names() == []
    assert (tmp_path / "a.sqlite3.broken-1").read_bytes().startswith(b"this was never")
    database.close()


@pytest.mark.fault
def test_a_file_damaged_in_the_middle_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    database = connect(path, durability=Durability.FULL)
    database.execute("CREATE TABLE rows (text TEXT)")
    database.conn.executemany("INSERT INTO rows VALUES (?)", [("x" * 500,)] * 100)
    database.close()
    content = bytearray(path.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    path.write_bytes(content)

    database = open_sound(path, durability=Durability.FULL)

    assert database.table_names() == []
    assert len(list(tmp_path.glob("*.broken-1"))) == 1
    database.close()
