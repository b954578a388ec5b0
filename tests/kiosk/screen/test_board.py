from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread
from uuid import UUID

import pytest

from kiosk.link.state import LinkState
from kiosk.protocol.remarks import LateReason
from kiosk.screen.board import FOOT, Board
from kiosk.screen.offers import Offers
from kiosk.visit import Answer, Outcome
from tests.kiosk.made import at

NOW = timedelta(hours=1)
THREE = timedelta(seconds=3)
MIA = Answer(Outcome.SIGNED_IN, at("08:12"), name="Mia K.", language="de", seq=1)
LATE = replace(MIA, late_minutes=5, track=UUID(int=5))
RED = Answer(Outcome.NOT_RECORDED, at("08:13"))


def board(*answers: Answer) -> Board:
    board = Board(shown_for=THREE)
    for answer in answers:
        board.show(answer, now=NOW)
    return board


def names(board: Board, now: timedelta) -> list[str]:
    return [shown.answer.name for shown in board.view(now=now).answers]


def test_a_name_leaves_after_three_seconds_even_if_nobody_takes_it_off() -> None:
    shown = board(MIA)

    assert names(shown, NOW + THREE - timedelta(milliseconds=1)) == ["Mia K."]
    assert names(shown, NOW + THREE) == [""]


def test_a_card_that_was_not_read_says_nothing_of_the_disk() -> None:
    shown = board(RED, Answer(Outcome.UNREAD, at("08:14")))

    assert not shown.view(now=NOW).can_record


def test_a_forgotten_name_is_nowhere_in_memory() -> None:
    shown = board(MIA)

    shown.forget(now=NOW + THREE)

    assert "Mia" not in repr(vars(shown))
    assert "de" not in [each.answer.language for each in shown.view(now=NOW).answers]
    assert shown.next_forgetting() is None


def test_the_board_says_when_the_next_name_goes() -> None:
    shown = board(MIA)
    shown.show(MIA, now=NOW + timedelta(seconds=1))

    assert shown.next_forgetting() == NOW + THREE


def test_the_newest_answer_comes_first_and_three_more_stay() -> None:
    shown = board(*(Answer(Outcome.SIGNED_IN, at("08:00"), seq=seq) for seq in range(1, 8)))

    assert [each.answer.seq for each in shown.view(now=NOW).answers] == [7, 6, 5, 4]
    assert len(shown.view(now=NOW).answers) == FOOT + 1


@pytest.mark.covers("DES-02")
def test_a_kiosk_that_cannot_record_says_so_until_it_can() -> None:
    shown = board(RED)
    assert not shown.view(now=NOW).can_record

    shown.show(MIA, now=NOW)

    assert shown.view(now=NOW).can_record


def test_health_and_link_are_shown() -> None:
    shown = board()
    link = LinkState(online=True, confirmed=3, last=5)

    shown.report_link(link)
    shown.report_health(can_record=True, clock_trusted=False)

    view = shown.view(now=NOW)
    assert (view.link, view.link.queue, view.clock_trusted) == (link, 2, False)


def test_a_waiting_page_is_woken_by_a_change() -> None:
    shown = board()
    seen = shown.wait(-1, timeout=THREE)
    woken: list[int] = []
    page = Thread(target=lambda: woken.append(shown.wait(seen, timeout=timedelta(seconds=20))))
    page.start()

    shown.show(MIA, now=NOW)

    page.join()
    assert woken == [seen + 1]


def test_a_waiting_page_is_let_go_when_nothing_changes() -> None:
    shown = board()
    seen = shown.wait(-1, timeout=THREE)

    assert shown.wait(seen, timeout=timedelta(milliseconds=1)) == seen


def test_nothing_new_is_no_change() -> None:
    shown = board(MIA)
    seen = shown.wait(-1, timeout=THREE)

    shown.forget(now=NOW)
    shown.report_health(can_record=True, clock_trusted=True)

    assert shown.wait(seen, timeout=timedelta(milliseconds=1)) == seen


def test_who_is_asked_why_they_are_late_stays_a_little_longer() -> None:
    shown = Board(shown_for=THREE, asked_for=timedelta(seconds=8))
    shown.offer(Offers(late_reasons=True))
    shown.show(LATE, now=NOW)

    assert names(shown, NOW + timedelta(seconds=7)) == ["Mia K."]
    assert shown.asked("1", now=NOW) == LATE.track
    assert names(shown, NOW + timedelta(seconds=8)) == [""]


def test_after_thanks_the_name_leaves_as_after_any_answer() -> None:
    shown = Board(shown_for=THREE, asked_for=timedelta(seconds=8))
    shown.offer(Offers(late_reasons=True))
    shown.show(LATE, now=NOW)

    shown.thank(UUID(int=5), LateReason.OTHER, now=NOW)

    assert names(shown, NOW + THREE) == [""]


def test_a_page_is_woken_when_something_else_is_offered() -> None:
    shown = board()
    seen = shown.wait(-1, timeout=THREE)

    shown.offer(Offers(names=True))

    assert shown.wait(seen, timeout=timedelta(milliseconds=1)) == seen + 1


def test_an_answer_without_a_name_makes_room_as_soon_as_its_time_is_over() -> None:
    shown = board(RED)
    seen = shown.wait(0, timeout=THREE)

    assert shown.next_forgetting() == NOW + THREE
    shown.forget(now=NOW + THREE)

    assert shown.wait(seen, timeout=THREE) != seen
    assert shown.next_forgetting() is None


@pytest.mark.fault
def test_the_loop_may_ask_when_a_name_goes_while_others_show_answers() -> None:
    shown = board()

    done = Event()

    def show_many() -> None:
        while not done.is_set():
            shown.show(MIA, now=NOW)

    others = Thread(target=show_many)
    others.start()
    for _ in range(3_000):
        shown.next_forgetting()
    done.set()
    others.join()

    assert shown.next_forgetting() == NOW + THREE
