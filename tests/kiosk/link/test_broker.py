"""The line to brokers that ask who is there: passwords, rights, certificates."""

import subprocess
from pathlib import Path

import pytest

from tests.kiosk.neighbours import (
    KIOSK,
    KioskProcess,
    card_of,
    eventually,
    running_kiosk,
    running_mosquitto,
)

pytestmark = pytest.mark.integration


def passwords(folder: Path, password: str) -> str:
    """Rules of a broker that knows one kiosk by its password."""
    file = folder / "passwords"
    subprocess.run(
        ["mosquitto_passwd", "-b", "-c", str(file), KIOSK, password],
        check=True,
        capture_output=True,
    )
    return f"allow_anonymous false\npassword_file {file}"


def says(kiosk: KioskProcess, words: str) -> bool:
    return words in kiosk.log.read_text()


def test_a_kiosk_shows_its_password(tmp_path: Path) -> None:
    with (
        running_mosquitto(tmp_path, rules=passwords(tmp_path, "swordfish")) as broker,
        running_kiosk(tmp_path, broker_port=broker.port, broker='password = "swordfish"') as kiosk,
    ):
        eventually(lambda: says(kiosk, "broker_connected"))

        assert not says(kiosk, "swordfish")


@pytest.mark.fault
def test_a_kiosk_the_broker_refuses_says_so_and_serves_on(tmp_path: Path) -> None:
    with (
        running_mosquitto(tmp_path, rules=passwords(tmp_path, "swordfish")) as broker,
        running_kiosk(tmp_path, broker_port=broker.port, broker='password = "trout"') as kiosk,
    ):
        eventually(lambda: says(kiosk, "broker_refuses"))

        assert kiosk.tap_and_see(card_of(1))["icon"] == "ask"
        assert not says(kiosk, "trout")


@pytest.mark.fault
def test_a_message_the_broker_refuses_is_an_error_in_the_log(tmp_path: Path) -> None:
    (tmp_path / "rights").write_text("topic read muster/#\n")
    rules = f"allow_anonymous true\nacl_file {tmp_path}/rights"
    with (
        running_mosquitto(tmp_path, rules=rules) as broker,
        running_kiosk(tmp_path, broker_port=broker.port) as kiosk,
    ):
        eventually(lambda: says(kiosk, "broker_refused_message"))


def certificates(folder: Path) -> None:
    """An authority, and by it a broker named 127.0.0.1 and a kiosk."""
    authority = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"]
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    steps = [["req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=site"]]
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    for name in ("broker", KIOSK):
        request = ["-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}"]
        steps.append(["req", *new, *request])
        signed = ["-in", f"{name}.csr", "-out", f"{name}.pem", "-extfile", "names"]
        steps.append(["x509", "-req", *authority, *signed])
    for step in steps:
        subprocess.run(["openssl", *step], cwd=folder, check=True, capture_output=True)


def test_broker_and_kiosk_prove_themselves_by_certificate(tmp_path: Path) -> None:
    certificates(tmp_path)
    rules = (
        f"cafile {tmp_path}/ca.pem\ncertfile {tmp_path}/broker.pem\nkeyfile {tmp_path}/broker.key\n"
        "require_certificate true\nuse_identity_as_username true"
    )
    tls = (
        f'[broker.tls]\nca = "{tmp_path}/ca.pem"\n'
        f'certificate = "{tmp_path}/{KIOSK}.pem"\nkey = "{tmp_path}/{KIOSK}.key"'
    )
    with (
        running_mosquitto(tmp_path, rules=rules) as broker,
        running_kiosk(tmp_path, broker_port=broker.port, broker=tls) as kiosk,
    ):
        eventually(lambda: says(kiosk, "broker_connected"))
