from pathlib import Path

import pytest
from pydantic import ValidationError

from gateway.project.config import CONFIG_VARIABLE, GatewaySettings
from gateway.project.example import text

SECRET = "k" * 40
EXAMPLE = Path("config/gateway/gateway.example.toml")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings file of this test; no variable of this machine counts."""
    for name in ("MUSTER_SECRET_KEY", "MUSTER_DATA", "MUSTER_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "gateway.toml"
    monkeypatch.setenv(CONFIG_VARIABLE, str(path))
    return path


def read(file: Path, settings: str) -> GatewaySettings:
    file.write_text(settings, encoding="utf-8")
    return GatewaySettings()


def test_a_file_with_only_a_secret_is_enough(file: Path) -> None:
    settings = read(file, f'secret_key = "{SECRET}"')

    assert settings.web.port == 8080
    assert settings.isams is None


@pytest.mark.parametrize("line", ["web_port = 80", "[web]\nprot = 80", "[broker]\nhots = ''"])
def test_a_misspelt_setting_is_refused(file: Path, line: str) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        read(file, f'secret_key = "{SECRET}"\n{line}')


def test_a_variable_wins_over_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_WEB__PORT", "9999")

    assert read(file, f'secret_key = "{SECRET}"\n[web]\nport = 80').web.port == 9999


def test_a_secret_of_the_service_manager_is_read(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "muster_secret_key").write_text(SECRET, encoding="utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    assert read(file, "").secret_key.get_secret_value() == SECRET


@pytest.mark.parametrize(
    ("broker", "address"),
    [
        ("", "127.0.0.1"),
        ('bind = "0.0.0.0"', "127.0.0.1"),
        ('bind = "10.0.0.5"', "10.0.0.5"),
        ('kind = "external"\nhost = "mqtt.school"', "mqtt.school"),
    ],
)
def test_the_gateway_finds_its_broker_where_it_listens(
    file: Path, broker: str, address: str
) -> None:
    settings = read(file, f'secret_key = "{SECRET}"\n[broker]\n{broker}')

    assert settings.broker.reached_at == address


def test_no_secret_is_shown_when_settings_are_printed(file: Path) -> None:
    settings = read(file, f'secret_key = "{SECRET}"\n[broker]\npassword = "hush"')

    assert SECRET not in repr(settings)
    assert "hush" not in repr(settings)


def test_the_example_file_is_made_from_the_settings() -> None:
    remedy = "run `python -m gateway.project.example > config/gateway/gateway.example.toml`"

    assert EXAMPLE.read_text(encoding="utf-8") == text(), remedy


def test_the_example_file_is_a_valid_settings_file(file: Path) -> None:
    assert read(file, text()).web.port == 8080


def test_the_example_file_is_valid_with_every_line_switched_on(file: Path) -> None:
    switched_on = [
        line.removeprefix("# ") if "=" in line or line.startswith("# [") else line
        for line in text().splitlines()
        if "MUSTER_" not in line
    ]

    assert read(file, "\n".join(switched_on)).isams is not None
