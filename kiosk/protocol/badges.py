"""Signed badges: what a QR code says that a kiosk believes without having heard of its holder.

78 bytes, first byte first: version and kind (1), key (1), person (4), serial (4), expiry in
seconds of UTC (4), Ed25519 signature of all these (64). In base45 behind `MB:` they are 120
signs, which fill a QR code of version 5 with error correction M.
"""

import struct
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

from kiosk.protocol import base45
from kiosk.protocol.options import BadgeKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PREFIX = "MB:"
CREDENTIAL = "badge:"
"""What a badge's credential begins with."""
LENGTH = 120
"""Signs of a token."""
LARGEST = 2**32 - 1
"""Of persons' and serial numbers."""
ROTATING_FOR = timedelta(seconds=20)
"""How long one token of a rotating badge holds."""
SKEW = timedelta(seconds=5)
"""How far a kiosk's clock and the gateway's may be apart for a rotating badge."""

_VERSION = 0x10
_BODY = struct.Struct(">BBIII")
_SIGNATURE_OCTETS = 64
_CONTEXT = b"muster badge 1\0"
"""Signed with every body, so that a signature given for anything else is none here."""


class Kind(IntEnum):
    """A badge is printed once, or shown anew every few seconds."""

    PRINTED = 0
    ROTATING = 1


class NotABadge(ValueError):
    """The text is no badge of this school: it is malformed, forged, or signed with another key."""


@dataclass(frozen=True, slots=True)
class Badge:
    """What a token says. `expires_at` is a whole second."""

    person: int
    serial: int
    expires_at: datetime
    kind: Kind = Kind.PRINTED

    @property
    def credential(self) -> str:
        """What stands for the badge wherever it is shown: never the token itself."""
        return credential_of(self.serial)


def credential_of(serial: int) -> str:
    """The credential's value of a badge, such as "badge:17"."""
    return f"{CREDENTIAL}{serial}"


def claims_badge(text: str) -> bool:
    """Whether a code claims to be a badge, and is nothing until `Verifier.read` believes it.

    One that only says a badge's credential claims it too: everybody could print that.
    """
    return text.startswith((PREFIX, CREDENTIAL))


def signed(badge: Badge, *, key: int, private: bytes) -> str:
    """The token of a badge, signed with the 32 private bytes of the key of that number."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - heavy
        Ed25519PrivateKey,
    )

    body = _body(badge, key)
    signature = Ed25519PrivateKey.from_private_bytes(private).sign(_CONTEXT + body)
    return PREFIX + base45.encode(body + signature)


class Verifier:
    """Knows the public keys of the school, and therefore every badge of it."""

    def __init__(self, keys: Iterable[BadgeKey] = ()) -> None:
        """Raises ValueError for a key that is none."""
        self._keys = {key.id: _public(key) for key in keys}

    def read(self, token: str) -> Badge:
        """What the badge says, whether it still holds or not. Raises NotABadge."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - heavy

        body, signature = _parts(token)
        header, key, person, serial, expires = _BODY.unpack(body)
        public = self._keys.get(key)
        if public is None:
            raise NotABadge(f"no key {key} is known here")
        try:
            public.verify(signature, _CONTEXT + body)
        except InvalidSignature as forged:
            raise NotABadge("the signature is wrong") from forged
        return Badge(person, serial, datetime.fromtimestamp(expires, UTC), _kind(header))


def _body(badge: Badge, key: int) -> bytes:
    expires = int(badge.expires_at.timestamp())
    return _BODY.pack(_VERSION | badge.kind, key, badge.person, badge.serial, expires)


def _parts(token: str) -> tuple[bytes, bytes]:
    """The signed bytes and the signature. Raises NotABadge."""
    if not token.startswith(PREFIX) or len(token) != LENGTH:
        raise NotABadge("it is no badge")
    try:
        octets = base45.decode(token.removeprefix(PREFIX))
    except base45.NotBase45 as garbled:
        raise NotABadge(f"it is no badge: {garbled}") from garbled
    return octets[:-_SIGNATURE_OCTETS], octets[-_SIGNATURE_OCTETS:]


def _kind(header: int) -> Kind:
    """Raises NotABadge for a version or kind that a later program made."""
    try:
        return Kind(header - _VERSION)
    except ValueError as later:
        raise NotABadge(f"badges of kind {header:#x} are not known here") from later


def _public(key: BadgeKey) -> "Ed25519PublicKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - heavy
        Ed25519PublicKey as PublicKey,
    )

    return PublicKey.from_public_bytes(b64decode(key.public, validate=True))
