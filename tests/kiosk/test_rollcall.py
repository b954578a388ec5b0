import sqlite3
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from drivers.clock.simulated import SimulatedClock
from kiosk import site
from kiosk.identify import roster as rosters
from kiosk.protocol.messages import Evacuation, PersonKind, SafePerson
from kiosk.protocol.options import GroupName
from kiosk.protocol.remarks import MarkedSafe
from kiosk.remarks import RemarkBook
from kiosk.rollcall import RollCall
from kiosk.screen.board import Board
from kiosk.screen.rollcall import RollCallShown
from kiosk.visit import SiteRules
from tests.kiosk.conftest import OpenDoor
from tests.kiosk.made import Door, at, clock_at, site_settings, site_track, site_tracks
from tests.kiosk.neighbours import SITE, eventually, person, roster

ALARM = UUID(int=11)
NINE = at("09:00")


class Evacuated:
    """A kiosk with its own copy and no network; persons 1 to 30 are known."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.brought = 0
        self.restart()

    def restart(self) -> None:
        """The kiosk begins anew with what is on its disk."""
        self.board = Board(shown_for=timedelta(seconds=3))
        self.call = RollCall(
            self.door.folder,
            self.door.clock,
            board=self.board,
            bring=self._bring,
            rules=SiteRules(ZoneInfo("Europe/London")),
            language="en",
        )
        self.call.look()

    def hear(self, alarm: UUID | None, *safe: tuple[int, str], **more: object) -> None:
        """The gateway's word on the alarm reaches the kiosk."""
        people = tuple(SafePerson(person=number, at=at(clock)) for number, clock in safe)
        began = NINE if alarm else None
        told = {"site": SITE, "alarm": alarm, "began_at": began, "safe": people} | more
        database = self._site()
        site.note(database, Evacuation.model_validate(told))
        database.close()
        self.call.look()

    def told_tracks(self, *tracks: tuple[int, str]) -> None:
        database = self._site()
        said = (site_track(clock, number) for number, clock in tracks)
        site.take_tracks(database, site_tracks(*said))
        database.close()
        self.call.look()

    def know(self) -> None:
        """Somebody of each kind, of two year groups."""
        database = self._site()
        people = (
            person(1, "Mia K.", year_group=8),
            person(2, "Ada B.", year_group=7),
            person(3, "Zoe A.", year_group=7),
            person(4, "Ruth O.", kind=PersonKind.STAFF, year_group=None),
            person(5, "Guest", kind=PersonKind.VISITOR, year_group=None),
        )
        rosters.apply(database, roster(*people))
        groups = (GroupName(id=7, name="Year 7"), GroupName(id=8, name="Year 8"))
        site.take_settings(database, site_settings(year_groups=groups, show_names=False))
        database.close()

    def panel(self) -> RollCallShown | None:
        panel = self.board.view(now=self.door.clock.read().uptime).panel
        assert panel is None or isinstance(panel, RollCallShown)
        return panel

    def people(self) -> dict[int, bool]:
        """Who stands on the roll call, and whether they are safe."""
        told = self.call.told({})
        assert isinstance(told, dict)
        return {number: safe for number, _, _, safe, _ in told["people"]}

    def tick(self, number: int, safe: str = "yes") -> None:
        self.call.tick({"person": str(number), "safe": safe})

    def remarks(self) -> list[tuple[UUID, int, bool]]:
        kept = RemarkBook(self.door.folder).oldest()
        assert all(isinstance(each, MarkedSafe) for each in kept)
        return [(e.alarm, e.person, e.is_safe) for e in kept if isinstance(e, MarkedSafe)]

    def _site(self) -> Database:
        return site.open_site(self.door.folder)

    def _bring(self) -> None:
        self.brought += 1


@pytest.fixture
def kiosk(open_door: OpenDoor) -> Evacuated:
    """Persons 17 and 18 have signed in, 19 has signed in and out."""
    door = open_door()
    for number, clock in ((17, "08:00"), (18, "08:01"), (19, "08:02"), (19, "08:30")):
        door.tap(number, clock)
    door.clock.set(NINE)
    return Evacuated(door)


@pytest.mark.covers("BEY-05")
def test_the_alarm_turns_the_screen_into_the_roll_and_its_end_turns_it_back(
    kiosk: Evacuated,
) -> None:
    before = kiosk.panel()

    kiosk.hear(ALARM)

    assert before is None
    assert kiosk.panel() == RollCallShown(1, on_site=2, to_find=2)
    assert kiosk.people() == {17: False, 18: False}
    kiosk.hear(None)
    assert kiosk.panel() is None


