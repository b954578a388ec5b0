"""How late an arrival is, counted the same at the door and in the gateway."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MINUTE = timedelta(minutes=1)


class Rounding(StrEnum):
    """What becomes of a begun minute: dropped (floor) or counted whole (ceil)."""

    FLOOR = "floor"
    CEIL = "ceil"


@dataclass(frozen=True, slots=True)
class Lateness:
    """When late begins for one session, and from where its minutes are counted."""

    after: datetime
    minutes_from: datetime
    rounding: Rounding


def minutes_late(arrived: datetime, lateness: Lateness) -> int | None:
    """Minutes late, at least 1; None when `arrived` is in time.

    The limit is exact: an arrival at `after` is in time, one second later is late (TRK-04).
    """
    if arrived <= lateness.after:
        return None
    elapsed = arrived - lateness.minutes_from
    whole = elapsed // MINUTE if lateness.rounding is Rounding.FLOOR else -(-elapsed // MINUTE)
    return max(1, whole)
