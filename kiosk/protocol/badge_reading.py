"""Which badge a QR code is, whether it still holds, and under which name it is journalled."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kiosk.protocol.badges import ROTATING_FOR, SKEW, Badge, Kind, NotABadge, Verifier


class Refusal(StrEnum):
    """Why a badge that this school signed is not let in now."""

    BADGE_EXPIRED = "badge-expired"
    CLOCK_UNSURE = "clock-unsure"


@dataclass(frozen=True, slots=True)
class Read:
    """A badge as it was read. `person` is None when it is refused, for the reason given.

    `credential` is what the journal keeps. A refused badge has one that nobody holds, so
    that the gateway never takes the refusal for a movement of the holder.
    """

    credential: str
    person: int | None
    refusal: Refusal | None = None


def read(token: str, verifier: Verifier, *, at: datetime, exact: bool) -> Read:
    """Judge a token shown `at` an instant; `exact` says that the clock can be relied on."""
    try:
        badge = verifier.read(token)
    except NotABadge:
        return Read(_fingerprint(token), None)
    refusal = _refusal(badge, at, exact=exact)
    if refusal is not None:
        return Read(f"{refusal}:{badge.serial}", None, refusal)
    return Read(badge.credential, badge.person)


def _refusal(badge: Badge, at: datetime, *, exact: bool) -> Refusal | None:
    """Why the badge does not hold now; a doubtful clock turns no printed badge away."""
    if badge.kind is Kind.ROTATING:
        return _rotating_refusal(badge.expires_at, at, exact=exact)
    if exact and at >= badge.expires_at:
        return Refusal.BADGE_EXPIRED
    return None


def _rotating_refusal(expires_at: datetime, at: datetime, *, exact: bool) -> Refusal | None:
    if not exact:
        return Refusal.CLOCK_UNSURE
    if at >= expires_at + SKEW:
        return Refusal.BADGE_EXPIRED
    if at < expires_at - ROTATING_FOR - SKEW:
        return Refusal.CLOCK_UNSURE
    return None


def _fingerprint(token: str) -> str:
    """The same for the same token, and no use to anyone who reads it."""
    return f"unread-badge:{hashlib.sha256(token.encode()).hexdigest()[:16]}"
