"""When a code or one's own word lets somebody in, and what makes it doubtful. Pure."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network

from gateway.attendance.policy import Policy, Window
from gateway.attendance.values import CheckInMethod
from kiosk.protocol.rotating import is_current

SAME_PHONE = timedelta(minutes=30)
"""Within less than this one phone marks one person."""


class Entry(StrEnum):
    """Whether one may check in at a moment."""

    NOT_YET = "not_yet"
    OPEN = "open"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class CodeKeys:
    """What a session's two codes are made with: the one that rotates, and the printed one."""

    rotating: bytes
    printed: str


@dataclass(frozen=True, slots=True)
class Use:
    """A phone checked somebody in at an instant."""

    person_id: int
    at: datetime


def entry_by_code(window: Window, policy: Policy, *, at: datetime) -> Entry:
    """From the opening to the closing of the window, both included (QR-01)."""
    return _entry(at, window.opens_at(policy), window.closes_at(policy))


def entry_by_oneself(window: Window, policy: Policy, *, at: datetime) -> Entry:
    """From the opening of the window to the session's end, both included (SLF-01)."""
    return _entry(at, window.opens_at(policy), window.ends_at)


def method_of(code: str, keys: CodeKeys, policy: Policy, *, at: datetime) -> CheckInMethod | None:
    """Which of the session's codes that is at this moment; None for neither (BEY-07).

    The rotating one holds in its step and the next. The printed one is of use only where
    the policy allows printing.
    """
    told = code.strip().upper()
    if not told.isascii():
        return None
    if policy.session_code and is_current(told, key=keys.rotating, at=at, step=policy.code_step):
        return CheckInMethod.CODE
    if policy.printed_code and hmac.compare_digest(told, keys.printed):
        return CheckInMethod.PRINTED_CODE
    return None


def marked_another(uses: Iterable[Use], person_id: int, *, at: datetime) -> Use | None:
    """The nearest use of the same phone for somebody else that is too near; None for none."""
    near = [u for u in uses if u.person_id != person_id and abs(at - u.at) < SAME_PHONE]
    return min(near, key=lambda use: (abs(at - use.at), use.person_id), default=None)


def is_within(address: str, networks: Iterable[str]) -> bool:
    """Whether the address lies in one of the networks; what is no address does not."""
    try:
        here = ip_address(address)
    except ValueError:
        return False
    plain = getattr(here, "ipv4_mapped", None) or here
    return any(plain in ip_network(each) for each in networks)


def _entry(at: datetime, opens: datetime, closes: datetime) -> Entry:
    if at < opens:
        return Entry.NOT_YET
    return Entry.OPEN if at <= closes else Entry.OVER
