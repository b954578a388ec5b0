"""Codes that change by themselves: derived from a key and the time, nothing stored."""

import hashlib
import hmac
from base64 import b32encode
from datetime import datetime, timedelta

OCTETS = 10
"""80 bits: nobody guesses one in the time it holds."""


def code_at(key: bytes, at: datetime, *, step: timedelta) -> str:
    """The code of the step that `at` lies in: 16 signs of A-Z and 2-7."""
    return _code(key, _step_of(at, step))


def is_current(code: str, *, key: bytes, at: datetime, step: timedelta) -> bool:
    """Whether `code` is that of the step `at` lies in, or of the one before."""
    now = _step_of(at, step)
    return any(hmac.compare_digest(_code(key, each), code) for each in (now, now - 1))


def _step_of(at: datetime, step: timedelta) -> int:
    return int(at.timestamp() // step.total_seconds())


def _code(key: bytes, step: int) -> str:
    digest = hmac.digest(key, step.to_bytes(8, "big", signed=True), hashlib.sha256)
    return b32encode(digest[:OCTETS]).decode()
