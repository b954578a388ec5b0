from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from drivers.clock.simulated import SimulatedClock
from kiosk import site
from kiosk.backlog import Backlog
from kiosk.desk import Desk
from kiosk.protocol.messages import Method, TrackMade
from kiosk.visit import Answer, Outcome, Sighting
from tests.kiosk.conftest import OpenDoor
from tests.kiosk.made import (
    Door,
    at,
    clock_at,
    fill,
    settings_in,
    site_settings,
    site_track,
    site_tracks,
)
from tests.kiosk.neighbours import card_of

IN, OUT, ALREADY = Outcome.SIGNED_IN, Outcome.SIGNED_OUT, Outcome.ALREADY_IN


def told(folder: Path) -> tuple[TrackMade, ...]:
    backlog = Backlog(folder)
    tracks = backlog.after(0, most=1000)
    backlog.close()
    return tracks


def hear(folder: Path, *clocks: str, number: int = 1) -> None:
    database = site.open_site(folder)
    site.take_tracks(database, site_tracks(*(site_track(each, number) for each in clocks)))
    database.close()


@pytest.mark.covers("DES-02", "TRK-01")
def test_a_tap_is_answered_and_journalled(open_door: OpenDoor, tmp_path: Path) -> None:
    answer = open_door().tap(1, "08:00")

    shown = replace(answer, track=None)
    assert shown == Answer(IN, at("08:00"), name="Person 1", language="en", seq=1, person=1)
    [track] = told(tmp_path)
    assert (track.seq, track.id, track.person) == (1, answer.track, 1)
    assert track.credential == card_of(1)


def test_a_repeat_is_answered_and_not_journalled(open_door: OpenDoor, tmp_path: Path) -> None:
    door = open_door()
    door.tap(1, "08:00")

    answer = door.tap(1, "08:00:40")

    assert (answer.outcome, answer.since, answer.seq) == (ALREADY, at("08:00"), None)
    assert len(told(tmp_path)) == 1


def test_the_repeat_guard_survives_a_restart(open_door: OpenDoor) -> None:
    door = open_door()
    door.tap(1, "08:00")

    door.restart()

    assert door.tap(1, "08:00:59").outcome is ALREADY


@pytest.mark.covers("TRK-02")
def test_the_count_of_the_day_spans_kiosks(open_door: OpenDoor, tmp_path: Path) -> None:
    door = open_door()
    hear(tmp_path, "07:50")

    assert door.tap(1, "08:30").outcome is OUT
    assert door.tap(2, "08:31").outcome is IN


def test_a_tap_at_another_kiosk_just_now_makes_this_one_a_repeat(
    open_door: OpenDoor, tmp_path: Path
) -> None:
    door = open_door()
    hear(tmp_path, "08:29:30")

    assert door.tap(1, "08:30").outcome is ALREADY


def test_a_new_day_begins_at_local_midnight_in_the_sites_zone(
    open_door: OpenDoor, tmp_path: Path
) -> None:
    door = open_door(SimulatedClock(datetime(2026, 7, 1, 22, 50, tzinfo=UTC)))

    outcomes = [door.tap(1).outcome]
    door.clock.set(datetime(2026, 7, 1, 23, 10, tzinfo=UTC))
    outcomes.append(door.tap(1).outcome)

    assert outcomes == [IN, IN]


@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25"])
def test_the_night_the_clock_changes_is_one_day(open_door: OpenDoor, night: str) -> None:
    door = open_door(SimulatedClock(at("00:10", night)))

    outcomes = [door.tap(1, clock, day=night).outcome for clock in ("00:10", "01:10", "22:10")]

    assert outcomes == [IN, OUT, IN]


def test_an_unknown_card_is_journalled_with_its_value(open_door: OpenDoor, tmp_path: Path) -> None:
    answer = open_door().tap(99, "08:00")

    assert (answer.outcome, answer.name, answer.seq) == (Outcome.UNKNOWN, "", 1)
    (track,) = told(tmp_path)
    assert (track.credential, track.person, track.shown) == (card_of(99), None, "unknown")


def test_a_blocked_card_is_journalled_with_its_holder_but_names_nobody(
    open_door: OpenDoor, tmp_path: Path
) -> None:
    answer = open_door().tap(30, "08:00")

    assert (answer.outcome, answer.name) == (Outcome.BLOCKED, "")
    (track,) = told(tmp_path)
    assert (track.person, track.shown) == (30, "blocked")


def test_an_unknown_card_held_up_all_day_does_not_fill_the_disk(
    open_door: OpenDoor, tmp_path: Path
) -> None:
    door = open_door()

    outcomes = {door.tap(99, f"08:{second // 60:02}:{second % 60:02}").outcome
                for second in range(0, 180, 5)}  # fmt: skip

    assert outcomes == {Outcome.UNKNOWN}
    assert len(told(tmp_path)) == 3


