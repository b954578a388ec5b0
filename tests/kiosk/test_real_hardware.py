"""The whole kiosk as its settings wire it: unmodified libraries on emulated devices."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from gpiozero import Device

from drivers.camera.simulated import in_colour
from drivers.clock.clock import Clock
from drivers.clock.system import SystemClock
from drivers.emulated.mfrc522_chip import Mfrc522Chip
from drivers.emulated.plugging import plugged_in
from drivers.emulated.proximity import EmulatedCard, Field
from drivers.emulated.ribbon import booted_with
from drivers.emulated.sensor import Sensor
from drivers.emulated.times import BusyTime
from kiosk import settings as settings_of
from kiosk.assembly import Kiosk
from kiosk.hardware import hardware_of
from kiosk.screen.board import Board, View
from kiosk.screen.checkup import Checkup
from kiosk.visit import Outcome
from tests.drivers.card.desk import DOUBLE, SHORT
from tests.drivers.pinned import mock_pins, states
from tests.drivers.qr import frames
from tests.drivers.qr.frames import Look
from tests.kiosk.neighbours import eventually, free_port

pytestmark = [
    pytest.mark.integration,
    # picamera2's own, see tests/drivers/camera/test_picamera2.py
    pytest.mark.filterwarnings("ignore:setDaemon:DeprecationWarning"),
    pytest.mark.filterwarnings(
        "ignore:.*DmaAllocator.__del__:pytest.PytestUnraisableExceptionWarning"
    ),
]

RED, BLUE, BUTTON = 17, 22, 24
WIRED = """
kiosk = "front-door"
site = "main"
hardware = "real"
assume_trusted_clock = true
[mfrc522]
[camera]
[lamp]
[buzzer]
[button]
hold = 0.05
"""


@dataclass(frozen=True, slots=True)
class Entrance:
    """What a person and staff meet at the door."""

    board: Board
    clock: Clock
    field: Field
    sensor: Sensor
    pins: Any

    def view(self) -> View:
        return self.board.view(now=self.clock.read().uptime)

    def outcomes(self) -> list[Outcome]:
        return [shown.answer.outcome for shown in self.view().answers]


@contextmanager
def default_pins() -> Iterator[Any]:
    """Mock pins, where gpiozero looks for the board's own."""
    with mock_pins() as pins:
        before, Device.pin_factory = Device.pin_factory, pins
        try:
            yield pins
        finally:
            Device.pin_factory = before


@pytest.fixture
def entrance(tmp_path: Path) -> Iterator[Entrance]:
    config = tmp_path / "kiosk.toml"
    ports = f"[broker]\nport = {free_port()}\n[screen]\nport = {free_port()}\n"
    config.write_text(f'data = "{tmp_path}/data"\n{WIRED}{ports}', encoding="utf-8")
    settings = settings_of.read(config)
    field = Field()
    with (
        plugged_in(Mfrc522Chip(field, BusyTime())),
        booted_with(Sensor()) as sensor,
        default_pins() as pins,
    ):
        board, clock = Board(shown_for=timedelta(seconds=3)), SystemClock(assume_trusted=True)
        kiosk = Kiosk(settings, clock, hardware=hardware_of(settings), board=board)
        thread = Thread(target=kiosk.run)
        thread.start()
        yield Entrance(board, clock, field, sensor, pins)
        kiosk.stop()
        thread.join(timeout=20)


@pytest.mark.covers("DES-01", "BIO-01", "QR-02")
def test_cards_codes_and_the_button_reach_the_screen_and_the_lamp(entrance: Entrance) -> None:
    entrance.field.put(EmulatedCard(DOUBLE))
    eventually(lambda: entrance.outcomes() == [Outcome.UNKNOWN])

    entrance.sensor.show(in_colour(frames.frame("M-1-17", Look(), seed=1)))
    eventually(lambda: entrance.outcomes() == [Outcome.UNKNOWN] * 2)

    entrance.pins.pin(BUTTON).drive_low()
    eventually(lambda: isinstance(entrance.view().panel, Checkup))

    assert 1 in states(entrance.pins, RED)
    assert 1 not in states(entrance.pins, BLUE)


@pytest.mark.fault
def test_two_cards_at_once_are_asked_for_one(entrance: Entrance) -> None:
    entrance.field.put(EmulatedCard(SHORT), EmulatedCard(DOUBLE))

    eventually(lambda: entrance.outcomes() == [Outcome.UNREAD])

    eventually(lambda: 1 in states(entrance.pins, RED))
