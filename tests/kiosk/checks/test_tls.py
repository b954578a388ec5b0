"""Encrypted lines to a real Mosquitto with certificates good and bad."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.checks.broker import check_broker
from kiosk.checks.finding import Finding, Verdict
from kiosk.checks.tls import check_tls
from kiosk.settings import Broker, Tls
from tests.kiosk.checks.authority import DAY, Authority, Pair
from tests.kiosk.made import settings_in
from tests.kiosk.neighbours import KIOSK, free_port, running_mosquitto

pytestmark = [pytest.mark.fault, pytest.mark.integration]
HERE = "127.0.0.1"


@pytest.fixture
def site(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@contextmanager
def encrypted(site: Authority, own: Pair, *, more: str = "") -> Iterator[int]:
    """The port of a broker with this certificate."""
    rules = f"cafile {site.path}\ncertfile {own.certificate}\nkeyfile {own.key}\n{more}"
    with running_mosquitto(site.folder, rules=f"{rules}\nallow_anonymous true") as broker:
        yield broker.port


def handshake(site: Authority, own: Pair, *, trust: Authority | None = None) -> Finding:
    with encrypted(site, own) as port:
        return check_tls(Broker(host=HERE, port=port), Tls(ca=(trust or site).path))


def test_a_broker_of_the_same_authority_is_well(site: Authority) -> None:
    found = handshake(site, site.pair("broker", host=HERE))

    assert found.verdict is Verdict.WELL
    assert found.what.startswith("TLSv1.")


def test_a_broker_of_another_authority_is_told(site: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path, "other")

    found = handshake(site, site.pair("broker", host=HERE), trust=other)

    assert found.verdict is Verdict.FAULT
    assert f"not signed by the authority in {other.path}" in found.what


def test_a_broker_with_another_name_is_told(site: Authority) -> None:
    found = handshake(site, site.pair("broker", host="gateway.school.example"))

    assert found.what.startswith("the broker is someone else")


def test_a_broker_whose_certificate_has_expired_is_told(site: Authority) -> None:
    expired = site.pair("broker", host=HERE, begins=-9 * DAY, ends=-timedelta(hours=1))

    assert handshake(site, expired).what == "the broker's certificate has expired"


def test_a_broker_whose_certificate_is_of_tomorrow_is_told(site: Authority) -> None:
    found = handshake(site, site.pair("broker", host=HERE, begins=DAY))

    assert found.remedy == "put this clock right: timedatectl"


def test_a_broker_that_does_not_encrypt_is_told(site: Authority, tmp_path: Path) -> None:
    with running_mosquitto(tmp_path) as broker:
        found = check_tls(Broker(host=HERE, port=broker.port), Tls(ca=site.path))

    assert found.verdict is Verdict.FAULT
    assert "8883 is usual with tls" in found.remedy or "no encrypted line" in found.what


def test_a_broker_that_is_not_there_is_told(site: Authority) -> None:
    found = check_tls(Broker(host=HERE, port=free_port()), Tls(ca=site.path))

    assert found.what.startswith("no encrypted line")


def logged_in(site: Authority, tls: Tls) -> Finding:
    """What a broker that asks for certificates says to a kiosk with these."""
    more = "require_certificate true\nuse_identity_as_username true"
    with encrypted(site, site.pair("broker", host="localhost"), more=more) as port:
        line = Broker(host="localhost", port=port, tls=tls)
        return check_broker(settings_in(site.folder, broker=line), patience_s=1)[0]


def test_a_kiosk_with_a_certificate_is_let_in(site: Authority) -> None:
    own = site.pair(KIOSK)

    found = logged_in(site, Tls(ca=site.path, certificate=own.certificate, key=own.key))

    assert (found.check, found.verdict) == ("login", Verdict.WELL)


def test_a_kiosk_without_a_certificate_is_told_to_get_one(site: Authority) -> None:
    found = logged_in(site, Tls(ca=site.path))

    assert (found.check, found.verdict) == ("login", Verdict.FAULT)
