import sqlite3
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlite_utils import Database

from kiosk import site
from kiosk.journal import KEPT, Bounds, Journal, open_journal
from kiosk.protocol.clocks import Anchor
from kiosk.protocol.messages import Method, Shown
from kiosk.protocol.movements import Track
from tests.kiosk.made import (
    BOOT,
    at,
    entry,
    reading_at,
    site_track,
    site_tracks,
)
from tests.kiosk.neighbours import card_of

TODAY = Bounds(at("00:00"), at("00:00") + timedelta(days=1))
LONG_AGO = at("08:00") - KEPT - timedelta(days=1)


def test_numbers_begin_at_one_and_have_no_holes(journal: Journal) -> None:
    assert [journal.record(entry()) for _ in range(3)] == [1, 2, 3]


@pytest.mark.fault
def test_a_failed_insert_uses_up_no_number(journal: Journal) -> None:
    journal.record(entry())

    with pytest.raises(sqlite3.IntegrityError):
        journal.record(entry(credential=None))

    assert journal.record(entry()) == 2


def test_a_journal_keeps_its_install_and_goes_on_counting(tmp_path: Path) -> None:
    site.open_site(tmp_path).close()
    first = open_journal(tmp_path)
    first.record(entry())
    first.close()

    again = open_journal(tmp_path)

    assert again.install == first.install
    assert again.record(entry()) == 2
    again.close()


def test_a_journal_made_anew_is_another_install(tmp_path: Path) -> None:
    installs = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        site.open_site(tmp_path / name).close()
        journal = open_journal(tmp_path / name)
        installs.append(journal.install)
        journal.close()

    assert installs[0] != installs[1]


def test_own_and_foreign_tracks_of_the_day_are_told_together(
    journal: Journal, site_file: Database
) -> None:
    own, foreign = entry("08:00"), site_track("12:30")
    journal.record(own)
    site.take_tracks(site_file, site_tracks(foreign, site_track("12:30", number=18)))

    found = set(journal.tracks_of(17, TODAY))

    assert found == {Track(at("08:00"), own.id), Track(at("12:30"), foreign.id)}


def test_an_own_track_heard_back_is_the_same_track(journal: Journal, site_file: Database) -> None:
    own = entry("08:00")
    journal.record(own)
    site.take_tracks(site_file, site_tracks(site_track("08:00", id=own.id)))

    assert set(journal.tracks_of(17, TODAY)) == {Track(at("08:00"), own.id)}


def test_the_gateways_word_on_an_instant_replaces_the_kiosks(
    journal: Journal, site_file: Database
) -> None:
    own = entry("08:00")
    journal.record(own)
    site.take_tracks(site_file, site_tracks(site_track("09:00", id=own.id)))

    assert set(journal.tracks_of(17, TODAY)) == {Track(at("09:00"), own.id)}


def test_a_track_the_gateway_puts_on_another_day_is_not_of_this_one(
    journal: Journal, site_file: Database
) -> None:
    own = entry("08:00")
    journal.record(own)
    yesterday = site_track("08:00", id=own.id, made_at=at("08:00", "2026-11-22"))
    site.take_tracks(site_file, site_tracks(yesterday))

    assert journal.tracks_of(17, TODAY) == []


@pytest.mark.parametrize("shown", [Shown.UNKNOWN, Shown.BLOCKED])
def test_a_refusal_is_no_movement_but_remembered(journal: Journal, shown: Shown) -> None:
    journal.record(entry("08:00", shown=shown))

    assert journal.tracks_of(17, TODAY) == []
    assert journal.last_refusal(Method.CARD, card_of(17)) == at("08:00")
    assert journal.last_refusal(Method.QR, card_of(17)) is None


def test_an_anchor_repairs_what_its_boot_recorded_in_doubt(journal: Journal) -> None:
    doubtful = reading_at("08:00", trusted=False)
    other_boot = entry(reading=reading_at("08:00", trusted=False), at=at("00:05"))
    journal.record(entry(reading=doubtful, at=at("00:00")))
    journal.record(
        entry(
            id=other_boot.id,
            reading=reading_at("08:00", trusted=True),
            at=at("10:00"),
        )
    )

    journal.remember(Anchor(BOOT, utc=at("09:30"), uptime=doubtful.uptime + timedelta(minutes=30)))

    assert {track.made_at for track in journal.tracks_of(17, TODAY)} == {at("09:00"), at("10:00")}


def test_the_first_anchor_of_a_boot_stands(journal: Journal) -> None:
    first = Anchor(BOOT, utc=at("09:00"), uptime=timedelta(hours=1))
    journal.remember(first)

    journal.remember(Anchor(BOOT, utc=at("10:00"), uptime=timedelta(hours=1)))

    assert journal.anchor(BOOT) == first
    assert journal.anchor(UUID(int=99)) is None


def test_confirmed_tracks_are_deleted_after_thirty_days(journal: Journal) -> None:
    for _ in range(3):
        journal.record(entry(at=LONG_AGO))
    journal.record(entry())

    assert journal.purge(confirmed=2, now=at("08:00")) == 2
    assert journal.purge(confirmed=2, now=at("08:00")) == 0


def test_the_newest_number_is_never_given_out_again(journal: Journal) -> None:
    for _ in range(3):
        journal.record(entry(at=LONG_AGO))

    journal.purge(confirmed=3, now=at("08:00"))

    assert journal.last_seq() == 3
    assert journal.record(entry()) == 4


def test_a_track_of_doubtful_time_is_as_old_as_the_trusted_ones_after_it(journal: Journal) -> None:
    doubtful = reading_at("08:00", trusted=False)
    journal.record(entry(reading=doubtful, at=at("08:00", "1970-01-01")))
    assert journal.purge(confirmed=9, now=at("08:00")) == 0
    journal.record(entry(at=LONG_AGO))
    journal.record(entry())

    assert journal.purge(confirmed=9, now=at("08:00")) == 2


def test_a_journal_that_can_be_written_says_so(journal: Journal) -> None:
    journal.check_writable()

    assert journal.last_seq() == 0


def record_many(journal: Journal) -> None:
    for _ in range(200):
        journal.record(entry())


@pytest.mark.fault
def test_a_full_journal_says_so_and_records_nothing(journal: Journal) -> None:
    pages = journal.database.execute("PRAGMA page_count").fetchone()[0]
    journal.database.execute(f"PRAGMA max_page_count={pages}")

    with pytest.raises(sqlite3.OperationalError, match="full"):
        record_many(journal)

    last = journal.last_seq()
    journal.database.execute("PRAGMA max_page_count=100000")
    assert journal.record(entry()) == last + 1
