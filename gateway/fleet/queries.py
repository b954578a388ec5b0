"""How the kiosks are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q

from gateway.fleet.models import BootAnchor, Hole, Install, Kiosk
from gateway.fleet.rules import Gap, heard_until, is_silent
from kiosk.protocol.clocks import Anchor


@dataclass(frozen=True, slots=True)
class KioskLine:
    """One kiosk as staff see it; `holes` are numbers that have not come.

    `devices_away` has, for each device that does not answer, why.
    """

    id: str
    name: str
    site: str
    online: bool
    in_service: bool
    out_of_service_because: str
    last_heard_at: datetime | None
    heard_until: datetime | None
    silent: bool
    queue: int
    clock_trusted: bool
    software: str
    disk_free_mb: int
    roster_version: int
    holes: tuple[tuple[int, int], ...]
    lost: tuple[tuple[int, int], ...]
    devices_away: dict[str, str]
    remarks: int
    photos: int


def kiosk_lines(site_id: int | None = None, *, now: datetime) -> tuple[KioskLine, ...]:
    """Every kiosk of the site, or of all sites, in the order of their names."""
    kiosks = Kiosk.objects.select_related("site").order_by("name")
    if site_id is not None:
        kiosks = kiosks.filter(site_id=site_id)
    rows = list(kiosks)
    upto = _upto(rows)
    holes = _holes(rows)
    return tuple(_line(row, upto.get(row.pk, 0), holes.get(row.pk, []), now) for row in rows)


def heard(site_id: int) -> dict[str, datetime | None]:
    """For each kiosk in service at the site, the instant up to which nothing can be missing.

    None for one that has not vouched for anything. Tablets are left out: a tap there is
    committed here or it is none, so that a tablet holds nothing back.
    """
    rows = list(Kiosk.objects.filter(site_id=site_id, in_service=True, tablet=None))
    upto = _upto(rows)
    return {row.pk: _heard_until(row, upto.get(row.pk, 0)) for row in rows}


def losses(site_id: int, *, since: datetime) -> dict[str, int]:
    """How many tracks each kiosk in service lost, as was noticed from `since` on.

    What is missing of an earlier life of its journal counts, though it may still be salvaged.
    """
    gone = Q(lost=True) | ~Q(install__install=F("install__kiosk__install"))
    holes = Hole.objects.filter(gone, noticed_at__gte=since, closed_at=None)
    here = holes.filter(install__kiosk__site_id=site_id, install__kiosk__in_service=True)
    lost: dict[str, int] = {}
    for kiosk_id, first, last in here.values_list("install__kiosk_id", "first", "last"):
        lost[kiosk_id] = lost.get(kiosk_id, 0) + last - first + 1
    return lost


@dataclass(frozen=True, slots=True)
class Missing:
    """What of an install has not come: `lost` never will, `last` is the newest such number."""

    lost: tuple[Gap, ...]
    last: int


def missing(install: Install) -> Missing:
    """The holes of the install that are not closed."""
    holes = tuple(install.holes.filter(closed_at=None))
    lost = tuple(Gap(hole.first, hole.last) for hole in holes if hole.lost)
    return Missing(lost, max((hole.last for hole in holes), default=0))


@dataclass(frozen=True, slots=True)
class BrokerAccount:
    """A kiosk at the broker: its name, its site's topics, its password's digest."""

    kiosk: str
    site: str
    digest: str


def broker_accounts() -> tuple[BrokerAccount, ...]:
    """The kiosks that have a password at the broker, in the order of their names."""
    rows = Kiosk.objects.exclude(broker_digest="").order_by("pk")
    return tuple(
        BrokerAccount(*row) for row in rows.values_list("pk", "site__slug", "broker_digest")
    )


def anchors(pairs: Iterable[tuple[str, UUID]]) -> dict[tuple[str, UUID], Anchor]:
    """The anchors there are for the given (kiosk, boot) pairs."""
    wanted = set(pairs)
    found = BootAnchor.objects.filter(boot_id__in={boot for _, boot in wanted})
    return {(a.kiosk_id, a.boot_id): _anchor(a) for a in found if (a.kiosk_id, a.boot_id) in wanted}


def _anchor(row: BootAnchor) -> Anchor:
    return Anchor(row.boot_id, row.utc, timedelta(milliseconds=row.uptime_ms))


def _upto(rows: list[Kiosk]) -> dict[str, int]:
    lives = {row.pk: row.install for row in rows}
    found = Install.objects.filter(kiosk__in=lives).values_list("kiosk_id", "install", "upto")
    return {kiosk: upto for kiosk, install, upto in found if lives[kiosk] == install}


def _holes(rows: list[Kiosk]) -> dict[str, list[Hole]]:
    found = Hole.objects.filter(install__kiosk__in=rows, closed_at=None).select_related("install")
    by_kiosk: dict[str, list[Hole]] = {}
    for hole in found.order_by("first"):
        by_kiosk.setdefault(hole.install.kiosk_id, []).append(hole)
    return by_kiosk


def _heard_until(row: Kiosk, upto: int) -> datetime | None:
    return heard_until(
        sent_at=row.heartbeat_at,
        last_seq=row.heartbeat_last_seq,
        upto=upto,
        clock_trusted=row.clock_trusted,
        salvaged=row.salvaged,
    )


def _is_lost(hole: Hole, row: Kiosk) -> bool:
    return hole.lost or hole.install.install != row.install


def _line(row: Kiosk, upto: int, holes: list[Hole], now: datetime) -> KioskLine:
    return KioskLine(
        id=row.pk,
        name=row.name,
        site=row.site.slug,
        online=row.online,
        in_service=row.in_service,
        out_of_service_because=row.out_of_service_because,
        last_heard_at=row.last_heard_at,
        heard_until=_heard_until(row, upto),
        silent=is_silent(row.last_heard_at, now=now),
        queue=row.queue,
        clock_trusted=row.clock_trusted,
        software=row.software,
        disk_free_mb=row.disk_free_mb,
        roster_version=row.roster_version,
        holes=tuple((hole.first, hole.last) for hole in holes if not _is_lost(hole, row)),
        lost=tuple((hole.first, hole.last) for hole in holes if _is_lost(hole, row)),
        devices_away=row.devices_away,
        remarks=row.remarks,
        photos=row.photos,
    )