def test_a_roster_heard_while_open_is_known_at_once(open_door: OpenDoor, tmp_path: Path) -> None:
    door = open_door()
    assert door.tap(1, "08:00").outcome is IN
    database = site.open_site(tmp_path)
    database.execute("DELETE FROM people WHERE id = 1")
    database.close()

    assert door.tap(1, "08:10").outcome is Outcome.UNKNOWN


def test_site_settings_hold_from_the_next_tap(open_door: OpenDoor, tmp_path: Path) -> None:
    door = open_door()
    door.tap(1, "08:00")
    database = site.open_site(tmp_path)
    site.take_settings(database, site_settings(repeat_window_s=600))
    database.close()

    door.desk.read_rules()

    assert door.tap(1, "08:05").outcome is ALREADY


def test_a_qr_badge_is_another_credential_than_a_card(open_door: OpenDoor) -> None:
    door = open_door()

    answer = door.desk.answer(Sighting(Method.QR, card_of(1), door.clock.read()))

    assert answer.outcome is Outcome.UNKNOWN


def test_old_confirmed_tracks_are_cleaned_up_only_by_a_known_time(
    open_door: OpenDoor, tmp_path: Path
) -> None:
    door = open_door(clock_at("08:00"))
    for number in (1, 2, 3):
        door.tap(number)
    confirm_all(tmp_path)
    door.clock.advance(timedelta(days=31))
    assert door.desk.clean_up(door.clock.read()) == 2

    door.clock.reboot(door.clock.read().utc + timedelta(days=400))
    assert door.desk.clean_up(door.clock.read()) == 0


def confirm_all(folder: Path) -> None:
    database, backlog = site.open_site(folder), Backlog(folder)
    site.confirm(database, backlog.install, backlog.span().last)
    backlog.close()
    database.close()


@pytest.mark.fault
@pytest.mark.covers("DES-02")
def test_thirty_days_without_network_are_decided_right_and_kept(
    open_door: OpenDoor, tmp_path: Path
) -> None:
    door = open_door()
    outcomes = []
    for day in range(30):
        door.clock.set(at("08:00") + timedelta(days=day))
        door.clock.trust(day == 0)
        outcomes += [door.tap(number).outcome for number in (1, 2)]
        door.clock.advance(timedelta(hours=7))
        outcomes += [door.tap(number).outcome for number in (1, 2)]

    assert outcomes == [IN, IN, OUT, OUT] * 30
    assert [track.seq for track in told(tmp_path)] == list(range(1, 121))
    assert door.desk.clean_up(door.clock.read()) == 0


steps = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 7200), st.booleans()), min_size=1, max_size=12
)


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps)
def test_restarts_never_change_what_is_answered(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, bool]]
) -> None:
    answers = [
        played(tmp_path_factory.mktemp("door"), steps, restarts) for restarts in (False, True)
    ]

    assert answers[0] == answers[1]


def played(
    folder: Path, steps: list[tuple[int, int, bool]], restarts: bool
) -> list[tuple[Outcome, int | None]]:
    fill(folder, 1, 2, 3)
    door = Door(folder, clock_at("00:00"))
    answers = []
    for number, seconds, restart in steps:
        door.clock.advance(timedelta(seconds=seconds))
        if restarts and restart:
            door.restart()
        answer = door.tap(number)
        answers.append((answer.outcome, answer.seq))
    door.desk.close()
    return answers


def test_a_desk_makes_its_folder(tmp_path: Path) -> None:
    desk = Desk(settings_in(tmp_path / "new" / "folder"))

    desk.check_writable()
    desk.close()


def test_where_no_names_may_be_shown_the_answer_has_none(open_door: OpenDoor) -> None:
    door = open_door()
    database = site.open_site(door.folder)
    site.take_settings(database, site_settings(show_names=False))
    database.close()
    door.desk.read_rules()

    answer = door.tap(1, "08:00")

    assert (answer.outcome, answer.name, answer.language) == (IN, "", "en")


def test_a_name_chosen_goes_the_same_way_as_a_card(open_door: OpenDoor) -> None:
    door = open_door()

    chosen = door.desk.answer(Sighting(Method.NAME, "1", door.clock.read()))

    assert (chosen.outcome, chosen.name) == (IN, "Person 1")
    assert door.tap(1).outcome is Outcome.ALREADY_IN


def test_a_number_nobody_has_is_not_known(open_door: OpenDoor) -> None:
    door = open_door()

    answer = door.desk.answer(Sighting(Method.NAME, "99", door.clock.read()))

    assert answer.outcome is Outcome.UNKNOWN
