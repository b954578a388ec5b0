import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.backlog import ANCHORS_TOLD, Backlog, Span
from kiosk.database import Damaged
from kiosk.journal import FILE, Journal
from kiosk.protocol.clocks import Anchor
from kiosk.protocol.messages import Method, Shown, TrackMade
from tests.kiosk.broken import BREAKS
from tests.kiosk.made import BOOT, at, entry, reading_at
from tests.kiosk.neighbours import card_of


@pytest.fixture
def backlog(tmp_path: Path, journal: Journal) -> Iterator[Backlog]:
    backlog = Backlog(tmp_path)
    yield backlog
    backlog.close()


def test_a_track_is_told_as_it_was_claimed(journal: Journal, backlog: Backlog) -> None:
    claimed = reading_at("08:12", trusted=False)
    made = entry(reading=claimed, at=at("09:00"), late_minutes=12)
    journal.record(made)

    assert backlog.after(0, most=5) == (
        TrackMade(
            seq=1,
            id=made.id,
            made_at=at("08:12"),
            boot_id=BOOT,
            uptime_ms=3_600_000,
            clock_trusted=False,
            method=Method.CARD,
            credential=card_of(17),
            person=17,
            shown=Shown.SIGNED_IN,
            late_minutes=12,
        ),
    )


def test_tracks_are_told_in_order_and_no_more_than_asked(
    journal: Journal, backlog: Backlog
) -> None:
    for _ in range(5):
        journal.record(entry())

    assert [track.seq for track in backlog.after(1, most=3)] == [2, 3, 4]


def test_the_span_is_what_the_journal_holds(journal: Journal, backlog: Backlog) -> None:
    assert backlog.span() == Span(0, 0)
    for _ in range(3):
        journal.record(entry())

    assert backlog.span() == Span(1, 3)


def test_only_the_last_boots_anchors_are_told_oldest_first(
    journal: Journal, backlog: Backlog
) -> None:
    for boot in range(1, ANCHORS_TOLD + 3):
        journal.remember(Anchor(UUID(int=boot), at("08:00"), timedelta(minutes=boot)))

    assert [told.boot_id.int for told in backlog.anchors()] == [3, 4, 5, 6, 7]


def test_there_is_no_backlog_before_there_is_a_journal(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        Backlog(tmp_path)


def test_the_backlog_cannot_be_written(journal: Journal, backlog: Backlog) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        backlog._database.execute("DELETE FROM tracks")

    assert backlog.install == journal.install


@pytest.mark.fault
def test_a_track_that_does_not_read_is_damage(journal: Journal, backlog: Backlog) -> None:
    journal.record(entry())
    journal.database.execute("UPDATE tracks SET method = 'c@rd'")

    with pytest.raises(Damaged, match="does not read"):
        backlog.after(0, most=5)


@pytest.mark.fault
def test_a_look_through_the_whole_journal_finds_what_nobody_asked_for(
    journal: Journal, backlog: Backlog, tmp_path: Path
) -> None:
    for _ in range(100):
        journal.record(entry())
    journal.database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    backlog.check()
    BREAKS["pages"](tmp_path / FILE)

    with pytest.raises(Damaged):
        backlog.check()


def test_a_journal_in_the_making_is_waited_for(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        database.execute("CREATE TABLE identity (install BLOB)")

    with pytest.raises(sqlite3.OperationalError, match="being made"):
        Backlog(tmp_path)
