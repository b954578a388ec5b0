from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.checks.certificates import check_certificates
from kiosk.checks.finding import Finding, Verdict
from kiosk.settings import Tls
from tests.kiosk.checks.authority import DAY, Authority, Pair

pytestmark = pytest.mark.fault


@pytest.fixture
def site(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def looked_at(site: Authority, own: Pair | None = None, *, key: Path | None = None) -> Finding:
    """The finding that is not well; the last one when all are."""
    certificate = own.certificate if own else None
    tls = Tls(ca=site.path, certificate=certificate, key=key or (own.key if own else None))
    found = check_certificates(tls, now=datetime.now(UTC))
    bad = [each for each in found if each.verdict is not Verdict.WELL]
    return bad[0] if bad else found[-1]


def test_a_pair_of_the_sites_authority_is_well(site: Authority) -> None:
    found = looked_at(site, site.pair("front-door"))

    assert (found.check, found.verdict, found.what) == (
        "key",
        Verdict.WELL,
        "fits the certificate",
    )


def test_an_authority_alone_is_enough(site: Authority) -> None:
    assert looked_at(site).verdict is Verdict.WELL


def test_an_expired_certificate_is_named_with_its_day(site: Authority) -> None:
    expired = site.pair("front-door", begins=-9 * DAY, ends=-DAY)

    found = looked_at(site, expired)

    yesterday = datetime.now(UTC) - DAY
    assert (found.check, found.verdict) == ("certificate", Verdict.FAULT)
    assert found.what == f"expired on {yesterday:%Y-%m-%d}"
    assert "make a new one" in found.remedy


def test_a_certificate_of_tomorrow_is_a_wrong_clock(site: Authority) -> None:
    found = looked_at(site, site.pair("front-door", begins=DAY))

    assert found.verdict is Verdict.FAULT
    assert "put the clock right" in found.remedy


def test_a_certificate_that_ends_soon_wants_a_look(site: Authority) -> None:
    found = looked_at(site, site.pair("front-door", ends=timedelta(days=20)))

    assert (found.check, found.verdict) == ("certificate", Verdict.WARNING)


def test_a_certificate_of_another_authority_is_told(site: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path, "other")

    found = looked_at(site, other.pair("front-door"))

    assert (found.check, found.verdict) == ("authority", Verdict.FAULT)
    assert "not signed by the authority" in found.what


def test_a_key_of_another_certificate_is_told(site: Authority) -> None:
    own, other = site.pair("front-door"), site.pair("back-door")

    found = looked_at(site, own, key=other.key)

    assert (found.check, found.verdict) == ("key", Verdict.FAULT)
    assert found.remedy == "copy the pair again, both files of the same kiosk"


def test_a_file_that_is_not_there_is_named(site: Authority, tmp_path: Path) -> None:
    nothing = Pair(tmp_path / "none.pem", tmp_path / "none.key")

    found = looked_at(site, nothing)

    assert (found.check, found.verdict) == ("certificate", Verdict.FAULT)
    assert found.what == f"{nothing.certificate} cannot be read: No such file or directory"


def test_a_file_that_is_no_certificate_is_named(site: Authority) -> None:
    own = site.pair("front-door")
    own.certificate.write_text("hello")

    assert "holds no certificate" in looked_at(site, own).what


def test_a_key_file_that_is_no_key_is_named(site: Authority) -> None:
    own = site.pair("front-door")
    own.key.write_text("hello")

    assert "holds no key" in looked_at(site, own).what


def test_a_key_that_is_not_there_is_named(site: Authority, tmp_path: Path) -> None:
    found = looked_at(site, site.pair("front-door"), key=tmp_path / "none.key")

    assert (found.check, found.verdict) == ("key", Verdict.FAULT)


def test_a_certificate_without_a_key_is_told(site: Authority) -> None:
    own = site.pair("front-door")
    tls = Tls(ca=site.path, certificate=own.certificate)

    found = check_certificates(tls, now=datetime.now(UTC))[-1]

    assert found.what == "[broker.tls] names a certificate and no key"
