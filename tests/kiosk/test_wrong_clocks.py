"""Clocks that are wrong, as design.md 7 has them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drivers.clock.simulated import SimulatedClock
from kiosk.backlog import Backlog
from kiosk.protocol.messages import TrackMade
from kiosk.visit import Outcome
from tests.kiosk.conftest import OpenDoor
from tests.kiosk.made import at, card_shown

IN, OUT, ALREADY = Outcome.SIGNED_IN, Outcome.SIGNED_OUT, Outcome.ALREADY_IN
pytestmark = [pytest.mark.fault, pytest.mark.covers("BEY-03")]


def told(folder: Path) -> tuple[TrackMade, ...]:
    backlog = Backlog(folder)
    tracks = backlog.after(0, most=100)
    backlog.close()
    return tracks


def synchronise(clock: SimulatedClock, clock_time: str) -> None:
    clock.jump(at(clock_time) - clock.read().utc)
    clock.trust()


def test_a_kiosk_that_woke_in_1970_counts_right_once_it_knows_the_time(
    open_door: OpenDoor, tmp_path: Path
) -> None:
    clock = SimulatedClock(datetime(1970, 1, 1, tzinfo=UTC), trusted=False)
    door = open_door(clock)
    assert door.tap(1).outcome is IN
    clock.advance(timedelta(minutes=10))

    synchronise(clock, "08:10")

    assert door.tap(1).outcome is OUT
    assert [t.clock_trusted for t in told(tmp_path)] == [False, True]
    assert told(tmp_path)[0].made_at.year == 1970


def test_a_clock_an_hour_ahead_is_put_right_for_all_of_its_boot(open_door: OpenDoor) -> None:
    clock = SimulatedClock(at("09:00"), trusted=False)
    door = open_door(clock)
    door.tap(1)
    clock.advance(timedelta(seconds=30))

    synchronise(clock, "08:00:30")

    answer = door.tap(1)
    assert (answer.outcome, answer.since) == (ALREADY, at("08:00"))


def test_a_clock_that_jumps_between_tap_and_answer_changes_nothing(open_door: OpenDoor) -> None:
    door = open_door(SimulatedClock(at("08:00")))
    held_up = card_shown(1, door.clock.read())

    door.clock.jump(timedelta(hours=5))
    answer = door.desk.answer(held_up)

    assert (answer.outcome, answer.at) == (IN, at("08:00"))


def test_a_clock_set_between_tap_and_answer_puts_the_tap_where_it_was(
    open_door: OpenDoor, tmp_path: Path
) -> None:
    door = open_door(SimulatedClock(datetime(1970, 1, 1, tzinfo=UTC), trusted=False))
    held_up = card_shown(1, door.clock.read())

    synchronise(door.clock, "08:00")
    door.desk.note_time(door.clock.read())
    answer = door.desk.answer(held_up)

    assert (answer.outcome, answer.at) == (IN, at("08:00"))
    assert [(t.clock_trusted, t.made_at.year) for t in told(tmp_path)] == [(False, 1970)]


def test_a_clock_that_lost_its_trust_is_followed_by_uptime(open_door: OpenDoor) -> None:
    door = open_door(SimulatedClock(at("08:00")))
    door.tap(1)
    door.clock.trust(False)
    door.clock.jump(timedelta(days=-3))
    door.clock.advance(timedelta(hours=1))

    answer = door.tap(1)

    assert (answer.outcome, answer.at) == (OUT, at("09:00"))


def test_a_boot_that_never_knew_the_time_says_so(open_door: OpenDoor) -> None:
    clock = SimulatedClock(at("08:00"), trusted=False)
    door = open_door(clock)

    assert not door.desk.knows_time(clock.read())

    clock.trust()
    door.tap(1)
    assert door.desk.knows_time(clock.read())
