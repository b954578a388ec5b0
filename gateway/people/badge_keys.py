"""The keys that badges are signed with: made, told to kiosks, followed by others, withdrawn."""

from base64 import b64encode
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from gateway.keys import key_for
from gateway.people import roster
from gateway.people.errors import BadgeKeyLost
from gateway.people.models import SigningKey
from kiosk.protocol.badges import Badge, signed
from kiosk.protocol.options import BadgeKey
from kiosk.protocol.sealing import NotUnsealed, SealingKey, key_of, seal, unseal

ANNOUNCED = timedelta(days=1)
"""How long kiosks know of a new key before it signs, so that one cut off for a night has it."""
MOST_KEYS = 255


def badge_keys() -> tuple[BadgeKey, ...]:
    """What kiosks believe: the public half of every key that was not withdrawn."""
    rows = SigningKey.objects.filter(withdrawn_at=None).order_by("number")
    return tuple(BadgeKey(id=row.number, public=row.public) for row in rows)


def sign(badge: Badge, *, now: datetime) -> str:
    """The badge's token, signed with the newest key in use. Raises BadgeKeyLost."""
    key = _signing(now)
    if key is None:
        ensure_key(now=now)
        key = _signing(now)
    if key is None:
        raise BadgeKeyLost("no key signs yet: `muster-gateway badges rotate --at-once` makes one")
    return signed(badge, key=key.number, private=_private(key))


@transaction.atomic
def ensure_key(*, now: datetime) -> None:
    """Have a key that signs, making the first one where there is none. Raises BadgeKeyLost."""
    roster.lock()
    if _signing(now) is None:
        _make(signs_from=now, now=now)


@transaction.atomic
def rotate(*, at_once: bool = False, now: datetime) -> int:
    """A new key, which signs in a day, or at once; answers its number. Raises BadgeKeyLost.

    Badges signed with the former keys go on holding.
    """
    roster.lock()
    is_first = not SigningKey.objects.exists()
    return _make(signs_from=now if at_once or is_first else now + ANNOUNCED, now=now)


@transaction.atomic
def withdraw(number: int, *, now: datetime) -> None:
    """Believe no badge signed with this key any more; a new key signs at once where none is left.

    Raises BadgeKeyLost for a key there is not.
    """
    roster.lock()
    key = SigningKey.objects.filter(pk=number).first()
    if key is None:
        raise BadgeKeyLost(f"there is no key {number}: `muster-gateway badges keys` shows them")
    SigningKey.objects.filter(pk=number, withdrawn_at=None).update(withdrawn_at=now)
    ensure_key(now=now)


def _signing(now: datetime) -> SigningKey | None:
    rows = SigningKey.objects.filter(withdrawn_at=None, signs_from__lte=now)
    return rows.order_by("-signs_from", "-number").first()


def _make(*, signs_from: datetime, now: datetime) -> int:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - heavy
        Ed25519PrivateKey,
    )

    number = (SigningKey.objects.aggregate(newest=Max("number"))["newest"] or 0) + 1
    if number > MOST_KEYS:
        raise BadgeKeyLost(f"{MOST_KEYS} keys were made: badges know no higher number")
    made = Ed25519PrivateKey.generate()
    SigningKey.objects.create(
        number=number,
        public=b64encode(made.public_key().public_bytes_raw()).decode(),
        sealed=seal(_own().public, made.private_bytes_raw(), about=_about(number)),
        made_at=now,
        signs_from=signs_from,
    )
    return number


def _private(key: SigningKey) -> bytes:
    try:
        return unseal(_own(), bytes(key.sealed), about=_about(key.number))
    except NotUnsealed as lost:
        raise BadgeKeyLost(
            f"key {key.number} was sealed under another secret_key: put the former one back, "
            f"or give it up with `muster-gateway badges withdraw-key {key.number}`"
        ) from lost


def _own() -> SealingKey:
    return key_of(key_for("badges"))


def _about(number: int) -> bytes:
    return f"badge key {number}".encode()
