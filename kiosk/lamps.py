"""Lamp and buzzer in a thread of their own, so that no device holds up the next person."""

from queue import SimpleQueue
from threading import Event

import structlog

from drivers.errors import DriverError
from drivers.feedback.feedback import Feedback, Signal
from kiosk.visit import Outcome

log = structlog.get_logger()

SIGNALS = {
    Outcome.SIGNED_IN: Signal.IN,
    Outcome.SIGNED_OUT: Signal.OUT,
    Outcome.ALREADY_IN: Signal.ALREADY,
    Outcome.ALREADY_OUT: Signal.ALREADY,
    Outcome.UNKNOWN: Signal.ASK,
    Outcome.BLOCKED: Signal.STOP,
    Outcome.NOT_RECORDED: Signal.STOP,
}


class Lamps:
    """Shows each outcome as it comes; when several came while the device was slow, the last."""

    def __init__(self, device: Feedback) -> None:
        self._device = device
        self._asked: SimpleQueue[Outcome | None] = SimpleQueue()
        self._is_away = False

    def show(self, outcome: Outcome) -> None:
        """Ask for the outcome's signal. Never waits."""
        self._asked.put(outcome)

    def wake(self) -> None:
        """Let the thread look whether it should stop."""
        self._asked.put(None)

    def run(self, stop: Event) -> None:
        """Show what is asked for, until `stop` is set and `wake` was called."""
        while not stop.is_set():
            outcome = self._latest()
            if outcome is not None:
                self._show(SIGNALS[outcome])
        self._device.close()

    def _latest(self) -> Outcome | None:
        asked = self._asked.get()
        while not self._asked.empty():
            asked = self._asked.get()
        return asked

    def _show(self, signal: Signal) -> None:
        try:
            self._device.show(signal)
        except DriverError as away:
            if not self._is_away:
                log.error("device_away", device="feedback", reason=str(away))
            self._is_away = True
            return
        if self._is_away:
            log.info("device_back", device="feedback")
        self._is_away = False
