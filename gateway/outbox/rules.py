"""How long to wait before telling again."""

from datetime import timedelta

FIRST = timedelta(seconds=5)
LONGEST = timedelta(minutes=10)


def backoff(attempts: int) -> timedelta:
    """The pause after the given number of failed attempts: doubling, ten minutes at most."""
    return min(FIRST * 2 ** min(attempts - 1, 10), LONGEST) if attempts > 0 else timedelta(0)
