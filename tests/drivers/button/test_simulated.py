from datetime import timedelta

import pytest

from drivers.button.button import Press
from drivers.button.simulated import SimulatedButton
from drivers.errors import DeviceAway

AT_ONCE = timedelta(0)


def test_presses_are_told_in_order_and_once() -> None:
    button = SimulatedButton()
    button.press(Press.SHORT)
    button.press(Press.HELD)

    assert [button.read(AT_ONCE) for _ in range(3)] == [Press.SHORT, Press.HELD, None]


def test_a_button_told_to_fail_fails_once() -> None:
    button = SimulatedButton()
    button.fail(DeviceAway("no button"))

    with pytest.raises(DeviceAway, match="no button"):
        button.read(AT_ONCE)

    assert button.read(AT_ONCE) is None


def test_closing_twice_does_no_harm() -> None:
    button = SimulatedButton()

    button.close()
    button.close()

    assert button.is_closed
