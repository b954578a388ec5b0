"""Sealing what only one reader may read: X25519, HKDF-SHA256, ChaCha20-Poly1305.

A sealed thing is the sender's one-time public key and the ciphertext. Each seal has a key of
its own, so its nonce may be zero. ChaCha20, because no Raspberry Pi before 5 has AES in hardware.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

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
    return key_of(X25519PrivateKey.generate().private_bytes_raw())


def key_of(private: bytes) -> SealingKey:
    """The pair of a private half. Raises ValueError unless it has 32 bytes."""
    key = X25519PrivateKey.from_private_bytes(private)
    return SealingKey(private, key.public_key().public_bytes_raw())


def seal(public: bytes, data: bytes, *, about: bytes) -> bytes:
    """Seal `data` for the holder of `public`; `about` must be named again to open it.

    Raises ValueError for a `public` that is no key.
    """
    once = X25519PrivateKey.generate()
    shared = once.exchange(X25519PublicKey.from_public_bytes(public))
    sender = once.public_key().public_bytes_raw()
    return sender + _cipher(shared, sender, public).encrypt(_NONCE, data, about)


def unseal(key: SealingKey, sealed: bytes, *, about: bytes) -> bytes:
    """What was sealed. Raises NotUnsealed."""
    sender = sealed[:KEY_OCTETS]
    try:
        private = X25519PrivateKey.from_private_bytes(key.private)
        shared = private.exchange(X25519PublicKey.from_public_bytes(sender))
        return _cipher(shared, sender, key.public).decrypt(_NONCE, sealed[KEY_OCTETS:], about)
    except (InvalidTag, ValueError) as wrong:
        raise NotUnsealed("it cannot be opened with this key") from wrong


def _cipher(shared: bytes, sender: bytes, receiver: bytes) -> ChaCha20Poly1305:
    derived = HKDF(SHA256(), KEY_OCTETS, salt=sender + receiver, info=_INFO).derive(shared)
    return ChaCha20Poly1305(derived)
