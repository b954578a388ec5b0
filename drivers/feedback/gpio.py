"""An RGB LED and a buzzer on the Raspberry Pi's pins, driven through gpiozero.

Wiring (BCM numbers): the LED's red, green and blue leg each over 330 Ω to its pin, the
common leg to ground (or to 3.3 V with `common_anode`); the buzzer between its pin and ground.
"""

from collections.abc import Callable
from typing import Any

from drivers.feedback.patterns import Step
from drivers.feedback.player import Inbox, Output, PlayedFeedback
from drivers.gpio import answering, opened
from drivers.pins import check_pins

DARK = (0, 0, 0)
OCTAVES = 2
"""Around a4: from 110 to 1,760 Hz, which holds every tone of the patterns."""


def gpio_lamp(
    *,
    red: int = 17,
    green: int = 27,
    blue: int = 22,
    common_anode: bool = False,
    pin_factory: Any = None,  # noqa: ANN401 - gpiozero is untyped
    inbox: Inbox | None = None,
) -> PlayedFeedback:
    """The RGB LED. Raises ValueError for pins it cannot have."""
    check_pins({"red": red, "green": green, "blue": blue})

    def make() -> Output:
        from gpiozero import RGBLED  # noqa: PLC0415 - only where there is such hardware

        legs = {"red": red, "green": green, "blue": blue}
        return _Led(RGBLED(**legs, active_high=not common_anode, pin_factory=pin_factory))

    return PlayedFeedback("lamp", lambda: opened("lamp", make), inbox=inbox)


def gpio_buzzer(
    *,
    pin: int = 23,
    tonal: bool = True,
    pin_factory: Any = None,  # noqa: ANN401 - gpiozero is untyped
    inbox: Inbox | None = None,
) -> PlayedFeedback:
    """The buzzer; `tonal` for a passive one. Raises ValueError for a pin it cannot have."""
    check_pins({"buzzer": pin})

    def make() -> Output:
        from gpiozero import Buzzer, TonalBuzzer  # noqa: PLC0415 - the same

        if tonal:
            tones = TonalBuzzer(pin, octaves=OCTAVES, pin_factory=pin_factory)
            return _Sound(tones, play=lambda hz: tones.play(float(hz)), stop=tones.stop)
        plain = Buzzer(pin, pin_factory=pin_factory)
        return _Sound(plain, play=lambda _: plain.on(), stop=plain.off)

    return PlayedFeedback("buzzer", lambda: opened("buzzer", make), inbox=inbox)


class _Led:
    def __init__(self, led: Any) -> None:  # noqa: ANN401 - gpiozero is untyped
        self._led = led

    def put(self, step: Step) -> None:
        colour = step.colour
        with answering("lamp"):
            self._led.value = (colour.red, colour.green, colour.blue) if colour else DARK

    def close(self) -> None:
        self._led.close()


class _Sound:
    """A buzzer, by what plays a tone of so many hertz and what ends it."""

    def __init__(
        self,
        buzzer: Any,  # noqa: ANN401 - gpiozero is untyped
        *,
        play: Callable[[int], object],
        stop: Callable[[], object],
    ) -> None:
        self._buzzer = buzzer
        self._play = play
        self._stop = stop

    def put(self, step: Step) -> None:
        with answering("buzzer"):
            if step.tone_hz is None:
                self._stop()
            else:
                self._play(step.tone_hz)

    def close(self) -> None:
        self._buzzer.close()
