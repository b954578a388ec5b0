"""Credentials nobody holds: named in addresses by a digest, never by their value."""

import hashlib
from collections.abc import Iterable

from gateway.attendance.attention import UnknownCredential


def digest(method: str, value: str) -> str:
    """A name for the credential that does not give its value away."""
    return hashlib.sha256(f"{method}:{value}".encode()).hexdigest()[:24]


def named(name: str, among: Iterable[UnknownCredential]) -> UnknownCredential | None:
    """The credential of that name; None when it is not among them any more."""
    return next((card for card in among if digest(card.method, card.value) == name), None)
