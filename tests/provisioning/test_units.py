"""What systemd is told of the kiosk fits what the kiosk does."""

import subprocess
from configparser import RawConfigParser
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.app import PROBES_APART
from kiosk.pulse import PATIENCE
from provisioning.__main__ import main


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The kiosk's unit as it is installed."""
    printed = tmp_path / "door.toml"
    printed.write_text('kiosk = "front-door"\n', encoding="utf-8")
    main(["--root", str(tmp_path / "root"), "kiosk", "--config", str(printed)])
    return tmp_path / "root/etc/systemd/system/muster-kiosk.service"


def service(unit: Path) -> RawConfigParser:
    found = RawConfigParser(strict=False)
    found.optionxform = str  # type: ignore[assignment,method-assign]  # as the library's manual says
    found.read(unit)
    return found


@pytest.mark.integration
def test_systemd_understands_every_line(unit: Path) -> None:
    command = ["systemd-analyze", "verify", "--man=no", str(unit)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert [line for line in done.stderr.splitlines() if unit.name in line] == []


@pytest.mark.covers("DES-06")
def test_the_watchdog_bites_only_what_hangs(unit: Path) -> None:
    allowed = timedelta(seconds=int(service(unit)["Service"]["WatchdogSec"]))

    assert allowed >= 2 * PROBES_APART
    assert allowed > PATIENCE


def test_the_settings_are_handed_in_from_where_they_were_put(unit: Path) -> None:
    told = service(unit)["Service"]

    name, _, path = told["LoadCredential"].partition(":")
    assert (unit.parents[3] / path.lstrip("/")).is_file()
    assert told["ExecStart"].endswith(f"--config %d/{name}")
    assert Path(told["ExecStart"].split()[0]).name == "muster-kiosk"
