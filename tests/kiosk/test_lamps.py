from collections.abc import Iterator
from threading import Event, Thread

import pytest

from drivers.errors import DeviceAway
from drivers.feedback.feedback import Signal
from drivers.feedback.simulated import SimulatedFeedback
from kiosk.lamps import SIGNALS, Lamps
from kiosk.visit import Outcome
from tests.kiosk.neighbours import eventually


class Lit:
    """Lamps that are being looked after, on a simulated device."""

    def __init__(self) -> None:
        self.device = SimulatedFeedback()
        self.lamps = Lamps(self.device)
        self.stop = Event()
        self.thread = Thread(target=self.lamps.run, args=(self.stop,))
        self.thread.start()

    def show(self, outcome: Outcome) -> list[Signal]:
        """All signals shown once this one was asked for and done."""
        self.lamps.show(outcome)
        eventually(self.lamps._asked.empty)
        return list(self.device.shown)

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


def test_red_and_green_are_never_the_same_signal() -> None:
    green = {SIGNALS[each] for each in (Outcome.SIGNED_IN, Outcome.SIGNED_OUT)}

    assert SIGNALS[Outcome.NOT_RECORDED] not in green


def test_an_outcome_lights_its_signal(lit: Lit) -> None:
    lit.show(Outcome.SIGNED_IN)

    assert eventually(lambda: list(lit.device.shown)) == [Signal.IN]


@pytest.mark.fault
def test_a_lamp_that_is_away_holds_up_nothing_and_comes_back(lit: Lit) -> None:
    lit.device.fail(DeviceAway("no lamp"))
    lit.lamps.show(Outcome.SIGNED_IN)
    eventually(lambda: lit.lamps._is_away)

    lit.device.fail(None)
    lit.lamps.show(Outcome.SIGNED_OUT)

    assert eventually(lambda: list(lit.device.shown)) == [Signal.OUT]


def test_the_lamps_are_let_go_in_the_end() -> None:
    lit = Lit()

    lit.end()

    assert lit.device.is_closed
