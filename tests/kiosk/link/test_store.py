from datetime import timedelta
from pathlib import Path

import pytest

from drivers.clock.simulated import SimulatedClock
from kiosk import site
from kiosk.journal import open_journal
from kiosk.link.store import open_store
from tests.kiosk.made import clock_at, settings_in, site_track, site_tracks

YEARS = timedelta(days=4_000)


def kept_after_tidying(folder: Path, clock: SimulatedClock) -> int:
    database = site.open_site(folder)
    site.take_tracks(database, site_tracks(site_track("07:50")))
    database.close()
    open_journal(folder).close()
    store = open_store(settings_in(folder), clock)
    store.tidy(clock.read())
    kept = store.database["site_tracks"].count
    store.close()
    return int(kept)


def test_tracks_of_days_long_past_are_let_go(tmp_path: Path) -> None:
    clock = clock_at("08:00")
    clock.advance(YEARS)

    assert kept_after_tidying(tmp_path, clock) == 0


@pytest.mark.fault
def test_a_clock_that_is_not_set_forgets_nothing_of_today(tmp_path: Path) -> None:
    clock = clock_at("08:00", trusted=False)
    clock.advance(YEARS)

    assert kept_after_tidying(tmp_path, clock) == 1
