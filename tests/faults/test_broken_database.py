"""The SD card of a kiosk breaks between a broker and a gateway that are real."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kiosk import site
from tests.faults.stage import Stage, card
from tests.kiosk.broken import BREAKS, Break, delete
from tests.kiosk.neighbours import KioskProcess, eventually

pytestmark = [pytest.mark.fault, pytest.mark.e2e, pytest.mark.integration]
PEOPLE_TAPPED = 40


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    del stage.kiosks[1:]
    stage.open()
    yield stage
    stage.close()


def journal_of(kiosk: KioskProcess) -> Path:
    return kiosk.folder / "journal.sqlite3"


def stop_in_good_order(kiosk: KioskProcess) -> None:
    """Stop, with everything in the journal's file: a WAL would mend the file's header."""
    kiosk.stop()
    with closing(sqlite3.connect(journal_of(kiosk))) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def tap_everybody(kiosk: KioskProcess) -> list[str]:
    return [str(kiosk.tap_and_see(card(number))["icon"]) for number in range(PEOPLE_TAPPED)]


def tap_again(kiosk: KioskProcess, number: int) -> str:
    """What a person is told once the repeat window is over."""
    eventually(lambda: kiosk.tap_and_see(card(number))["icon"] != "already")
    return kiosk.result()


def told_of(kiosk: KioskProcess) -> int:
    """Of how many tracks the gateway has told the kiosk."""
    with closing(site.open_site(kiosk.folder)) as told:
        return int(told["site_tracks"].count)


def installs(stage: Stage) -> set[str]:
    """The lives of the kiosk's journal of which the gateway holds tracks."""
    rows = stage._rows("SELECT DISTINCT install FROM attendance_track")
    return {install for (install,) in rows}


def open_holes(stage: Stage) -> int:
    """Numbers that the gateway holds to be missing or lost."""
    return sum(last - first + 1 for first, last in stage.holes())


@pytest.mark.covers("BEY-01", "DES-02")
@pytest.mark.parametrize("how", [BREAKS["header"], BREAKS["pages"], BREAKS["truncated"]])
def test_who_signed_in_before_the_card_broke_signs_out_after(stage: Stage, how: Break) -> None:
    (kiosk,) = stage.kiosks
    assert tap_everybody(kiosk) == ["in"] * PEOPLE_TAPPED
    stage.settle()
    assert eventually(lambda: told_of(kiosk) == PEOPLE_TAPPED)
    stop_in_good_order(kiosk)
    how(journal_of(kiosk))

    kiosk.start()

    assert [tap_again(kiosk, number) for number in (0, 20, 39)] == ["out"] * 3
    eventually(lambda: len(stage.stored()) == PEOPLE_TAPPED + 3)
    assert len(installs(stage)) == 2
    assert open_holes(stage) == 0
    assert stage.set_aside() == []
    assert list(kiosk.folder.glob("journal.sqlite3.broken-*"))


@pytest.mark.covers("BEY-01", "BEY-02")
def test_a_journal_deleted_under_a_running_kiosk_loses_nothing(stage: Stage) -> None:
    (kiosk,) = stage.kiosks
    stage.broker.stop()
    assert tap_everybody(kiosk) == ["in"] * PEOPLE_TAPPED

    delete(journal_of(kiosk))

    assert [tap_again(kiosk, number) for number in (0, 20, 39)] == ["out"] * 3
    stage.broker.start()
    eventually(lambda: len(stage.stored()) == PEOPLE_TAPPED + 3, within=60)
    assert len(installs(stage)) == 2
    assert open_holes(stage) == 0
    assert stage.differences() == {}


def test_what_broke_before_it_was_sent_is_sent_or_told_as_lost(stage: Stage) -> None:
    (kiosk,) = stage.kiosks
    tap_everybody(kiosk)
    stage.settle()
    stage.broker.stop()
    [tap_again(kiosk, number) for number in range(10)]
    stop_in_good_order(kiosk)
    BREAKS["pages"](journal_of(kiosk))

    kiosk.start()

    assert eventually(lambda: salvaged_numbers(kiosk))
    stage.broker.start()
    eventually(lambda: numbers_accounted(stage) == PEOPLE_TAPPED + 10, within=60)
    assert stage.set_aside() == []


def salvaged_numbers(kiosk: KioskProcess) -> set[int]:
    """Empty while the kiosk has not opened its new journal yet."""
    with closing(sqlite3.connect(journal_of(kiosk))) as database:
        try:
            return {seq for (seq,) in database.execute("SELECT seq FROM salvaged")}
        except sqlite3.OperationalError:
            return set()


def numbers_accounted(stage: Stage) -> int:
    """Tracks that came, and those of which the gateway knows that they cannot."""
    return len(stage.stored()) + open_holes(stage)


@pytest.mark.covers("BEY-01")
def test_with_every_file_gone_the_gateway_tells_the_kiosk_all_it_knew(stage: Stage) -> None:
    (kiosk,) = stage.kiosks
    tap_everybody(kiosk)
    stage.settle()
    kiosk.stop()
    for name in ("journal.sqlite3", "site.sqlite3", "remarks.sqlite3"):
        (kiosk.folder / name).write_bytes(b"this was a database once" * 1000)

    kiosk.start()

    eventually(lambda: tells_of(kiosk) == PEOPLE_TAPPED)
    assert tap_again(kiosk, 7) == "out"
    eventually(lambda: len(stage.stored()) == PEOPLE_TAPPED + 1)
    assert open_holes(stage) == 0


def tells_of(kiosk: KioskProcess) -> int:
    """How many tracks of the site the kiosk has heard of, once it knows everybody again."""
    with closing(sqlite3.connect(kiosk.folder / "site.sqlite3")) as database:
        try:
            (people,) = database.execute("SELECT COUNT(*) FROM people").fetchone()
            (tracks,) = database.execute("SELECT COUNT(*) FROM site_tracks").fetchone()
        except sqlite3.OperationalError:
            return 0
    return int(tracks) if people else 0


def test_a_site_file_that_breaks_under_a_running_kiosk_is_asked_for_again(stage: Stage) -> None:
    (kiosk,) = stage.kiosks
    tap_everybody(kiosk)
    stage.settle()

    delete(kiosk.folder / "site.sqlite3")

    eventually((kiosk.folder / "site.sqlite3").exists)
    eventually(lambda: tells_of(kiosk) == PEOPLE_TAPPED)
    assert tap_again(kiosk, 7) == "out"
