from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from kiosk import settings
from kiosk.__main__ import main
from kiosk.settings import KioskSettings, Wedge

PLAIN = 'kiosk = "front-door"\nsite = "main"\n'


def read(folder: Path, text: str) -> KioskSettings:
    config = folder / "kiosk.toml"
    config.write_text(text)
    return settings.read(config)


def test_a_kiosk_needs_to_know_who_and_where_it_is(tmp_path: Path) -> None:
    found = read(tmp_path, PLAIN)

    assert (found.kiosk, found.site) == ("front-door", "main")
    assert found.heartbeat == timedelta(seconds=10)
    assert found.screen.bind == "127.0.0.1"


@pytest.mark.parametrize(
    "wrong",
    [
        "hearbeat = 5",
        "heartbeat = 0",
        'zone = "Europe/Nowhere"',
        'hardware = "wooden"',
        "[broker]\nprot = 1883",
        "[broker]\nport = 0",
        '[broker]\npassword = "a"\npassword_file = "/b"',
        '[screen]\nlanguage = "tlh"',
    ],
)
@pytest.mark.covers("DES-05")
def test_a_wrong_setting_stops_the_kiosk_before_it_starts(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ValidationError):
        read(tmp_path, PLAIN + wrong)


@pytest.mark.parametrize("kiosk", ["Front Door", "", "a" * 33, "a/b"])
def test_a_kiosks_id_can_stand_in_a_topic(tmp_path: Path, kiosk: str) -> None:
    with pytest.raises(ValidationError, match="kiosk"):
        read(tmp_path, f'kiosk = "{kiosk}"\nsite = "main"\n')


def test_a_variable_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_KIOSK_BROKER__PASSWORD", "from the service")

    found = read(tmp_path, PLAIN + '[broker]\npassword = "from the file"')

    assert found.broker.secret() == "from the service"


def test_a_password_can_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of its own\n")

    found = read(tmp_path, PLAIN + f'[broker]\npassword_file = "{tmp_path}/secret"')

    assert found.broker.secret() == "of its own"
    assert read(tmp_path, PLAIN).broker.secret() is None


def test_a_password_is_never_told(tmp_path: Path) -> None:
    found = read(tmp_path, PLAIN + '[broker]\npassword = "swordfish"')

    assert "swordfish" not in repr(found) + str(found) + found.model_dump_json()


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        read(tmp_path, PLAIN).kiosk = "other"  # type: ignore[misc]  # what is tested


def test_the_program_names_each_wrong_key_and_no_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text(PLAIN + '[broker]\npasword = "swordfish"\nport = 0')

    assert main(["--config", str(config)]) == 2

    told = capsys.readouterr().err
    assert "broker.pasword" in told
    assert "broker.port" in told
    assert "swordfish" not in told


@pytest.mark.parametrize("text", [b'kiosk = "gate', b"\x9b\xff"])
def test_the_program_says_when_its_file_is_no_toml(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: bytes
) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_bytes(text)

    assert main(["--config", str(config)]) == 2
    assert f"{config} cannot be read as TOML" in capsys.readouterr().err


def test_the_program_says_when_there_is_no_such_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--config", str(tmp_path / "none.toml")]) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_the_program_has_a_help_text(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])

    assert ended.value.code == 0
    assert "--config" in capsys.readouterr().out


def test_nobodys_keyboard_is_taken_for_a_reader() -> None:
    with pytest.raises(ValidationError, match="name or its USB vendor"):
        Wedge(name="")


def test_a_way_of_typing_nobody_knows_stops_the_kiosk_before_it_starts() -> None:
    with pytest.raises(ValidationError, match="no way to type"):
        Wedge(form="decimal-backwards")
