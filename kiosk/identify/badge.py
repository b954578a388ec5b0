"""Which badge a QR code is, whether it still holds, and under which name it is journalled."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from kiosk.protocol.badges import ROTATING_FOR, SKEW, Badge, Kind, NotABadge, Verifier
from kiosk.visit import Instant, Refusal


@dataclass(frozen=True, slots=True)
class Read:
    """A badge as it was read. `person` is None when it is refused, for the reason given.

    `credential` is what the journal keeps. A refused badge has one that nobody holds, so
    that the gateway never takes the refusal for a movement of the holder.
    """

    credential: str
    person: int | None
    refusal: Refusal | None = None


def read(token: str, verifier: Verifier, instant: Instant) -> Read:
    """Judge a token shown at `instant`."""
    try:
        badge = verifier.read(token)
    except NotABadge:
        return Read(_fingerprint(token), None)
    refusal = _refusal(badge, instant)
    if refusal is not None:
        return Read(f"{refusal}:{badge.serial}", None, refusal)
    return Read(badge.credential, badge.person)


def _refusal(badge: Badge, instant: Instant) -> Refusal | None:
    """Why the badge does not hold now; a doubtful clock turns no printed badge away."""
    if badge.kind is Kind.ROTATING:
        return _rotating_refusal(badge.expires_at, instant)
    if instant.exact and instant.at >= badge.expires_at:
        return Refusal.BADGE_EXPIRED
    return None


def _rotating_refusal(expires_at: datetime, instant: Instant) -> Refusal | None:
    if not instant.exact:
        return Refusal.CLOCK_UNSURE
    if instant.at >= expires_at + SKEW:
        return Refusal.BADGE_EXPIRED
    if instant.at < expires_at - ROTATING_FOR - SKEW:
        return Refusal.CLOCK_UNSURE
    return None


def _fingerprint(token: str) -> str:
    """The same for the same token, and no use to anyone who reads it."""
    return f"unread-badge:{hashlib.sha256(token.encode()).hexdigest()[:16]}"
