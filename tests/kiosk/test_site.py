from dataclasses import replace
from datetime import time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from kiosk import site
from kiosk.database import to_micros
from kiosk.visit import SiteRules
from tests.kiosk.made import at, site_settings, site_track, site_tracks

INSTALL = UUID(int=1)
OTHERWISE = SiteRules(ZoneInfo("Europe/Berlin"))


def count(database: Database) -> int:
    return database["site_tracks"].count


def test_nothing_is_known_at_first(site_file: Database) -> None:
    assert site.confirmed(site_file, INSTALL) == 0
    assert site.heard_upto(site_file) is None
    assert site.rules(site_file, otherwise=OTHERWISE) == OTHERWISE


def test_a_track_told_twice_is_kept_once_as_last_told(site_file: Database) -> None:
    track = site_track("08:00")
    later = track.model_copy(update={"made_at": at("09:00")})

    site.take_tracks(site_file, site_tracks(track))
    site.take_tracks(site_file, site_tracks(later))

    assert count(site_file) == 1
    row = next(site_file["site_tracks"].rows)
    assert row["at"] == to_micros(at("09:00"))


def test_tracks_of_days_long_past_are_let_go(site_file: Database) -> None:
    site.take_tracks(site_file, site_tracks(site_track("08:00"), site_track("09:00")))

    site.forget_tracks(site_file, now=at("08:30") + site.TRACKS_KEPT)

    assert count(site_file) == 1


def test_heard_upto_never_falls(site_file: Database) -> None:
    site.set_heard_upto(site_file, at("09:00"))
    site.set_heard_upto(site_file, at("08:00"))

    assert site.heard_upto(site_file) == at("09:00")


def test_what_is_confirmed_belongs_to_one_install_and_may_fall(site_file: Database) -> None:
    site.confirm(site_file, INSTALL, 40)
    site.confirm(site_file, INSTALL, 12)

    assert site.confirmed(site_file, INSTALL) == 12
    assert site.confirmed(site_file, UUID(int=2)) == 0


def test_the_sites_settings_replace_the_kiosks_own(site_file: Database) -> None:
    site.take_settings(site_file, site_settings(day_starts="04:00", repeat_window_s=30))

    expected = replace(
        OTHERWISE,
        zone=ZoneInfo("Europe/London"),
        day_starts=time(4),
        repeat_window=timedelta(seconds=30),
    )
    assert site.rules(site_file, otherwise=OTHERWISE) == expected


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "../../etc/passwd", ""])
def test_settings_in_an_unknown_zone_are_refused_and_leave_the_old_ones(
    site_file: Database, zone: str
) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        site.take_settings(site_file, site_settings(zone=zone))

    assert site.rules(site_file, otherwise=OTHERWISE) == OTHERWISE
