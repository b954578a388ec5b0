"""The school day: which local date an instant belongs to, and where a date begins and ends."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MIDNIGHT = time(0)


def school_day(instant: datetime, *, zone: ZoneInfo, day_starts: time = MIDNIGHT) -> date:
    """The school date of an aware `instant`.

    A day runs from `day_starts` on the local clock to `day_starts` of the next date, so a
    site with evening classes may let its day begin at 04:00. Right through nights on which
    the clock changes, when a day has 23 or 25 hours.
    """
    local = instant.astimezone(zone)
    return local.date() if local.time() >= day_starts else local.date() - timedelta(days=1)


def day_bounds(
    day: date, *, zone: ZoneInfo, day_starts: time = MIDNIGHT
) -> tuple[datetime, datetime]:
    """The first instant of the school date and the first instant after it, both in UTC."""
    first = datetime.combine(day, day_starts, tzinfo=zone)
    after = datetime.combine(day + timedelta(days=1), day_starts, tzinfo=zone)
    return first.astimezone(UTC), after.astimezone(UTC)
