"""The doctor and the installer's round with the real libraries, on emulated devices and on none."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.card.mfrc522 import Mfrc522Reader
from drivers.card.reader import CardUid
from drivers.emulated.mfrc522_chip import Mfrc522Chip
from drivers.emulated.plugging import plugged_in
from drivers.emulated.proximity import EmulatedCard, Field
from drivers.emulated.times import SteppedTime
from drivers.feedback.gpio import gpio_lamp
from kiosk import selftest
from kiosk.checks import devices
from kiosk.checks.finding import Finding, Verdict
from tests.drivers.pinned import mock_pins, states
from tests.kiosk.neighbours import free_port

pytestmark = pytest.mark.fault
EVERYTHING = "[mfrc522]\n[wedge]\n[camera]\n[lamp]\n[buzzer]\n"


@pytest.mark.integration
def test_devices_that_are_not_wired_are_each_told_with_what_to_do(tmp_path: Path) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text(
        f'kiosk = "front-door"\nsite = "main"\ndata = "{tmp_path}/data"\nhardware = "real"\n'
        f"[broker]\nport = {free_port()}\n[screen]\nport = {free_port()}\n{EVERYTHING}"
    )
    command = [sys.executable, "-m", "kiosk", "doctor", "--json", "--config", str(config)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    found = {each["check"]: each for each in json.loads(done.stdout)}
    assert {name: found[name]["verdict"] for name in devices.REMEDIES if name in found} == {
        "card-reader": "fault",
        "usb-reader": "fault",
        "camera": "warning",
        "lamp": "warning",
        "buzzer": "warning",
    }
    assert all(found[name]["remedy"] for name in ("card-reader", "camera", "lamp"))
    assert done.returncode == 1


def tried(chip: Mfrc522Chip) -> Finding:
    with plugged_in(chip):
        reader = Mfrc522Reader()
        (found,) = devices.tried({"card-reader": lambda: reader.read(devices.A_MOMENT)})
        reader.close()
    return found


def test_an_emulated_reader_that_is_dead_is_found_dead() -> None:
    chip = Mfrc522Chip(Field(), SteppedTime())
    assert tried(chip).verdict is Verdict.WELL

    chip.unplug()

    assert tried(chip).verdict is Verdict.FAULT


def test_the_installers_round_reads_a_card_at_an_emulated_reader() -> None:
    field = Field()
    field.put(EmulatedCard(CardUid.parse("04A224B1C95E80")))
    with plugged_in(Mfrc522Chip(field, SteppedTime())):
        found = selftest.try_reader("card-reader", Mfrc522Reader(), selftest.Nobody())

    assert (found.verdict, found.what) == (Verdict.WELL, "a card was read")


def test_the_installers_round_lights_an_emulated_lamp() -> None:
    with mock_pins() as pins:
        lamp = gpio_lamp(pin_factory=pins)

        found = selftest.try_output(lamp, selftest.Nobody())

        assert (found.check, found.verdict) == ("lamp", Verdict.WELL)
        assert len(states(pins, 17)) > 1
