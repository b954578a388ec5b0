import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk import journal, site
from kiosk.checks import storage
from kiosk.checks.finding import Finding, Verdict
from kiosk.journal import open_journal
from tests.kiosk.made import NOON, fill

pytestmark = pytest.mark.fault
WELL, WARNING, FAULT = Verdict.WELL, Verdict.WARNING, Verdict.FAULT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fill(tmp_path, 1, 2)
    open_journal(tmp_path).close()
    return tmp_path


def told(found: Finding) -> tuple[str, Verdict]:
    return found.what, found.verdict


def test_a_sound_folder_is_well(folder: Path) -> None:
    assert storage.check_folder(folder).verdict is WELL
    assert storage.check_room(folder, free_mb=4000).verdict is WELL
    assert told(storage.check_journal(folder)) == ("sound, and takes writes", WELL)
    assert storage.check_set_aside(folder).verdict is WELL


def test_a_file_where_the_folder_should_be_is_told(tmp_path: Path) -> None:
    in_the_way = tmp_path / "kiosk"
    in_the_way.write_text("")

    found = storage.check_folder(in_the_way)

    assert told(found) == (f"{in_the_way} cannot be written: Not a directory", FAULT)
    assert "ls -ld" in found.remedy


def test_a_folder_that_is_not_there_yet_will_be_made(tmp_path: Path) -> None:
    assert storage.check_folder(tmp_path / "none").verdict is WARNING
    assert storage.check_journal(tmp_path).verdict is WARNING


@pytest.mark.parametrize(("free_mb", "verdict"), [(49, FAULT), (499, WARNING), (500, WELL)])
def test_a_disk_that_fills_up_is_told_in_time(
    tmp_path: Path, free_mb: int, verdict: Verdict
) -> None:
    assert told(storage.check_room(tmp_path, free_mb=free_mb)) == (f"{free_mb} MB free", verdict)


def test_a_folder_that_will_be_made_has_the_room_of_the_disk_it_will_be_on(tmp_path: Path) -> None:
    found = storage.check_room(tmp_path / "none" / "yet")

    assert found.what == storage.check_room(tmp_path).what
    assert found.what != "0 MB free"


@pytest.fixture
def holder(folder: Path) -> Iterator[sqlite3.Connection]:
    """Another program that writes to the journal and does not end."""
    holder = sqlite3.connect(folder / journal.FILE, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    yield holder
    holder.close()


@pytest.mark.usefixtures("holder")
def test_a_journal_that_takes_no_writes_is_told(folder: Path) -> None:
    found = storage.check_journal(folder, patience_s=0.05)

    assert found.verdict is FAULT
    assert "takes no writes: database is locked" in found.what


def test_a_damaged_journal_is_told_and_what_to_keep(folder: Path) -> None:
    (folder / journal.FILE).write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)

    found = storage.check_journal(folder)

    assert found.verdict is FAULT
    assert "is damaged" in found.what
    assert "keep the old one" in found.remedy


def test_a_file_set_aside_as_damaged_is_named(folder: Path) -> None:
    (folder / "journal.sqlite3.broken-1").write_text("")

    found = storage.check_set_aside(folder)

    assert told(found) == ("set aside as damaged: journal.sqlite3.broken-1", WARNING)


def test_a_kiosk_that_knows_nobody_is_told(tmp_path: Path) -> None:
    for there in (False, True):
        if there:
            site.open_site(tmp_path).close()

        found = storage.check_roster(tmp_path, now=NOON)

        assert found.verdict is FAULT
        assert found.what.startswith("the kiosk knows nobody yet")


def hear(folder: Path, *, before: timedelta) -> None:
    database = site.open_site(folder)
    site.set_heard_upto(database, NOON - before)
    database.close()


def test_a_roster_nobody_brought_up_to_date_wants_a_look(folder: Path) -> None:
    never = storage.check_roster(folder, now=NOON)
    hear(folder, before=timedelta(days=8))

    old = storage.check_roster(folder, now=NOON)

    assert told(never) == ("2 people, but last brought up to date: never", WARNING)
    assert told(old) == ("2 people, but last brought up to date: 2026-11-15", WARNING)


def test_a_current_roster_is_well(folder: Path) -> None:
    hear(folder, before=timedelta(hours=1))

    found = storage.check_roster(folder, now=NOON)

    assert told(found) == ("2 people, current up to 2026-11-23 11:00", WELL)
