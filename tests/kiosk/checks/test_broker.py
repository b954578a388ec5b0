"""What a real Mosquitto answers, and what the doctor makes of it."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from kiosk.checks.broker import check_broker
from kiosk.checks.finding import Finding, Verdict
from kiosk.protocol import topics
from kiosk.settings import Broker, KioskSettings
from tests.kiosk.made import settings_in
from tests.kiosk.neighbours import (
    KIOSK,
    Mosquitto,
    eventually,
    free_port,
    running_gateway,
    running_mosquitto,
)

pytestmark = [pytest.mark.fault, pytest.mark.integration]
RIGHTS = f"pattern write muster/v1/kiosk/%u/up/#\ntopic read {topics.GATEWAY_STATE}\n"


def settings(folder: Path, port: int, word: str = "open sesame") -> KioskSettings:
    return settings_in(folder, broker=Broker(port=port, password=word))


def let_in(folder: Path, *kiosks: str, rights: str = RIGHTS) -> str:
    """Rules of a broker that knows these kiosks, by the password `open sesame`."""
    passwords, acl = folder / "passwords", folder / "rights"
    passwords.write_text("".join(f"{kiosk}:open sesame\n" for kiosk in kiosks))
    subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True)
    acl.write_text(rights)
    return f"allow_anonymous false\npassword_file {passwords}\nacl_file {acl}"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with running_mosquitto(tmp_path, rules=let_in(tmp_path, KIOSK)) as broker:
        yield broker


def bad(findings: tuple[Finding, ...]) -> Finding:
    (found,) = [each for each in findings if each.verdict is not Verdict.WELL]
    return found


def last(folder: Path, broker: Mosquitto, verdict: Verdict) -> tuple[Finding, ...]:
    """All findings, once the last of them is of that verdict."""

    def look() -> tuple[Finding, ...]:
        found = check_broker(settings(folder, broker.port), patience_s=1)
        return found if found[-1].verdict is verdict else ()

    return eventually(look)


def test_a_broker_with_a_gateway_is_well(tmp_path: Path) -> None:
    with running_mosquitto(tmp_path) as broker, running_gateway(broker.port):
        found = last(tmp_path, broker, Verdict.WELL)

    assert [each.check for each in found] == ["login", "gateway"]


def test_a_broker_without_a_gateway_is_told(tmp_path: Path, broker: Mosquitto) -> None:
    found = bad(check_broker(settings(tmp_path, broker.port), patience_s=0.5))

    assert (found.check, found.what) == (
        "gateway",
        "the broker is there, but no gateway takes tracks",
    )


def test_a_gateway_that_went_is_told(tmp_path: Path) -> None:
    with running_mosquitto(tmp_path) as broker, running_gateway(broker.port) as gateway:
        last(tmp_path, broker, Verdict.WELL)
        gateway.say_state(online=False)

        found = last(tmp_path, broker, Verdict.FAULT)

    assert found[-1].check == "gateway"


def test_a_gateway_of_another_time_is_told(tmp_path: Path) -> None:
    with running_mosquitto(tmp_path) as broker, running_gateway(broker.port) as gateway:
        last(tmp_path, broker, Verdict.WELL)
        gateway._client.publish(topics.GATEWAY_STATE, b'{"v": 9}', qos=1, retain=True)

        found = last(tmp_path, broker, Verdict.FAULT)

    assert found[-1].remedy == "bring both to the same version"


def test_a_wrong_password_is_told(tmp_path: Path, broker: Mosquitto) -> None:
    found = bad(check_broker(settings(tmp_path, broker.port, "open barley")))

    assert found.check == "login"
    assert found.what == f"the broker refuses the kiosk {KIOSK}: Not authorized"
    assert "its password is wrong" in found.remedy


def test_a_kiosk_taken_out_of_service_is_told(tmp_path: Path) -> None:
    with running_mosquitto(tmp_path, rules=let_in(tmp_path, "back-door")) as broker:
        found = bad(check_broker(settings(tmp_path, broker.port)))

    assert found.check == "login"
    assert "taken it out of service" in found.remedy


def test_a_broker_whose_rights_do_not_name_the_kiosk_is_told(tmp_path: Path) -> None:
    rules = let_in(tmp_path, KIOSK, rights=f"topic read {topics.GATEWAY_STATE}\n")
    with running_mosquitto(tmp_path, rules=rules) as broker:
        found = bad(check_broker(settings(tmp_path, broker.port)))

    assert (found.check, found.verdict) == ("rights", Verdict.FAULT)
    assert "Not authorized" in found.what


def test_a_password_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    line = Broker(port=free_port(), password_file=tmp_path / "none")

    found = bad(check_broker(settings_in(tmp_path, broker=line)))

    assert (found.check, found.remedy) == ("password", "check [broker] password_file")


def test_a_broker_that_is_not_there_is_told(tmp_path: Path) -> None:
    found = bad(check_broker(settings(tmp_path, free_port())))

    assert found.what.startswith("no line to the broker")


@contextmanager
def mumbling() -> Iterator[int]:
    """Something that listens, says what no broker says, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def mumble() -> None:
            line, _ = server.accept()
            line.recv(99)
            line.close()

        thread = Thread(target=mumble)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_something_else_at_the_brokers_port_is_told(tmp_path: Path) -> None:
    with mumbling() as port:
        found = bad(check_broker(settings(tmp_path, port)))

    assert found.check == "login"
    assert "is it an MQTT broker?" in found.remedy
