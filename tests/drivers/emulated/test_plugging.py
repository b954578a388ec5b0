import importlib
import sys
from collections.abc import Iterator

import pytest

from drivers.emulated import gpio
from drivers.emulated.mfrc522_chip import Mfrc522Chip
from drivers.emulated.mfrc522_core import VERSION, Register
from drivers.emulated.plugging import BOUND, RESET_PIN, plugged_in
from drivers.emulated.proximity import Field
from drivers.emulated.sockets import SOCKETS
from drivers.emulated.spidev import SpiDev
from drivers.emulated.times import SteppedTime

READ_VERSION = [Register.VERSION << 1 | 0x80, 0]


@pytest.fixture
def chip() -> Iterator[Mfrc522Chip]:
    chip = Mfrc522Chip(Field(), SteppedTime())
    with plugged_in(chip):
        yield chip


def test_what_is_plugged_in_is_found_and_what_was_unplugged_is_not(chip: Mfrc522Chip) -> None:
    bus = SpiDev()
    bus.open(0, 0)

    assert bus.xfer2(READ_VERSION) == [0, VERSION]
    with pytest.raises(FileNotFoundError):
        SpiDev().open(0, 1)


def test_a_bus_of_others_is_refused(chip: Mfrc522Chip) -> None:
    SOCKETS.locked.add((0, 0))

    with pytest.raises(PermissionError):
        SpiDev().open(0, 0)

    SOCKETS.locked.clear()


def test_a_closed_bus_is_silent_and_closes_twice(chip: Mfrc522Chip) -> None:
    bus = SpiDev()
    bus.open(0, 0)
    bus.close()
    bus.close()

    with pytest.raises(OSError, match="not open"):
        bus.xfer2(READ_VERSION)


def test_the_reset_pin_is_wired_to_the_chip(chip: Mfrc522Chip) -> None:
    gpio.setup(RESET_PIN, gpio.OUT)
    gpio.output(RESET_PIN, 0)
    assert chip.transfer(READ_VERSION) == [0, 0]

    gpio.output(RESET_PIN, 1)
    assert chip.transfer(READ_VERSION) == [0, VERSION]


def test_a_pin_is_set_up_before_it_is_driven(chip: Mfrc522Chip) -> None:
    with pytest.raises(RuntimeError, match="setup"):
        gpio.output(11, 1)
    with pytest.raises(ValueError, match="invalid"):
        gpio.setup(41, gpio.OUT)
    with pytest.raises(ValueError, match="only outputs"):
        gpio.setup(11, 1)


def test_a_pin_wired_to_nothing_may_be_driven(chip: Mfrc522Chip) -> None:
    gpio.setup(11, gpio.OUT)
    gpio.output(11, 1)

    gpio.cleanup(11)

    assert SOCKETS.outputs == set()


def test_pins_are_numbered_one_way_until_all_are_let_go(chip: Mfrc522Chip) -> None:
    gpio.setmode(gpio.BOARD)
    with pytest.raises(ValueError, match="different mode"):
        gpio.setmode(gpio.BCM)

    gpio.cleanup()

    assert gpio.getmode() is None


def test_afterwards_libraries_find_the_real_modules_again() -> None:
    names = ("spidev", "RPi", "RPi.GPIO", *BOUND)
    before = {name: sys.modules.get(name) for name in names}

    with plugged_in(Mfrc522Chip(Field(), SteppedTime())):
        importlib.import_module("drivers.card.antenna")

    assert {name: sys.modules.get(name) for name in names} == before
