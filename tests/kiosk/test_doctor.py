"""The whole examination, of a kiosk that runs and of one that does not."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import doctor
from kiosk.__main__ import main
from kiosk.checks.finding import Verdict, fault, warning, well
from kiosk.settings import Broker, Tls
from kiosk.simulated import SimulatedHardware
from tests.kiosk.checks.authority import Authority
from tests.kiosk.made import clock_at, settings_in
from tests.kiosk.neighbours import (
    GatewayDouble,
    KioskProcess,
    Mosquitto,
    card_of,
    eventually,
    person,
    roster,
    running_kiosk,
    running_mosquitto,
)

Told = dict[str, tuple[str, str]]


def told(text: str) -> Told:
    """Check → verdict and what was found."""
    return {each["check"]: (each["verdict"], each["what"]) for each in json.loads(text)}


def ask_doctor(config: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, Told]:
    code = main(["doctor", "--json", "--config", str(config)])
    return code, told(capsys.readouterr().out)


@pytest.fixture
def kiosk(broker: Mosquitto, gateway: GatewayDouble, tmp_path: Path) -> Iterator[KioskProcess]:
    """A kiosk that runs, knows people, and has a gateway."""
    with running_kiosk(tmp_path, broker_port=broker.port) as kiosk:
        eventually(lambda: gateway.heartbeats)
        gateway.say_roster(roster(person(1)))
        gateway.say_tracks(catch_up=True)
        eventually(lambda: gateway.heartbeats[-1].heard_upto)
        yield kiosk


@pytest.mark.integration
def test_a_kiosk_that_runs_well_is_found_well_and_goes_on(
    kiosk: KioskProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    eventually(lambda: kiosk.picture()["line"] == "online")

    code, found = ask_doctor(kiosk.config, capsys)

    assert code == 0
    assert {verdict for verdict, _ in found.values()} == {"well"}
    assert found["lamp"] == ("well", "answers")
    assert {"settings", "kiosk", "gateway", "clock", "disk", "journal", "roster"} <= set(found)
    assert kiosk.tap_and_see(card_of(1))["word"] == "Signed in"


@pytest.mark.fault
@pytest.mark.integration
def test_a_running_kiosk_without_a_broker_is_found_cut_off(
    kiosk: KioskProcess, broker: Mosquitto, capsys: pytest.CaptureFixture[str]
) -> None:
    broker.stop()
    eventually(lambda: kiosk.picture()["line"] == "offline")

    code, found = ask_doctor(kiosk.config, capsys)

    assert code == 1
    assert found["gateway"][1].startswith("not reached: ")
    assert found["broker"] == ("fault", f"nothing listens at 127.0.0.1 port {broker.port}")


@pytest.mark.integration
def test_a_stopped_kiosk_has_its_devices_tried_and_its_broker_called(
    kiosk: KioskProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    kiosk.stop()

    _, found = ask_doctor(kiosk.config, capsys)

    assert found["kiosk"] == ("warning", "it is not running")
    assert found["card-reader"] == found["camera"] == found["lamp"] == ("well", "answers")
    assert found["login"] == ("well", "the broker knows this kiosk")


def config(folder: Path, text: str = "") -> Path:
    path = folder / "kiosk.toml"
    path.write_text(f'kiosk = "front-door"\nsite = "main"\ndata = "{folder}/data"\n{text}')
    return path


@pytest.mark.fault
@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('zone = "Europe/Nowhere"', "zone: Value error, 'Europe/Nowhere' is no time zone"),
        ("[broker]\nprot = 1", "broker.prot: Extra inputs are not permitted"),
        ("[broker", "cannot be read as TOML"),
        (
            'hardware = "real"\n[mfrc522]\n[buzzer]\npin = 25',
            "buzzer: pin BCM 25 is the card reader's reset",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_all_there_is_to_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, what: str
) -> None:
    code, found = ask_doctor(config(tmp_path, text), capsys)

    assert code == 1
    assert list(found) == ["settings"]
    assert what in found["settings"][1]


@pytest.mark.fault
def test_a_settings_file_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = ask_doctor(tmp_path / "none.toml", capsys)

    assert (code, found["settings"][0]) == (1, "fault")
    assert "there is no such file" in found["settings"][1]


@pytest.mark.fault
def test_a_broker_whose_name_nobody_knows_is_not_called(tmp_path: Path) -> None:
    line = Broker(host="gateway.school.invalid")
    settings = settings_in(tmp_path, broker=line)

    found = doctor.examine(settings, clock_at("08:00"), wired=SimulatedHardware())

    checks = {each.check: each.verdict for each in found}
    assert checks["name"] is Verdict.FAULT
    assert "broker" not in checks
    assert "login" not in checks


@pytest.mark.integration
def test_an_encrypted_line_is_looked_at_with_its_certificates(tmp_path: Path) -> None:
    site = Authority(tmp_path)
    own, theirs = site.pair("front-door"), site.pair("broker", host="127.0.0.1")
    rules = f"cafile {site.path}\ncertfile {theirs.certificate}\nkeyfile {theirs.key}"
    with running_mosquitto(tmp_path, rules=f"{rules}\nallow_anonymous true") as broker:
        tls = Tls(ca=site.path, certificate=own.certificate, key=own.key)
        settings = settings_in(tmp_path / "data", broker=Broker(port=broker.port, tls=tls))

        found = doctor.examine(settings, clock_at("08:00"), wired=SimulatedHardware())

    checks = {each.check: each.verdict for each in found}
    assert [checks[name] for name in ("authority", "certificate", "key", "tls", "login")] == [
        Verdict.WELL
    ] * 5


def test_words_say_what_to_do_below_what_is_wrong() -> None:
    found = (well("clock", "right"), warning("disk", "90 MB free", "free it"))

    assert doctor.in_words(found) == (
        "ok   clock        right\nLOOK disk         90 MB free\n                  → free it\n"
    )


def test_a_warning_is_fit_and_a_fault_is_not() -> None:
    assert doctor.is_fit([well("a", ""), warning("b", "", "")])
    assert not doctor.is_fit([well("a", ""), fault("b", "", "")])


@pytest.mark.integration
def test_the_command_is_there_with_its_words(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kiosk", "doctor", "--config", str(tmp_path / "none.toml")]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stdout.startswith("BAD  settings")
    assert done.stderr == ""
