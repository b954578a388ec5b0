"""A clock that stands until it is moved."""

from datetime import UTC, datetime, timedelta

MONDAY = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


class DrivenClock:
    """Called, it says its time; `advance` moves it."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by

    def set(self, clock: str) -> datetime:
        """The same day at a time such as "08:31"."""
        hours, minutes = (int(part) for part in clock.split(":"))
        self.now = self.now.replace(hour=hours, minute=minutes, second=0)
        return self.now
