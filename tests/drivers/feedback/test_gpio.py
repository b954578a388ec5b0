"""Lamp and buzzer through the real gpiozero, on its mock pins."""

from collections.abc import Iterator
from typing import Any

import pytest
from gpiozero import LED

from drivers.errors import DeviceAway
from drivers.feedback.feedback import Feedback, Signal
from drivers.feedback.gpio import gpio_buzzer, gpio_lamp
from drivers.feedback.patterns import PATTERNS
from tests.drivers.pinned import Hasty, mock_pins, states
from tests.kiosk.neighbours import eventually

RED, GREEN, BLUE, BUZZER = 17, 27, 22, 23


@pytest.fixture
def pins() -> Iterator[Any]:
    with mock_pins() as pins:
        yield pins


def played(feedback: Feedback, signal: Signal, inbox: Hasty) -> list[int]:
    """Play the signal to its end; how long each step was waited for, in ms."""
    feedback.show(signal)
    eventually(lambda: len(inbox.waits_ms) == len(PATTERNS[signal]))
    feedback.close()
    return inbox.waits_ms


SEEN = {
    Signal.IN: ([0], [0, 1, 0], [0, 0.2, 0]),
    Signal.OUT: ([0, 0.1, 0, 0.1, 0], [0, 0.1, 0, 0.1, 0], [0, 1, 0, 1, 0]),
    Signal.ALREADY: ([0, *[0.5, 0] * 3],) * 3,
    Signal.REFUSED: ([0, *[1, 0] * 3], [0, *[0.4, 0] * 3], [0]),
    Signal.NOT_RECORDED: ([0, *[1, 0] * 5], [0], [0]),
}


@pytest.mark.covers("DES-01")
@pytest.mark.parametrize("signal", Signal)
def test_the_lamp_goes_through_the_states_of_the_signal(pins: Any, signal: Signal) -> None:
    inbox = Hasty()

    played(gpio_lamp(pin_factory=pins, inbox=inbox), signal, inbox)

    assert tuple(states(pins, pin) for pin in (RED, GREEN, BLUE)) == SEEN[signal]


@pytest.mark.parametrize("signal", Signal)
def test_each_step_lasts_as_long_as_the_table_says(pins: Any, signal: Signal) -> None:
    inbox = Hasty()

    waits_ms = played(gpio_lamp(pin_factory=pins, inbox=inbox), signal, inbox)

    assert waits_ms == [step.lasts.total_seconds() * 1000 for step in PATTERNS[signal]]


HEARD = {
    Signal.IN: [880, 1319, 0],
    Signal.OUT: [1319, 0, 880, 0],
    Signal.ALREADY: [659, 0, 659, 0, 659, 0],
    Signal.REFUSED: [330, 0],
    Signal.NOT_RECORDED: [330, 0, 262, 0, 330, 0, 262, 0, 330, 0],
}


def without_repeats(tones: list[int]) -> list[int]:
    return [tone for before, tone in zip([0, *tones], tones, strict=False) if tone != before]


@pytest.mark.covers("DES-01")
@pytest.mark.parametrize("signal", Signal)
def test_the_tonal_buzzer_plays_the_tones_of_the_signal(pins: Any, signal: Signal) -> None:
    inbox = Hasty()
    buzzer = gpio_buzzer(pin_factory=pins, inbox=inbox)
    buzzer.check()
    pins.pin(BUZZER).tones.clear()

    played(buzzer, signal, inbox)

    assert without_repeats(pins.pin(BUZZER).tones) == HEARD[signal]


BEEPS = {
    Signal.IN: 1,
    Signal.OUT: 2,
    Signal.ALREADY: 3,
    Signal.REFUSED: 1,
    Signal.NOT_RECORDED: 5,
}


@pytest.mark.parametrize("signal", Signal)
def test_a_plain_buzzer_beeps_the_rhythm_of_the_signal(pins: Any, signal: Signal) -> None:
    inbox = Hasty()

    played(gpio_buzzer(pin_factory=pins, tonal=False, inbox=inbox), signal, inbox)

    assert states(pins, BUZZER) == [0, *[1, 0] * BEEPS[signal]]


def test_a_lamp_with_a_common_anode_is_driven_the_other_way_round(pins: Any) -> None:
    inbox = Hasty()

    played(gpio_lamp(common_anode=True, pin_factory=pins, inbox=inbox), Signal.NOT_RECORDED, inbox)

    assert states(pins, RED)[1:-1] == [1, *[0, 1] * 5]


def test_a_new_signal_cuts_off_the_one_before(pins: Any) -> None:
    lamp = gpio_lamp(pin_factory=pins)
    lamp.show(Signal.NOT_RECORDED)
    eventually(lambda: 1 in states(pins, RED))

    lamp.show(Signal.IN)

    eventually(lambda: 1 in states(pins, GREEN))
    assert states(pins, RED)[-1] == 0
    assert states(pins, RED).count(1) < 5
    lamp.close()


def test_closing_puts_the_lamp_out_and_sets_its_pins_free(pins: Any) -> None:
    lamp = gpio_lamp(pin_factory=pins)
    lamp.show(Signal.IN)
    eventually(lambda: 1 in states(pins, GREEN))

    lamp.close()
    lamp.close()

    assert states(pins, GREEN) == [0, 1, 0]
    LED(GREEN, pin_factory=pins).close()


@pytest.mark.fault
def test_a_taken_pin_is_away_until_it_is_free(pins: Any) -> None:
    other = LED(RED, pin_factory=pins)
    lamp = gpio_lamp(pin_factory=pins)
    with pytest.raises(DeviceAway, match="the lamp's pins cannot be used"):
        lamp.check()

    other.close()

    lamp.check()
    lamp.close()


@pytest.mark.fault
def test_a_machine_without_pins_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "lgpio")

    with pytest.raises(DeviceAway, match="is this a Raspberry Pi"):
        gpio_buzzer().check()


@pytest.mark.parametrize(
    "pin",
    [
        pytest.param(8, id="card reader's chip select"),
        pytest.param(11, id="card reader's clock"),
        pytest.param(25, id="card reader's reset"),
        pytest.param(1, id="choose one of 2 to 27"),
        pytest.param(27, id="already serves green"),
    ],
)
def test_pins_that_are_not_free_are_refused_in_words(
    pin: int, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(ValueError, match=request.node.callspec.id):
        gpio_lamp(red=17, green=27, blue=pin)


def test_the_buzzer_cannot_have_the_readers_reset() -> None:
    with pytest.raises(ValueError, match="buzzer: pin BCM 25 is the card reader's reset"):
        gpio_buzzer(pin=25)
