import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest

from provisioning import services
from provisioning.__main__ import main
from provisioning.steps import Account, Command

UNIT = "etc/systemd/system/muster-gateway.service"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


def set_up(root: Path, *words: str) -> int:
    return main(["--root", str(root), *words])


@pytest.mark.covers("DES-07")
def test_a_bare_server_becomes_a_gateway(root: Path) -> None:
    assert set_up(root, "gateway") == 0

    settings = tomllib.loads((root / "etc/muster/gateway.toml").read_text(encoding="utf-8"))
    assert "secret_key" not in settings
    assert len((root / "etc/muster/secret_key").read_text(encoding="utf-8")) >= 32
    assert (root / "var/lib/muster").is_dir()
    assert (root / UNIT).is_file()


def test_secrets_are_for_their_owner_alone(root: Path) -> None:
    set_up(root, "gateway")

    assert (root / "etc/muster/secret_key").stat().st_mode & 0o777 == 0o600
    assert (root / "var/lib/muster").stat().st_mode & 0o007 == 0


def test_a_second_run_keeps_what_people_edited_and_the_secret(root: Path) -> None:
    set_up(root, "gateway")
    settings, secret = root / "etc/muster/gateway.toml", root / "etc/muster/secret_key"
    settings.write_text("log_level = 'DEBUG'", encoding="utf-8")
    before = secret.read_text(encoding="utf-8")

    assert set_up(root, "gateway") == 0

    assert settings.read_text(encoding="utf-8") == "log_level = 'DEBUG'"
    assert secret.read_text(encoding="utf-8") == before


def test_a_second_run_renews_the_unit(root: Path) -> None:
    set_up(root, "gateway")
    fresh = (root / UNIT).read_text(encoding="utf-8")
    (root / UNIT).write_text("old", encoding="utf-8")

    set_up(root, "gateway")

    assert (root / UNIT).read_text(encoding="utf-8") == fresh


def test_a_bare_pi_becomes_the_kiosk_it_was_told_to_be(root: Path, tmp_path: Path) -> None:
    printed = tmp_path / "door.toml"
    printed.write_text('kiosk = "front-door"\n', encoding="utf-8")

    assert set_up(root, "kiosk", "--config", str(printed)) == 0

    assert (root / "etc/muster/kiosk.toml").read_text(encoding="utf-8") == printed.read_text()
    assert (root / "etc/muster/kiosk.toml").stat().st_mode & 0o777 == 0o600
    assert (root / "etc/systemd/system/muster-kiosk.service").is_file()


def test_a_kiosk_without_settings_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set_up(root, "kiosk", "--config", "/no/such.toml") == 1

    assert "/no/such.toml cannot be read" in capsys.readouterr().err


def test_a_kiosk_gets_the_libraries_of_its_hardware(tmp_path: Path) -> None:
    first, *_ = services.kiosk(tmp_path / "door.toml")

    assert isinstance(first, Command)
    assert first.words[1:] == (str(services.HERE / "provisioning/machine.py"), "kiosk")


def test_a_kiosk_may_touch_every_device_that_can_be_wired_to_it(tmp_path: Path) -> None:
    [account] = [step for step in services.kiosk(tmp_path) if isinstance(step, Account)]

    assert {"gpio", "spi", "video", "input"} <= set(account.groups)


def test_the_kiosks_commands_are_found_by_name(root: Path, tmp_path: Path) -> None:
    printed = tmp_path / "door.toml"
    printed.write_text('kiosk = "front-door"\n', encoding="utf-8")

    set_up(root, "kiosk", "--config", str(printed))

    command = root / "usr/local/bin/muster-kiosk"
    assert command.stat().st_mode & 0o777 == 0o755
    assert f'{services.HERE}/.venv/bin/muster-kiosk "$@"' in command.read_text(encoding="utf-8")


@pytest.mark.covers("BEY-02")
def test_the_log_of_a_kiosk_stays_in_memory(root: Path, tmp_path: Path) -> None:
    printed = tmp_path / "door.toml"
    printed.write_text('kiosk = "front-door"\n', encoding="utf-8")

    set_up(root, "kiosk", "--config", str(printed))

    told = ConfigParser()
    told.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys have capitals
    told.read(root / "etc/systemd/journald.conf.d/muster-kiosk.conf", encoding="utf-8")
    assert told["Journal"]["Storage"] == "volatile"


def test_a_gateway_keeps_its_log(root: Path) -> None:
    set_up(root, "gateway")

    assert not (root / "etc/systemd/journald.conf.d").exists()
