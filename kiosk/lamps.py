"""Lamp and buzzer in a thread of their own, so that no device holds up the next person."""

from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from threading import Event

from drivers.errors import DriverError
from drivers.feedback.feedback import Feedback, Signal
from kiosk.devices import Devices
from kiosk.visit import Outcome

SIGNALS = {
    Outcome.SIGNED_IN: Signal.IN,
    Outcome.SIGNED_OUT: Signal.OUT,
    Outcome.ALREADY_IN: Signal.ALREADY,
    Outcome.ALREADY_OUT: Signal.ALREADY,
    Outcome.UNKNOWN: Signal.REFUSED,
    Outcome.BLOCKED: Signal.REFUSED,
    Outcome.NOT_RECORDED: Signal.NOT_RECORDED,
    Outcome.ENROLLED: Signal.IN,
    Outcome.NOT_ENROLLED: Signal.REFUSED,
    Outcome.UNREAD: Signal.REFUSED,
}


class Lamps:
    """Shows each outcome as it comes; when several came while a device was slow, the last.

    A lamp or buzzer that is away is reported once, and the others answer without it.
    """

    def __init__(self, *outputs: Feedback, devices: Devices) -> None:
        self._outputs = outputs
        self._devices = devices
        self._asked: SimpleQueue[Outcome | None] = SimpleQueue()

    def show(self, outcome: Outcome) -> None:
        """Ask for the outcome's signal. Never waits."""
        self._asked.put(outcome)

    def wake(self) -> None:
        """Let the thread look whether it should stop."""
        self._asked.put(None)

    def run(self, stop: Event) -> None:
        """Show what is asked for, until `stop` is set and `wake` was called."""
        for output in self._outputs:
            self._attempt(output, output.check)
        while not stop.is_set():
            outcome = self._latest()
            if outcome is not None:
                self._show(SIGNALS[outcome])
        for output in self._outputs:
            output.close()

    def _latest(self) -> Outcome | None:
        asked = self._asked.get()
        while not self._asked.empty():
            asked = self._asked.get()
        return asked

    def _show(self, signal: Signal) -> None:
        for output in self._outputs:
            self._attempt(output, partial(output.show, signal))

    def _attempt(self, output: Feedback, act: Callable[[], None]) -> None:
        try:
            act()
        except DriverError as away:
            self._devices.away(output.name, str(away))
        else:
            self._devices.well(output.name)
