import re
from importlib import import_module
from pathlib import Path

import pytest

UNITS = sorted(Path("systemd").glob("*.service"))
SCRIPTS = re.search(
    r"\[project\.scripts\](.*?)\n\[", Path("pyproject.toml").read_text(encoding="utf-8"), re.DOTALL
)
HARDENING = ("NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "SystemCallFilter=")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_unit_starts_a_command_that_exists(unit: Path) -> None:
    assert SCRIPTS is not None
    commands = dict(re.findall(r'^(\S+) = "(\S+):main"$', SCRIPTS.group(1), re.MULTILINE))
    started = re.findall(r"^Exec\w+=\S*/bin/(\S+)", unit.read_text(encoding="utf-8"), re.MULTILINE)

    assert started
    assert all(callable(import_module(commands[name]).main) for name in started)


@pytest.mark.covers("DES-06")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_unit_waits_for_readiness_is_watched_and_locked_in(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")

    assert "Type=notify" in text
    assert "WatchdogSec=" in text
    assert [line for line in HARDENING if line not in text] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_unit_names_a_page_of_the_documentation(unit: Path) -> None:
    page = re.search(r"^Documentation=file:/opt/muster/(\S+)", unit.read_text(), re.MULTILINE)

    assert page is not None
    assert Path(page.group(1)).is_file()
