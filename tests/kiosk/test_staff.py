from datetime import timedelta
from threading import Event, Thread

import pytest

from drivers.button.button import Press
from drivers.button.simulated import SimulatedButton
from drivers.errors import DeviceAway
from kiosk.devices import Devices
from kiosk.pulse import Pulse
from kiosk.screen.board import Board
from kiosk.screen.checkup import Checkup
from kiosk.screen.panel import Panel
from kiosk.staff import SHOWN_FOR, StaffButton
from tests.kiosk.diagnosed import diagnosis
from tests.kiosk.made import clock_at
from tests.kiosk.neighbours import eventually


class Entrance:
    """A kiosk's button, its screen, and how the kiosk is."""

    def __init__(self) -> None:
        self.clock = clock_at("08:00")
        self.board = Board(shown_for=timedelta(seconds=3))
        self.devices = Devices()
        self.button = SimulatedButton()
        self.waiting = 0
        self.asked_for: list[str] = []
        self.staff = StaffButton(
            self.button,
            self.clock,
            board=self.board,
            diagnose=lambda: diagnosis(waiting=self.waiting),
            devices=self.devices,
            pulse=Pulse(self.clock),
            roll_call=lambda: self.asked_for.append("roll call"),
            cancel_enrolment=lambda: self.asked_for.append("no card"),
        )

    def panel(self) -> Panel | None:
        return self.board.view(now=self.clock.read().uptime).panel

    def wait(self, time: timedelta) -> None:
        self.clock.advance(time)
        self.staff.follow(None)


def test_holding_the_button_shows_how_the_kiosk_is_for_a_minute() -> None:
    entrance = Entrance()

    entrance.staff.follow(Press.HELD)

    entrance.wait(SHOWN_FOR - timedelta(seconds=1))
    assert entrance.panel() == Checkup(diagnosis())
    entrance.wait(timedelta(seconds=1))
    assert entrance.panel() is None


def test_what_is_shown_is_kept_current() -> None:
    entrance = Entrance()
    entrance.staff.follow(Press.HELD)

    entrance.waiting = 7
    entrance.wait(timedelta(seconds=1))

    assert entrance.panel() == Checkup(diagnosis(waiting=7))


def test_a_short_press_puts_it_away() -> None:
    entrance = Entrance()
    entrance.staff.follow(Press.HELD)

    entrance.staff.follow(Press.SHORT)

    assert (entrance.panel(), entrance.asked_for) == (None, [])


@pytest.mark.covers("BEY-05")
def test_held_again_it_asks_for_the_roll_call_and_puts_the_rest_away() -> None:
    entrance = Entrance()
    entrance.staff.follow(Press.HELD)
    entrance.wait(timedelta(seconds=5))

    entrance.staff.follow(Press.HELD)

    assert entrance.asked_for == ["roll call"]
    assert entrance.panel() is None


def test_held_once_more_after_its_minute_it_shows_the_kiosk_anew() -> None:
    entrance = Entrance()
    entrance.staff.follow(Press.HELD)
    entrance.clock.advance(SHOWN_FOR)

    entrance.staff.follow(Press.HELD)

    assert entrance.asked_for == []
    assert entrance.panel() == Checkup(diagnosis())


@pytest.mark.covers("BIO-01")
def test_a_short_press_alone_lets_no_card_be_waited_for() -> None:
    entrance = Entrance()

    entrance.staff.follow(Press.SHORT)

    assert (entrance.panel(), entrance.asked_for) == (None, ["no card"])


@pytest.mark.fault
def test_a_button_that_is_away_is_reported_and_let_go_in_the_end() -> None:
    entrance, stop = Entrance(), Event()
    entrance.button.fail(DeviceAway("not wired"))
    thread = Thread(target=entrance.staff.run, args=(stop,))
    thread.start()

    away = eventually(entrance.devices.reports)
    stop.set()
    thread.join()

    assert [(each.name, each.ok, each.why) for each in away] == [("button", False, "not wired")]
    assert entrance.button.is_closed


def test_a_press_at_the_device_reaches_the_screen() -> None:
    entrance, stop = Entrance(), Event()
    entrance.button.press(Press.HELD)
    thread = Thread(target=entrance.staff.run, args=(stop,))
    thread.start()

    assert eventually(entrance.panel) == Checkup(diagnosis())
    stop.set()
    thread.join()
