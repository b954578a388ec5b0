import subprocess
import sys

import pytest

from drivers.card.connecting import connected
from drivers.card.place import Place
from drivers.emulated.sockets import SOCKETS
from drivers.errors import DeviceAway
from tests.drivers.card.desk import Desk

pytestmark = pytest.mark.fault


def _refused(desk: Desk, place: Place) -> str:
    """Why the antenna could not be opened."""
    with pytest.raises(DeviceAway) as away:
        connected(place, desk.time)
    return str(away.value)


def test_a_pi_without_spi_is_told_to_switch_it_on(desk: Desk) -> None:
    assert "no /dev/spidev0.1: switch SPI on with `sudo raspi-config" in _refused(
        desk, Place(device=1)
    )


def test_a_kiosk_without_the_right_is_told_which_groups_to_join(desk: Desk) -> None:
    SOCKETS.locked.add((0, 0))

    refused = _refused(desk, Place())

    SOCKETS.locked.clear()
    assert refused == (
        "/dev/spidev0.0 may not be opened: add the kiosk's user to the groups spi and gpio"
    )


def test_a_pin_that_the_board_has_not_is_named_as_such(desk: Desk) -> None:
    refused = _refused(desk, Place(reset_pin=99))

    assert refused.startswith("/dev/spidev0.0 or its reset pin cannot be used")


@pytest.mark.integration
def test_a_computer_that_is_no_pi_says_so() -> None:
    program = """
from datetime import timedelta
from drivers.card.mfrc522 import Mfrc522Reader
from drivers.errors import DeviceAway
try:
    Mfrc522Reader().read(timedelta(milliseconds=1))
except DeviceAway as away:
    print(away)
"""
    child = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert "cannot be used here" in child.stdout
    assert "extra `hardware`" in child.stdout


@pytest.mark.integration
def test_naming_the_reader_loads_no_library_of_the_pi() -> None:
    program = """
import sys
import drivers.card.mfrc522
print({"mfrc522", "spidev", "RPi", "lgpio"} & set(sys.modules))
"""
    child = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert child.stdout.strip() == "set()"
