"""A button between one of the Raspberry Pi's pins and ground, read through gpiozero."""

import time
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import Any

from drivers.button.button import Press, Presses
from drivers.gpio import opened
from drivers.pins import check_pins

HOLD = timedelta(seconds=2)


class GpioButton:
    """Wiring: the button between the pin (BCM number) and ground; the Pi pulls it up.

    Contacts are debounced here: gpiozero's own way is not the same on all its backends.
    """

    def __init__(
        self,
        *,
        pin: int = 24,
        hold: timedelta = HOLD,
        pin_factory: Any = None,  # noqa: ANN401 - gpiozero is untyped
    ) -> None:
        """Open nothing yet. Raises ValueError for a pin it cannot have."""
        check_pins({"button": pin})
        self._pin = pin
        self._pin_factory = pin_factory
        self._edges: SimpleQueue[tuple[bool, timedelta]] = SimpleQueue()
        self._presses = Presses(hold=hold)
        self._button: Any = None

    def read(self, timeout: timedelta) -> Press | None:
        """The next press, None after `timeout`. Raises DeviceAway."""
        if self._button is None:
            self._button = opened("button", self._open)
        until = _now() + timeout
        press = self._presses.look(_now())
        while press is None and _now() < until:
            self._wait(min(until, self._presses.due() or until))
            press = self._presses.look(_now())
        return press

    def close(self) -> None:
        """Let go of the pin."""
        button, self._button = self._button, None
        if button is not None:
            button.close()

    def _wait(self, until: timedelta) -> None:
        """Take the next edge, if one comes in time."""
        left = max(until - _now(), timedelta(0)).total_seconds()
        try:
            is_down, at = self._edges.get(timeout=left)
        except Empty:
            return
        self._presses.edge(is_down=is_down, at=at)

    def _open(self) -> object:
        from gpiozero import Button  # noqa: PLC0415 - only where there is such hardware

        button = Button(self._pin, pull_up=True, pin_factory=self._pin_factory)
        button.when_pressed = lambda: self._edges.put((True, _now()))
        button.when_released = lambda: self._edges.put((False, _now()))
        return button


def _now() -> timedelta:
    return timedelta(seconds=time.monotonic())
