from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from drivers.button.button import Press
from drivers.button.gpio import GpioButton
from drivers.errors import DeviceAway
from tests.drivers.pinned import mock_pins

PIN = 24
PATIENCE = timedelta(seconds=5)
AT_ONCE = timedelta(0)


@pytest.fixture
def pins() -> Iterator[Any]:
    with mock_pins() as pins:
        yield pins


@pytest.fixture
def button(pins: Any) -> Iterator[GpioButton]:
    button = GpioButton(hold=timedelta(milliseconds=60), pin_factory=pins)
    assert button.read(AT_ONCE) is None
    yield button
    button.close()


def close_contact(pins: Any) -> None:
    for _ in range(5):
        pins.pin(PIN).drive_low()
        pins.pin(PIN).drive_high()
    pins.pin(PIN).drive_low()


def test_bouncing_contacts_that_stay_closed_are_one_held_press(
    pins: Any, button: GpioButton
) -> None:
    close_contact(pins)

    assert button.read(PATIENCE) is Press.HELD

    pins.pin(PIN).drive_high()
    assert button.read(timedelta(milliseconds=100)) is None


def test_a_short_press_is_told(pins: Any) -> None:
    button = GpioButton(pin_factory=pins)
    button.read(AT_ONCE)
    close_contact(pins)
    assert button.read(timedelta(milliseconds=50)) is None

    pins.pin(PIN).drive_high()

    assert button.read(PATIENCE) is Press.SHORT
    button.close()


def test_closing_twice_does_no_harm_and_sets_the_pin_free(pins: Any, button: GpioButton) -> None:
    button.close()
    button.close()

    other = GpioButton(pin_factory=pins)
    assert other.read(AT_ONCE) is None
    other.close()


@pytest.mark.fault
def test_a_machine_without_pins_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "lgpio")

    with pytest.raises(DeviceAway, match="the button's pins cannot be used"):
        GpioButton().read(AT_ONCE)


def test_the_button_cannot_have_a_pin_of_the_reader() -> None:
    with pytest.raises(ValueError, match="button: pin BCM 9 is the card reader's data out"):
        GpioButton(pin=9)
