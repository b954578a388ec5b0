"""The staff's button: held, it shows how the kiosk is; pressed shortly, it puts that away.

Held again meanwhile, it begins a roll call, or puts one away. Pressed shortly with nothing to
put away, it lets the kiosk wait for no new card any more.
"""

from collections.abc import Callable
from datetime import timedelta
from threading import Event

from drivers.button.button import Button, Press
from drivers.clock.clock import Clock
from drivers.errors import DeviceAway
from kiosk.devices import Devices
from kiosk.diagnosis import Diagnosis
from kiosk.pulse import Pulse
from kiosk.screen.board import Board
from kiosk.screen.checkup import MODE, Checkup

NAME = "button"
WAIT = timedelta(seconds=0.5)
AWAY_PAUSE = timedelta(seconds=30)
SHOWN_FOR = timedelta(minutes=1)


class StaffButton:
    """Lives in a thread of its own. A button that is away is reported, and tried again."""

    def __init__(
        self,
        button: Button,
        clock: Clock,
        *,
        board: Board,
        diagnose: Callable[[], Diagnosis],
        devices: Devices,
        pulse: Pulse,
        roll_call: Callable[[], None],
        cancel_enrolment: Callable[[], None],
    ) -> None:
        self._button = button
        self._clock = clock
        self._board = board
        self._diagnose = diagnose
        self._devices = devices
        self._pulse = pulse
        self._roll_call = roll_call
        self._cancel_enrolment = cancel_enrolment
        self._until: timedelta | None = None

    def run(self, stop: Event) -> None:
        """Wait for presses until `stop` is set."""
        while not stop.is_set():
            self._pulse.beat(NAME)
            try:
                press = self._button.read(WAIT)
            except DeviceAway as away:
                self._devices.away(NAME, str(away))
                stop.wait(AWAY_PAUSE.total_seconds())
                continue
            self._devices.well(NAME)
            self.follow(press)
        self._button.close()

    def follow(self, press: Press | None) -> None:
        """Do what the press asks for; with none, keep what is shown current, for its minute."""
        now = self._clock.uptime()
        if press is Press.HELD and self._until is not None and now < self._until:
            self._put_away()
            self._roll_call()
        elif press is Press.HELD:
            self._until = now + SHOWN_FOR
        if self._until is None:
            if press is Press.SHORT:
                self._cancel_enrolment()
            return
        if press is Press.SHORT or now >= self._until:
            self._put_away()
        else:
            self._board.put_up(Checkup(self._diagnose()))

    def _put_away(self) -> None:
        self._until = None
        self._board.take_down(MODE)
