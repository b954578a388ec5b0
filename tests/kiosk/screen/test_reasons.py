import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from drivers.clock.simulated import SimulatedClock
from kiosk.protocol.remarks import LateReason, Remark
from kiosk.remarks import RemarkBook
from kiosk.screen.board import Board
from kiosk.screen.offers import Offers
from kiosk.screen.reasons import Reasons
from kiosk.visit import Answer, Outcome
from tests.kiosk.made import at, clock_at

TRACK = UUID(int=5)
LATE = Answer(Outcome.SIGNED_IN, at("08:12"), name="Mia K.", late_minutes=12, seq=1, track=TRACK)


class Screen:
    """A board that asks late people why, and takes what they say."""

    def __init__(self, folder: Path) -> None:
        self.clock: SimulatedClock = clock_at("08:12")
        self.board = Board(shown_for=timedelta(seconds=3), asked_for=timedelta(seconds=8))
        self.board.offer(Offers(late_reasons=True))
        self.folder = folder
        self.book = RemarkBook(folder)
        self.brought: list[int] = []
        bring = lambda: self.brought.append(self.book.count())  # noqa: E731 - what was kept by then
        self.reasons = Reasons(self.book, self.board, self.clock, bring=bring)

    def show(self, answer: Answer = LATE) -> None:
        self.board.show(answer, now=self.clock.read().uptime)

    def say(self, reason: str, number: str = "1") -> object:
        return self.reasons.give({"number": number, "reason": reason})

    def told(self) -> list[tuple[UUID, LateReason]]:
        return [_told(each) for each in self.book.oldest()]


def _told(remark: Remark) -> tuple[UUID, LateReason]:
    assert remark.kind == "late_reason"
    return remark.track, remark.reason


@pytest.fixture
def screen(tmp_path: Path) -> Screen:
    return Screen(tmp_path)


def test_a_reason_is_kept_before_it_is_thanked_for(screen: Screen) -> None:
    screen.show()

    screen.say("traffic")

    (shown,) = screen.board.view(now=screen.clock.read().uptime).answers
    assert screen.told() == [(TRACK, LateReason.TRAFFIC)]
    assert shown.reason is LateReason.TRAFFIC
    assert screen.brought == [1]


def test_the_first_reason_counts_however_often_one_is_pressed(screen: Screen) -> None:
    screen.show()
    screen.say("traffic")

    with pytest.raises(ValueError, match="nobody is asked"):
        screen.say("family")

    assert screen.told() == [(TRACK, LateReason.TRAFFIC)]


@pytest.mark.parametrize("number", ["2", "", "x"])
def test_nobody_else_is_given_a_reason(screen: Screen, number: str) -> None:
    screen.show()

    with pytest.raises(ValueError, match="nobody is asked"):
        screen.say("traffic", number)

    assert screen.told() == []


@pytest.mark.parametrize(
    "answer",
    [replace(LATE, late_minutes=None), replace(LATE, track=None)],
    ids=["in time", "not journalled"],
)
def test_who_is_not_late_is_not_asked(screen: Screen, answer: Answer) -> None:
    screen.show(answer)

    with pytest.raises(ValueError, match="nobody is asked"):
        screen.say("traffic")


def test_the_time_to_say_it_ends(screen: Screen) -> None:
    screen.show()
    screen.clock.advance(timedelta(seconds=8))

    with pytest.raises(ValueError, match="nobody is asked"):
        screen.say("traffic")


def test_who_comes_next_ends_the_question(screen: Screen) -> None:
    screen.show()
    screen.show(replace(LATE, late_minutes=None))

    with pytest.raises(ValueError, match="nobody is asked"):
        screen.say("traffic")


def test_a_word_that_is_no_reason_is_refused(screen: Screen) -> None:
    screen.show()

    with pytest.raises(ValueError, match="is not a valid"):
        screen.say("boredom")


@pytest.mark.fault
def test_what_cannot_be_kept_is_not_thanked_for(screen: Screen) -> None:
    screen.show()
    shutil.rmtree(screen.folder)

    with pytest.raises(ValueError, match="cannot be kept"):
        screen.say("traffic")

    (shown,) = screen.board.view(now=screen.clock.read().uptime).answers
    assert shown.reason is None
    assert screen.brought == []
