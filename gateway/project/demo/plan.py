"""What the demo consists of: its hours, its doors, its addresses."""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

FIRST_START = timedelta(minutes=2)
SECOND_START = timedelta(minutes=15)
REGISTERS_AFTER = timedelta(minutes=1)
FINISHES_AFTER = timedelta(minutes=3)
EARLIEST, LATEST = time(0, 10), time(23, 30)
MORNING_HOUR = 9


@dataclass(frozen=True, slots=True)
class Door:
    """A kiosk of the demo and the site it hangs at; the site teaches one division of the ERP."""

    kiosk: str
    name: str
    site: str
    site_name: str
    division: str
    division_name: str


DOORS = (
    Door("main-door", "Main door", "main", "Main site", "1", "Lower School"),
    Door("park-door", "Park door", "park", "Park site", "2", "Upper School"),
)


@dataclass(frozen=True, slots=True)
class Hours:
    """When registration is, on the school's clock."""

    zone: ZoneInfo
    am: datetime
    pm: datetime


@dataclass(frozen=True, slots=True)
class Ports:
    """Where everything listens on this machine."""

    web: int
    live: int
    broker: int
    erp: int
    doors: tuple[int, ...]


def hours_around(now: datetime, *, home: ZoneInfo) -> Hours:
    """AM begins in two minutes and PM in a quarter of an hour, on one date.

    So close to midnight that they would not fit, the school stands in a zone where it is
    morning.
    """
    local = now.astimezone(home)
    zone = home if EARLIEST <= local.time() <= LATEST else _where_it_is_morning(now)
    begun = now.astimezone(zone).replace(second=0, microsecond=0)
    return Hours(zone, begun + FIRST_START, begun + SECOND_START)


def free_ports() -> Ports:
    """The usual addresses, or the next ones that are free."""
    web, live, broker, erp, *doors = _free([8080, 8081, 18830, 8070, 8091, 8092])
    return Ports(web, live, broker, erp, tuple(doors))


def zone_of_this_machine() -> ZoneInfo:
    """The time zone this machine is set to; UTC where it cannot be told."""
    link = Path("/etc/localtime").resolve().as_posix()
    names = (os.environ.get("TZ", ""), link.partition("/zoneinfo/")[2], "UTC")
    for name in names:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")


def _where_it_is_morning(now: datetime) -> ZoneInfo:
    hours_ahead = MORNING_HOUR - now.astimezone(ZoneInfo("UTC")).hour
    ahead = hours_ahead if hours_ahead > -12 else hours_ahead + 24
    return ZoneInfo(f"Etc/GMT{-ahead:+d}" if ahead else "UTC")


def _free(wanted: Sequence[int]) -> list[int]:
    found: list[int] = []
    for port in wanted:
        while port in found or _is_taken(port):
            port += 1  # noqa: PLW2901 - the next one
        found.append(port)
    return found


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) == 0 or _cannot_bind(port)


def _cannot_bind(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
