"""The certificates on this kiosk's disk: readable, in time, a pair, of the right authority."""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import Certificate

from kiosk.checks.finding import Finding, fault, warning, well
from kiosk.settings import Tls

SOON = timedelta(days=30)
AGAIN = "make a new one on the gateway and put it here: docs/kiosk.md, certificates"


class _Unreadable(Exception):
    """A file that cannot be used; the finding says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.what)
        self.finding = finding


def check_certificates(tls: Tls, *, now: datetime) -> tuple[Finding, ...]:
    """The authority's certificate, and the kiosk's own with its key."""
    try:
        authority = _certificate("authority", tls.ca)
        found = [_in_time("authority", authority, now)]
        if tls.certificate is not None:
            own = _certificate("certificate", tls.certificate)
            found += [_in_time("certificate", own, now), _signed(own, authority)]
            found.append(_pair(own, tls))
    except _Unreadable as unreadable:
        return (unreadable.finding,)
    return tuple(found)


def _certificate(check: str, path: Path) -> Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as refused:
        what = f"{path} cannot be read: {refused.strerror}"
        raise _Unreadable(fault(check, what, "check the path in [broker.tls]")) from refused
    except ValueError as wrong:
        what = f"{path} holds no certificate"
        raise _Unreadable(fault(check, what, "it begins with BEGIN CERTIFICATE")) from wrong


def _in_time(check: str, certificate: Certificate, now: datetime) -> Finding:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now > ends:
        return fault(check, f"expired on {ends:%Y-%m-%d}", AGAIN)
    if now < begins:
        return fault(
            check,
            f"not valid before {begins:%Y-%m-%d}, and the clock says {now:%Y-%m-%d}",
            "put the clock right first: timedatectl",
        )
    if ends - now < SOON:
        return warning(check, f"expires on {ends:%Y-%m-%d}", AGAIN)
    return well(check, f"valid until {ends:%Y-%m-%d}")


def _signed(own: Certificate, authority: Certificate) -> Finding:
    try:
        own.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return fault(
            "authority",
            "the kiosk's certificate was not signed by the authority in [broker.tls] ca",
            "put the site's own ca.pem here, the one the certificate was made with",
        )
    return well("authority", "signed the kiosk's certificate")


def _pair(own: Certificate, tls: Tls) -> Finding:
    if tls.key is None:
        return fault("key", "[broker.tls] names a certificate and no key", "name its key there")
    try:
        key = load_pem_private_key(tls.key.read_bytes(), password=None)
    except OSError as refused:
        return fault("key", f"{tls.key} cannot be read: {refused.strerror}", "check the path")
    except (ValueError, TypeError):
        return fault("key", f"{tls.key} holds no key without a password", AGAIN)
    if key.public_key() != own.public_key():
        return fault(
            "key",
            f"{tls.key} is not the key of {tls.certificate}",
            "copy the pair again, both files of the same kiosk",
        )
    return well("key", "fits the certificate")
