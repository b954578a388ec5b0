"""How the claimed instants of a kiosk without a battery clock are repaired."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class TimeQuality(StrEnum):
    """How far an instant can be relied on; only `approximate` bars automatic decisions."""

    TRUSTED = "trusted"
    REPAIRED = "repaired"
    APPROXIMATE = "approximate"


@dataclass(frozen=True, slots=True)
class Anchor:
    """One moment of a boot at which UTC was known: what `uptime` was when it was `utc`."""

    boot_id: UUID
    utc: datetime
    uptime: timedelta


def repaired(uptime: timedelta, anchor: Anchor) -> datetime:
    """The exact instant at which the anchor's boot had been up for `uptime`."""
    return anchor.utc - (anchor.uptime - uptime)


def clamped(claimed: datetime, *, earliest: datetime | None, latest: datetime) -> datetime:
    """The claim, or the nearest end of the interval it must have happened in."""
    if earliest is not None and claimed < earliest:
        return min(earliest, latest)
    return min(claimed, latest)
