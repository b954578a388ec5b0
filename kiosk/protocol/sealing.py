"""Sealing what only one reader may read: X25519, HKDF-SHA256, ChaCha20-Poly1305.

A sealed thing is the sender's one-time public key and the ciphertext. Each seal has a key of
its own, so its nonce may be zero. ChaCha20, because no Raspberry Pi before 5 has AES in hardware.
`cryptography` is loaded by the first seal: most kiosks never make one, and it is heavy.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

KEY_OCTETS = 32
_INFO = b"muster sealing 1"
_NONCE = bytes(12)


class NotUnsealed(Exception):
    """It was sealed to another key, about something else, or was changed: set it aside."""


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A key pair, 32 bytes each. Only `public` may travel."""

    private: bytes
    public: bytes


def new_key() -> SealingKey:
    """A key pair made now."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import (  # noqa: PLC0415 - heavy
        X25519PrivateKey,
    )

    return key_of(X25519PrivateKey.generate().private_bytes_raw())


def key_of(private: bytes) -> SealingKey:
    """The pair of a private half. Raises ValueError unless it has 32 bytes."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import (  # noqa: PLC0415 - heavy
        X25519PrivateKey,
    )

    key = X25519PrivateKey.from_private_bytes(private)
    return SealingKey(private, key.public_key().public_bytes_raw())


def seal(public: bytes, data: bytes, *, about: bytes) -> bytes:
    """Seal `data` for the holder of `public`; `about` must be named again to open it.

    Raises ValueError for a `public` that is no key.
    """
    once = new_key()
    cipher = _cipher(once.private, public, sender=once.public, receiver=public)
    return once.public + cipher.encrypt(_NONCE, data, about)


def unseal(key: SealingKey, sealed: bytes, *, about: bytes) -> bytes:
    """What was sealed. Raises NotUnsealed."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - heavy

    sender = sealed[:KEY_OCTETS]
    try:
        cipher = _cipher(key.private, sender, sender=sender, receiver=key.public)
        return cipher.decrypt(_NONCE, sealed[KEY_OCTETS:], about)
    except (InvalidTag, ValueError) as wrong:
        raise NotUnsealed("it cannot be opened with this key") from wrong


def _cipher(own: bytes, other: bytes, *, sender: bytes, receiver: bytes) -> "ChaCha20Poly1305":
    """The cipher that the two halves agree on. Raises ValueError for what is no key."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import (  # noqa: PLC0415 - heavy
        X25519PrivateKey,
        X25519PublicKey,
    )
    from cryptography.hazmat.primitives.ciphers.aead import (  # noqa: PLC0415 - heavy
        ChaCha20Poly1305,
    )
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - heavy
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 - heavy

    private = X25519PrivateKey.from_private_bytes(own)
    shared = private.exchange(X25519PublicKey.from_public_bytes(other))
    derived = HKDF(SHA256(), KEY_OCTETS, salt=sender + receiver, info=_INFO).derive(shared)
    return ChaCha20Poly1305(derived)
