import tomllib
from configparser import ConfigParser
from datetime import timedelta
from pathlib import Path

from kiosk.app import PROBES_APART
from kiosk.pulse import PATIENCE

ROOT = Path(__file__).parents[2]


def unit() -> ConfigParser:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys have capitals
    parser.read(ROOT / "systemd" / "muster-kiosk.service")
    return parser


def test_the_unit_runs_a_command_that_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())

    command = unit()["Service"]["ExecStart"].split()[0]

    assert Path(command).name in project["project"]["scripts"]


def test_the_watchdog_waits_for_more_than_one_sign_of_life() -> None:
    patience = timedelta(seconds=int(unit()["Service"]["WatchdogSec"]))

    assert patience >= 3 * PROBES_APART


def test_a_thread_that_hangs_is_noticed_before_the_watchdog_bites() -> None:
    patience = timedelta(seconds=int(unit()["Service"]["WatchdogSec"]))

    assert patience > PATIENCE + PROBES_APART


def test_the_kiosk_comes_back_however_often_it_ends() -> None:
    assert unit()["Service"]["Restart"] == "always"
    assert unit()["Unit"]["StartLimitIntervalSec"] == "0"


def test_the_pins_are_driven_by_the_library_that_does_pwm_from_a_folder_it_may_write() -> None:
    service = unit()["Service"]

    assert service["Environment"].split() == [
        "GPIOZERO_PIN_FACTORY=lgpio",
        "LG_WD=%t/muster-kiosk",
    ]
    assert service["RuntimeDirectory"] == "muster-kiosk"


def test_the_kernel_may_be_asked_about_its_clock() -> None:
    text = (ROOT / "systemd" / "muster-kiosk.service").read_text()

    assert "\nSystemCallFilter=adjtimex\n" in text
    assert "ProtectClock" not in text