def test_names_are_told_while_the_alarm_is_on_and_only_then(kiosk: Evacuated) -> None:
    kiosk.hear(ALARM)
    kiosk.hear(None)

    with pytest.raises(ValueError, match="no roll call"):
        kiosk.call.told({})


@pytest.mark.covers("BEY-05")
def test_after_a_restart_without_a_network_the_roll_is_there_with_its_ticks(
    kiosk: Evacuated,
) -> None:
    kiosk.hear(ALARM)
    kiosk.tick(17)

    kiosk.restart()

    assert kiosk.panel() == RollCallShown(1, on_site=2, to_find=1)
    assert kiosk.people() == {17: True, 18: False}


def test_the_roll_has_groups_in_the_schools_order_then_staff_and_visitors(
    kiosk: Evacuated,
) -> None:
    kiosk.know()
    kiosk.hear(ALARM)

    kiosk.told_tracks(*((number, f"08:1{number}") for number in range(1, 6)))

    told = kiosk.call.told({})
    assert isinstance(told, dict)
    assert [each[1:3] for each in told["people"]] == [
        ["Ada B.", "Year 7"],
        ["Zoe A.", "Year 7"],
        ["Mia K.", "Year 8"],
        ["#17", "Others"],
        ["#18", "Others"],
        ["Ruth O.", "Staff"],
        ["Guest", "Visitors"],
    ]


def test_a_tick_is_kept_for_the_gateway_and_shown_at_once(kiosk: Evacuated) -> None:
    kiosk.hear(ALARM)

    kiosk.tick(17)

    assert kiosk.people() == {17: True, 18: False}
    assert kiosk.remarks() == [(ALARM, 17, True)]
    assert kiosk.brought == 1


def test_a_tick_taken_back_counts_over_the_one_before(kiosk: Evacuated) -> None:
    kiosk.hear(ALARM)
    kiosk.tick(17)

    kiosk.tick(17, safe="no")

    assert kiosk.people() == {17: False, 18: False}
    assert kiosk.remarks() == [(ALARM, 17, True), (ALARM, 17, False)]


@pytest.mark.parametrize("number", ["19", "99", "", "17; DROP", "٣"])
def test_who_is_not_on_the_roll_is_not_ticked(kiosk: Evacuated, number: str) -> None:
    kiosk.hear(ALARM)

    with pytest.raises(ValueError, match="nobody of this number"):
        kiosk.call.tick({"person": number})

    assert kiosk.remarks() == []


def test_without_an_alarm_nobody_is_ticked(kiosk: Evacuated) -> None:
    with pytest.raises(ValueError, match="nobody of this number"):
        kiosk.tick(17)

    assert kiosk.remarks() == []


def test_ticks_of_others_and_our_own_are_merged_whichever_came_first(kiosk: Evacuated) -> None:
    kiosk.hear(ALARM)
    kiosk.tick(17)

    kiosk.hear(ALARM, (18, "09:01"))
    both = kiosk.people()
    kiosk.hear(ALARM, (18, "09:01"), unticked=({"person": 17, "at": at("09:02")},))

    assert both == {17: True, 18: True}
    assert kiosk.people() == {17: False, 18: True}


def test_a_tick_here_stands_over_a_word_of_a_clock_that_is_ahead(kiosk: Evacuated) -> None:
    kiosk.hear(ALARM, unticked=({"person": 17, "at": at("15:00")},))

    kiosk.tick(17)

    assert kiosk.people()[17]


def test_who_signs_out_leaves_the_roll_unless_ticked_safe(kiosk: Evacuated) -> None:
    kiosk.hear(ALARM)
    kiosk.tick(17)

    for number in (17, 18, 20):
        kiosk.door.tap(number, "09:05")
    kiosk.call.look()

    assert kiosk.people() == {17: True, 20: False}


def test_nothing_new_is_no_new_version(kiosk: Evacuated) -> None:
    kiosk.hear(ALARM)

    kiosk.hear(ALARM)

    assert kiosk.panel() == RollCallShown(1, on_site=2, to_find=2)


@pytest.mark.covers("BEY-05")
def test_staff_begin_and_end_a_roll_call_here_without_a_network(kiosk: Evacuated) -> None:
    kiosk.call.toggle()
    kiosk.call.look()
    begun = kiosk.people()

    kiosk.call.toggle()
    kiosk.call.look()

    assert begun == {17: False, 18: False}
    assert kiosk.panel() is None


