"""A site's authority that makes certificates, good ones and bad ones."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

YEAR, DAY = timedelta(days=365), timedelta(days=1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
"""Before every date that tests give a clock."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path


class Authority:
    """Signs what it is asked to."""

    def __init__(self, folder: Path, name: str = "site") -> None:
        self.folder = folder
        self.name = _named(f"{name} authority")
        self.key = generate_private_key(SECP256R1())
        self.path = folder / f"{name}-ca.pem"
        now = datetime.now(UTC)
        made = _drawn(self.name, self.name, self.key, LONG_AGO, now + YEAR)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        identifier = x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())
        made = made.add_extension(identifier, critical=False)
        made = made.add_extension(_authority_usage(), critical=True)
        signed = made.sign(self.key, hashes.SHA256())
        self.path.write_bytes(signed.public_bytes(Encoding.PEM))

    def pair(
        self,
        name: str,
        *,
        begins: timedelta | None = None,
        ends: timedelta = YEAR,
        host: str = "",
    ) -> Pair:
        """A certificate for `name`, valid since long ago or from and until so long from now."""
        key, now = generate_private_key(SECP256R1()), datetime.now(UTC)
        since = LONG_AGO if begins is None else now + begins
        made = _drawn(_named(name), self.name, key, since, now + ends)
        if host:
            made = made.add_extension(x509.SubjectAlternativeName([_host(host)]), critical=False)
        signer = self.key.public_key()
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer)
        made = made.add_extension(issuer, critical=False)
        pair = Pair(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        signed = made.sign(self.key, hashes.SHA256())
        pair.certificate.write_bytes(signed.public_bytes(Encoding.PEM))
        pair.key.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        )
        return pair


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _authority_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _drawn(
    subject: x509.Name,
    issuer: x509.Name,
    key: EllipticCurvePrivateKey,
    begins: datetime,
    ends: datetime,
) -> x509.CertificateBuilder:
    drawn = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
    drawn = drawn.public_key(key.public_key()).serial_number(x509.random_serial_number())
    return drawn.not_valid_before(begins).not_valid_after(ends)
