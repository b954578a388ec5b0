"""How long a server asks to be left alone (RFC 9110 10.2.3)."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

PATIENCE = timedelta(minutes=1)
"""The pause where none is named, or none that can be read."""
SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(hours=1)


def pause_asked(retry_after: str, *, now: datetime) -> timedelta:
    """The pause that a Retry-After header asks for, as seconds or as a date."""
    text = retry_after.strip()
    pause = timedelta(seconds=int(text[:6])) if text.isdecimal() else _until(text, now=now)
    return min(max(pause, SHORTEST), LONGEST)


def _until(http_date: str, *, now: datetime) -> timedelta:
    try:
        return parsedate_to_datetime(http_date) - now
    except (TypeError, ValueError):
        return PATIENCE
