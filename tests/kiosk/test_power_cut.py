"""The power goes while a tap is being committed: no tap that was shown may be lost."""

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import apsw
import pytest
from sqlite_utils import Database

from kiosk import journal as journals, site
from kiosk.database import Durability, prepared
from kiosk.journal import Journal, open_journal
from tests.kiosk.made import entry
from tests.kiosk.power import ApswConnection, Disk, ForgetfulVfs, PowerCut

pytestmark = [pytest.mark.fault, pytest.mark.integration]
SEED = 20261121
TAPS = 30


@dataclass(frozen=True, slots=True)
class Aftermath:
    """How many taps were shown before the cut, and which numbers are found after it."""

    shown: int
    found: list[int]


def lights_out(folder: Path, *, cut_after: int, durability: Durability) -> Aftermath:
    """Tap until the power goes, then open what the disk kept with the kiosk's own SQLite."""
    before, after = folder / "before", folder / "after"
    before.mkdir(parents=True)
    after.mkdir()
    disk = Disk(cut_after=cut_after, seed=SEED + cut_after)
    vfs = ForgetfulVfs(disk)
    shown = tap_until_cut(before, durability)
    vfs.unregister()
    disk.restore(after)
    found = found_in(after) if durability is Durability.FULL else left_in(after)
    return Aftermath(shown, found)


def tap_until_cut(folder: Path, durability: Durability) -> int:
    connection = None
    shown = 0
    try:
        connection = ApswConnection(folder / journals.FILE)
        journal = Journal(open_on(connection, durability))
        for number in range(1, TAPS + 1):
            shown = journal.record(entry(number=number))
    except (PowerCut, apsw.Error):
        pass
    finally:
        if connection:
            with_the_lights_out(connection)
    return shown


def open_on(connection: ApswConnection, durability: Durability) -> Database:
    return prepared(cast(sqlite3.Connection, connection), durability=durability)


def with_the_lights_out(connection: ApswConnection) -> None:
    """Nothing that closing would still write reaches the disk."""
    with suppress(PowerCut, apsw.Error):
        connection.close()


def found_in(folder: Path) -> list[int]:
    if not (folder / journals.FILE).exists():
        return []
    site.open_site(folder).close()
    journal = open_journal(folder)
    rows = journal.database.execute("SELECT seq FROM tracks ORDER BY seq").fetchall()
    verdict = journal.database.execute("PRAGMA integrity_check").fetchone()
    journal.close()
    assert verdict == ("ok",)
    assert not list(folder.glob("*.broken-*"))
    return [seq for (seq,) in rows]


def left_in(folder: Path) -> list[int]:
    """The numbers SQLite finds; the kiosk itself would see that some are gone, and begin anew."""
    with closing(sqlite3.connect(folder / journals.FILE)) as database, suppress(sqlite3.Error):
        return [seq for (seq,) in database.execute("SELECT seq FROM tracks ORDER BY seq")]
    return []


@pytest.mark.covers("BEY-01", "BEY-02")
@pytest.mark.parametrize("part", range(5))
def test_no_shown_tap_is_lost_wherever_the_power_goes(tmp_path: Path, part: int) -> None:
    print(f"seed {SEED}")
    for cut_after in range(1 + part, 201, 5):
        left = lights_out(
            tmp_path / str(cut_after), cut_after=cut_after, durability=Durability.FULL
        )

        assert left.found[: left.shown] == list(range(1, left.shown + 1)), cut_after
        assert left.found == list(range(1, len(left.found) + 1)), cut_after
        assert len(left.found) <= left.shown + 1, cut_after


def test_this_disk_does_lose_taps_when_they_are_not_made_durable(tmp_path: Path) -> None:
    cuts = range(20, 120, 7)

    lost = [
        left.shown - len(left.found)
        for cut_after in cuts
        if (
            left := lights_out(
                tmp_path / str(cut_after), cut_after=cut_after, durability=Durability.NORMAL
            )
        )
    ]

    assert max(lost) > 0
