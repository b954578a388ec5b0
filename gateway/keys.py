"""Keys of the gateway's own, all derived from its one secret.

Whoever loses the secret loses what was sealed with it: it belongs into the backup, apart from
the data.
"""

from functools import cache

from django.conf import settings

from kiosk.protocol.sealing import SealingKey, key_of

OCTETS = 32


@cache
def key_for(purpose: str) -> bytes:
    """32 bytes for one purpose: the same at every start, and of no use for another."""
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - few roles need it
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 - the same

    derived = HKDF(SHA256(), OCTETS, salt=b"muster gateway", info=purpose.encode())
    return derived.derive(settings.SECRET_KEY.encode())


@cache
def gateway_key() -> SealingKey:
    """What kiosks seal photographs and faces to."""
    return key_of(key_for("sealing"))
