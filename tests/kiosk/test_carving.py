import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.carving import PAGE, Row, leaf_rows, rows, wal_pages

ROWS = [(f"row {number}", number * 1000, None, number.to_bytes(16, "big")) for number in range(400)]
EXPECTED = [Row(place, values) for place, values in enumerate(ROWS, start=1)]


@pytest.fixture
def open_file(tmp_path: Path) -> Iterator[Path]:
    """A database that is open: half of its rows are in the WAL alone."""
    path = tmp_path / "a.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE t (a TEXT, b INTEGER, c, d BLOB)")
        database.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", ROWS[:200])
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        database.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", ROWS[200:])
        yield path


def carved(path: Path) -> list[Row]:
    """The rows of table `t`, each once."""
    return sorted({row for row in rows(path) if len(row.values) == 4}, key=lambda row: row.number)


def overwrite(path: Path, at: int, octets: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(octets)


def test_rows_are_read_from_the_file_and_from_its_wal(open_file: Path) -> None:
    assert carved(open_file) == EXPECTED


@pytest.mark.fault
def test_headers_are_not_needed(open_file: Path) -> None:
    overwrite(open_file, 0, bytes(PAGE))
    overwrite(open_file.with_name("a.sqlite3-wal"), 0, b"\xff" * 32)

    assert carved(open_file) == EXPECTED


@pytest.mark.fault
def test_what_was_not_committed_is_not_read(open_file: Path) -> None:
    wal = open_file.with_name("a.sqlite3-wal")
    pages = len(wal_pages(wal))
    overwrite(wal, 32 + (pages - 1) * (24 + PAGE) + 4, bytes(4))

    assert len(wal_pages(wal)) == pages - 1


@pytest.mark.fault
def test_a_row_whose_number_breaks_the_row_is_left_out(open_file: Path) -> None:
    page = bytearray(wal_pages(open_file.with_name("a.sqlite3-wal"))[-1])
    whole = list(leaf_rows(bytes(page)))
    third = int.from_bytes(page[8 + 4 : 8 + 6], "big")
    page[third + 2] ^= 1

    assert list(leaf_rows(bytes(page))) == whole[:2] + whole[3:]


def test_a_file_that_is_not_there_has_no_rows(tmp_path: Path) -> None:
    assert carved(tmp_path / "none") == []
