"""How measures rest in the store: encrypted with a key derived from the gateway's secret."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from gateway.faces.errors import UnreadableFace
from gateway.keys import key_for

NONCE_OCTETS = 12


def lock_away(measures: bytes, *, site_id: int, person_id: int) -> bytes:
    """The measures as they may be stored; of no use for anybody else's row."""
    nonce = os.urandom(NONCE_OCTETS)
    return nonce + _cipher().encrypt(nonce, measures, _about(site_id, person_id))


def take_out(sealed: bytes, *, site_id: int, person_id: int) -> bytes:
    """The measures. Raises UnreadableFace when the gateway's secret was another then."""
    nonce, rest = sealed[:NONCE_OCTETS], sealed[NONCE_OCTETS:]
    try:
        return _cipher().decrypt(nonce, rest, _about(site_id, person_id))
    except (InvalidTag, ValueError) as wrong:
        raise UnreadableFace(
            f"the face of person {person_id} cannot be opened: was the gateway's secret changed? "
            "Enrol it again"
        ) from wrong


def _cipher() -> ChaCha20Poly1305:
    return ChaCha20Poly1305(key_for("faces"))


def _about(site_id: int, person_id: int) -> bytes:
    return f"{site_id}:{person_id}".encode()
