from collections.abc import Iterator
from threading import Event, Thread

import pytest
from structlog.testing import capture_logs

from drivers.errors import DeviceAway
from drivers.feedback.feedback import Signal
from drivers.feedback.gpio import gpio_buzzer, gpio_lamp
from drivers.feedback.simulated import SimulatedFeedback
from kiosk.devices import Devices
from kiosk.lamps import SIGNALS, Lamps
from kiosk.protocol.messages import DeviceReport
from kiosk.visit import Outcome
from tests.drivers.pinned import mock_pins, states
from tests.kiosk.neighbours import eventually


class Lit:
    """A lamp and a buzzer that are being looked after, both simulated."""

    def __init__(self, *, broken: DeviceAway | None = None) -> None:
        self.lamp, self.buzzer = SimulatedFeedback("lamp"), SimulatedFeedback("buzzer")
        self.buzzer.fail(broken)
        self.devices = Devices()
        self.lamps = Lamps(self.lamp, self.buzzer, devices=self.devices)
        self.stop = Event()
        self.thread = Thread(target=self.lamps.run, args=(self.stop,))
        self.thread.start()

    def is_well(self, name: str) -> bool:
        return DeviceReport(name=name, ok=True) in self.devices.reports()

    def is_away(self, name: str) -> bool:
        return DeviceReport(name=name, ok=False, why="not wired") in self.devices.reports()

    def end(self) -> None:
        self.stop.set()
        self.lamps.wake()
        self.thread.join()


@pytest.fixture
def lit() -> Iterator[Lit]:
    lit = Lit()
    yield lit
    lit.end()


def test_every_outcome_has_its_signal() -> None:
    assert set(SIGNALS) == set(Outcome)


def test_signed_in_and_out_already_refused_and_not_recorded_are_different_signals() -> None:
    assert set(SIGNALS.values()) == set(Signal)
    assert SIGNALS[Outcome.UNKNOWN] is SIGNALS[Outcome.BLOCKED] is Signal.REFUSED
    assert [outcome for outcome in Outcome if SIGNALS[outcome] is Signal.NOT_RECORDED] == [
        Outcome.NOT_RECORDED
    ]


def test_an_outcome_is_shown_and_sounded(lit: Lit) -> None:
    lit.lamps.show(Outcome.SIGNED_IN)

    assert eventually(lambda: list(lit.buzzer.shown)) == [Signal.IN]
    assert list(lit.lamp.shown) == [Signal.IN]


@pytest.mark.fault
def test_a_kiosk_without_a_buzzer_says_so_once_before_anyone_comes() -> None:
    with capture_logs() as logged:
        lit = Lit(broken=DeviceAway("not wired"))
        eventually(lambda: lit.is_away("buzzer"))
        for _ in range(3):
            lit.lamps.show(Outcome.SIGNED_IN)
            eventually(lit.lamps._asked.empty)
        lit.end()

    assert set(lit.lamp.shown) == {Signal.IN}
    assert lit.is_well("lamp")
    assert [each["device"] for each in logged if each["event"] == "device_away"] == ["buzzer"]


@pytest.mark.fault
def test_a_lamp_that_is_away_holds_up_nothing_and_comes_back(lit: Lit) -> None:
    lit.lamp.fail(DeviceAway("not wired"))
    lit.lamps.show(Outcome.SIGNED_IN)
    eventually(lambda: lit.is_away("lamp"))

    lit.lamp.fail(None)
    lit.lamps.show(Outcome.SIGNED_OUT)

    eventually(lambda: lit.is_well("lamp"))
    assert list(lit.lamp.shown) == [Signal.OUT]


class Slow(SimulatedFeedback):
    """A lamp that takes as long as the test likes."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = Event()

    def show(self, signal: Signal) -> None:
        super().show(signal)
        self.let_go.wait(20)


@pytest.mark.fault
def test_a_slow_lamp_holds_up_nobody_and_shows_the_last_outcome_when_it_is_done() -> None:
    slow, stop = Slow(), Event()
    lamps = Lamps(slow, devices=Devices())
    thread = Thread(target=lamps.run, args=(stop,))
    thread.start()
    lamps.show(Outcome.SIGNED_IN)
    eventually(lambda: slow.shown)

    for outcome in (Outcome.SIGNED_OUT, Outcome.UNKNOWN, Outcome.ALREADY_IN):
        lamps.show(outcome)
    slow.let_go.set()

    eventually(lambda: len(slow.shown) == 2)
    stop.set()
    lamps.wake()
    thread.join()
    assert list(slow.shown) == [Signal.IN, Signal.ALREADY]


def test_the_lamps_are_let_go_in_the_end() -> None:
    lit = Lit()

    lit.end()

    assert lit.lamp.is_closed
    assert lit.buzzer.is_closed


@pytest.mark.covers("DES-01")
def test_an_outcome_reaches_the_pins_of_lamp_and_buzzer_until_the_next_cuts_it_off() -> None:
    with mock_pins() as pins:
        stop, devices = Event(), Devices()
        lamps = Lamps(gpio_lamp(pin_factory=pins), gpio_buzzer(pin_factory=pins), devices=devices)
        thread = Thread(target=lamps.run, args=(stop,))
        thread.start()

        lamps.show(Outcome.NOT_RECORDED)
        eventually(lambda: 1 in states(pins, 17) and 330 in pins.pin(23).tones)
        lamps.show(Outcome.SIGNED_IN)
        eventually(lambda: 1 in states(pins, 27) and 880 in pins.pin(23).tones)

        assert states(pins, 17)[-1] == 0
        assert states(pins, 17).count(1) < 5
        stop.set()
        lamps.wake()
        thread.join()
