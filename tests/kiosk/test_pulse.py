from datetime import timedelta

import pytest

from kiosk.pulse import PATIENCE, Pulse
from tests.kiosk.made import clock_at

A_MOMENT = timedelta(milliseconds=1)


@pytest.mark.fault
def test_a_thread_that_stops_turning_is_missed_and_forgiven_when_it_turns_again() -> None:
    clock = clock_at("08:00")
    pulse = Pulse(clock)
    pulse.beat("card-reader")
    pulse.beat("desk-reader")

    clock.advance(PATIENCE)
    pulse.beat("desk-reader")
    assert pulse.silent() == ()

    clock.advance(A_MOMENT)
    assert pulse.silent() == ("card-reader",)

    pulse.beat("card-reader")
    assert pulse.silent() == ()


def test_a_thread_that_never_turned_is_not_missed() -> None:
    assert Pulse(clock_at("08:00")).silent() == ()


@pytest.mark.fault
def test_a_camera_that_hangs_is_named_but_no_reason_to_restart() -> None:
    clock = clock_at("08:00")
    pulse = Pulse(clock)
    pulse.beat("camera")

    clock.advance(PATIENCE + A_MOMENT)

    assert (pulse.hanging(), pulse.silent()) == (("camera",), ())
