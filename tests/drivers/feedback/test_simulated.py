import pytest

from drivers.errors import DeviceAway
from drivers.feedback.feedback import Signal
from drivers.feedback.simulated import SimulatedFeedback


def test_signals_are_remembered_in_order() -> None:
    feedback = SimulatedFeedback()

    feedback.show(Signal.IN)
    feedback.show(Signal.REFUSED)

    assert list(feedback.shown) == [Signal.IN, Signal.REFUSED]


def test_feedback_told_to_fail_fails_until_it_is_well_again() -> None:
    feedback = SimulatedFeedback()
    feedback.fail(DeviceAway("no lamp"))
    with pytest.raises(DeviceAway, match="no lamp"):
        feedback.show(Signal.IN)

    feedback.fail(None)
    feedback.show(Signal.OUT)

    assert list(feedback.shown) == [Signal.OUT]


def test_closing_twice_does_no_harm() -> None:
    feedback = SimulatedFeedback()

    feedback.close()
    feedback.close()

    assert feedback.is_closed
