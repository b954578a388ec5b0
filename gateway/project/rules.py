"""Which firing of a cron line is due: the newest of today that lies in the look-back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim


def latest_firing(
    line: str, *, zone: ZoneInfo, now: datetime, look_back: timedelta
) -> datetime | None:
    """The newest firing of `line` on the clock of `zone` that is not later than `now`.

    None when there is none within `look_back` or since local midnight: what was missed
    yesterday stays missed. A line with fixed hours fires once in a night in which the clock
    is put back, and once, later, when its time is skipped (as Debian's cron).
    """
    local = now.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)
    since = max(midnight, now - look_back) - timedelta(minutes=1)
    newest = None
    for firing in CronSim(line, since.astimezone(zone)):
        instant = firing.astimezone(UTC)
        if instant > now:
            break
        if since < instant:
            newest = instant
    return newest


def firing_key(subject: str, firing: datetime) -> str:
    """What makes one firing of one subject's job run once."""
    return f"{subject} {firing.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
