from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st
from sqlite_utils import Database

from kiosk import present, site
from kiosk.identify import roster
from kiosk.journal import Journal
from kiosk.present import Copy, Seen, on_site
from kiosk.protocol.clocks import Anchor
from kiosk.protocol.messages import PersonKind, Shown
from kiosk.protocol.movements import Track
from kiosk.protocol.options import GroupName
from kiosk.visit import SiteRules
from tests.kiosk.made import (
    BOOT,
    at,
    entry,
    reading_at,
    site_settings,
    site_track,
    site_tracks,
)
from tests.kiosk.neighbours import person, roster as roster_of

RULES = SiteRules(ZoneInfo("Europe/London"))


def seen(number: int, clock: str, *, id_: int = 0, doubtful: bool = False) -> Seen:
    return Seen(number, Track(at(clock), UUID(int=id_)), doubtful)


@pytest.mark.covers("BEY-05")
@pytest.mark.parametrize(
    ("clocks", "is_here"),
    [
        ([], False),
        (["08:00"], True),
        (["08:00", "08:00:30"], True),
        (["08:00", "09:00"], False),
        (["09:00", "08:00"], False),
        (["08:00", "09:00", "10:00"], True),
    ],
)
def test_who_signed_in_last_is_on_site(clocks: list[str], is_here: bool) -> None:
    tracks = [seen(17, clock, id_=place) for place, clock in enumerate(clocks)]

    assert (17 in on_site(tracks, rules=RULES)) is is_here


@given(
    tracks=st.lists(
        st.builds(
            lambda number, minute: Seen(
                number, Track(at("08:00") + timedelta(minutes=minute), UUID(int=minute))
            ),
            st.integers(1, 3),
            st.integers(0, 600),
        ),
        max_size=15,
    ),
    data=st.data(),
)
def test_neither_the_order_nor_hearing_twice_changes_who_is_on_site(
    tracks: list[Seen], data: st.DataObject
) -> None:
    arrived = data.draw(st.permutations(tracks + tracks))

    assert on_site(arrived, rules=RULES) == on_site(tracks, rules=RULES)


def read(folder: Path, instant: datetime | None = None) -> Copy:
    return present.read(folder, instant=instant or at("09:00"), otherwise=RULES)


def test_tracks_of_all_kiosks_are_folded_together(
    tmp_path: Path, site_file: Database, journal: Journal
) -> None:
    journal.record(entry("08:00", 17))
    journal.record(entry("08:00", 18))
    site.take_tracks(site_file, site_tracks(site_track("08:30", 18), site_track("08:40", 19)))

    assert set(read(tmp_path).present) == {17, 19}


def test_what_the_gateway_says_of_an_own_track_counts(
    tmp_path: Path, site_file: Database, journal: Journal
) -> None:
    own = entry("08:00", 17)
    journal.record(own)

    site.take_tracks(site_file, site_tracks(site_track("08:05", 18, id=own.id)))

    assert set(read(tmp_path).present) == {18}


def test_neither_refusals_nor_other_days_count(
    tmp_path: Path, site_file: Database, journal: Journal
) -> None:
    journal.record(entry("08:00", 17, shown=Shown.BLOCKED))
    journal.record(entry("08:00", None, shown=Shown.UNKNOWN))
    journal.record(entry("08:00", 18, at=at("08:00", day="2026-11-22")))

    assert read(tmp_path).present == {}


def test_a_sign_in_while_the_clock_was_not_set_is_in_doubt_until_it_is(
    tmp_path: Path, site_file: Database, journal: Journal
) -> None:
    journal.record(entry("08:00", 17, reading=reading_at("08:00", trusted=False)))
    before = read(tmp_path).present[17].approximate

    journal.remember(Anchor(BOOT, at("09:00"), timedelta(hours=2)))

    assert (before, read(tmp_path).present[17].approximate) == (True, False)


def test_roster_and_year_groups_are_at_hand(
    tmp_path: Path, site_file: Database, journal: Journal
) -> None:
    roster.apply(site_file, roster_of(person(1, "Mia K."), person(2, kind=PersonKind.VISITOR)))
    groups = (GroupName(id=9, name="Year 9"), GroupName(id=7, name="Year 7"))
    site.take_settings(site_file, site_settings(year_groups=groups))

    copy = read(tmp_path)

    assert copy.known(1).name == "Mia K."
    assert copy.known(2).kind is PersonKind.VISITOR
    assert copy.known(99).name == "#99"
    assert list(copy.groups.values()) == ["Year 9", "Year 7"]


def test_the_newest_track_tells_the_day_to_a_clock_that_is_not_set(
    tmp_path: Path, site_file: Database, journal: Journal
) -> None:
    nothing = present.newest(tmp_path)
    journal.record(entry("08:00", 17))
    site.take_tracks(site_file, site_tracks(site_track("08:30", 18)))

    assert (nothing, present.newest(tmp_path)) == (None, at("08:30"))
