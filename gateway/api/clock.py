"""The clock of this door; everything behind it is told the time."""

from datetime import UTC, datetime


def now() -> datetime:
    """This instant, aware."""
    return datetime.now(UTC)