def test_ticks_of_a_roll_call_begun_here_count_for_the_alarm_heard_of_later(
    kiosk: Evacuated,
) -> None:
    kiosk.call.toggle()
    kiosk.call.look()
    kiosk.tick(17)

    kiosk.hear(ALARM)

    assert kiosk.people() == {17: True, 18: False}
    own, adopted = kiosk.remarks()
    assert (own[0] != ALARM, adopted) == (True, (ALARM, 17, True))
    kiosk.hear(None)
    assert kiosk.panel() is None


def test_staff_put_the_sites_alarm_away_at_a_kiosk_that_is_cut_off_and_take_it_back(
    kiosk: Evacuated,
) -> None:
    kiosk.hear(ALARM)

    kiosk.call.toggle()
    kiosk.call.look()
    away = kiosk.panel()
    kiosk.call.toggle()
    kiosk.call.look()

    assert away is None
    assert kiosk.people() == {17: False, 18: False}


def test_another_alarm_is_shown_though_one_was_put_away(kiosk: Evacuated) -> None:
    kiosk.hear(ALARM)
    kiosk.call.toggle()

    kiosk.hear(UUID(int=12))

    assert kiosk.panel() is not None


@pytest.mark.fault
def test_a_clock_that_is_not_set_still_finds_the_day(tmp_path: Path, open_door: OpenDoor) -> None:
    door = open_door()
    door.tap(17, "08:00")
    door.clock = SimulatedClock(at("00:01", day="2020-01-01"), trusted=False)
    kiosk = Evacuated(door)

    kiosk.call.toggle()
    kiosk.call.look()

    assert kiosk.people() == {17: False}


@pytest.mark.fault
def test_a_copy_that_cannot_be_read_is_tried_again(tmp_path: Path) -> None:
    door = Door(tmp_path, clock_at("09:00"))
    kiosk = Evacuated(door)
    kiosk.hear(ALARM)
    door.desk.close()
    for broken in tmp_path.glob("site.sqlite3*"):
        broken.unlink()
    (tmp_path / "site.sqlite3").write_bytes(b"no database" * 1000)

    assert kiosk.call.look()
    assert kiosk.panel() == RollCallShown(0, on_site=0, to_find=0)


@pytest.mark.fault
def test_a_book_that_cannot_be_opened_keeps_no_kiosk_from_starting(open_door: OpenDoor) -> None:
    door = open_door()
    in_the_way = door.folder / "roll-call.sqlite3"
    in_the_way.mkdir()
    kiosk = Evacuated(door)
    before = kiosk.panel()

    in_the_way.rmdir()
    kiosk.hear(ALARM)

    assert (before, kiosk.panel()) == (None, RollCallShown(0, on_site=0, to_find=0))


@pytest.mark.fault
def test_a_book_that_breaks_is_begun_anew(kiosk: Evacuated) -> None:
    kiosk.hear(ALARM)
    kiosk.tick(17)
    for broken in kiosk.door.folder.glob("roll-call.sqlite3*"):
        broken.write_bytes(b"no database" * 1000)

    kiosk.call.look()
    kiosk.call.look()

    assert kiosk.people() == {17: False, 18: False}


@pytest.mark.fault
def test_a_tick_that_cannot_be_kept_is_not_shown(kiosk: Evacuated) -> None:
    kiosk.hear(ALARM)
    book = kiosk.door.folder / "remarks.sqlite3"
    locked = sqlite3.connect(book, isolation_level=None)
    locked.execute("BEGIN EXCLUSIVE")

    with pytest.raises(ValueError, match="cannot be kept"):
        kiosk.tick(17)

    locked.close()
    assert kiosk.people() == {17: False, 18: False}


def test_its_thread_follows_the_alarm_and_ends(kiosk: Evacuated) -> None:
    stop = Event()
    thread = Thread(target=kiosk.call.run, args=(stop,))
    thread.start()

    kiosk.hear(ALARM)
    kiosk.door.tap(20, "09:01")
    kiosk.call.moved()

    eventually(lambda: kiosk.panel() is not None and len(kiosk.people()) == 3)
    stop.set()
    kiosk.call.wake()
    thread.join(timeout=5)
    assert not thread.is_alive()


def test_two_thousand_people_are_listed(open_door: OpenDoor) -> None:
    kiosk = crowded(open_door)

    kiosk.hear(UUID(int=100))

    assert len(kiosk.people()) == 2000


def crowded(open_door: OpenDoor) -> Evacuated:
    """A kiosk that heard of two thousand people signing in."""
    kiosk = Evacuated(open_door())
    database = site.open_site(kiosk.door.folder)
    rosters.apply(database, roster(*(person(number) for number in range(1, 2001))))
    site.take_tracks(
        database, site_tracks(*(site_track("08:00", number) for number in range(1, 2001)))
    )
    database.close()
    return kiosk
