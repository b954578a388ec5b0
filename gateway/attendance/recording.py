"""Tracks become rows: whose they are, when they happened, and which days they change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from gateway import bulk
from gateway.attendance.models import Track
from gateway.attendance.rules import Claim, Placed, is_doubtful, placed
from gateway.fleet.queries import anchors
from gateway.fleet.services import Life, hold_clocks
from gateway.people.models import Person
from gateway.people.queries import Holder, holders
from gateway.timetable.models import Site
from kiosk.protocol.clocks import TimeQuality
from kiosk.protocol.days import school_day
from kiosk.protocol.messages import Shown, TrackMade

_COLUMNS = (
    "id", "kiosk", "install", "seq", "site", "person", "method", "credential", "shown", "counts",
    "resolved_late", "claimed_at", "at", "day", "quality", "boot_id", "uptime_ms", "late_minutes",
    "received_at", "changed_at",
)  # fmt: skip
NOBODY = Holder(person_id=None, blocked=False)


@dataclass(frozen=True, slots=True)
class Heard:
    """A track as a kiosk of `site_id` told it."""

    kiosk_id: str
    site_id: int
    install: UUID
    track: TrackMade


@dataclass(frozen=True, slots=True)
class Kept:
    """A track that is new here; `person_id` is None while nobody holds its credential."""

    id: UUID
    kiosk_id: str
    site_id: int
    person_id: int | None
    at: datetime
    day: date
    counts: bool


@dataclass(frozen=True, slots=True)
class _Row:
    heard: Heard
    placed: Placed
    day: date
    person_id: int | None
    counts: bool
    resolved_late: bool


def keep_tracks(heard: Sequence[Heard], *, now: datetime) -> tuple[Kept, ...]:
    """Store the tracks that are new and answer them; known ones change nothing.

    Raises IntegrityError when a kiosk gave one number to two tracks.
    """
    clocks = _site_clocks({h.site_id for h in heard})
    owners = _owners(heard)
    moments = _moments(heard, now)
    rows = [_row(h, owners[h.track.id], moments[h.track.id], clocks[h.site_id]) for h in heard]
    new = bulk.insert(
        Track,
        _COLUMNS,
        [_columns(row, now) for row in rows],
        on_conflict="(id) DO NOTHING",
        returning="id",
    )
    fresh = {str(track_id).replace("-", "") for (track_id,) in new}
    return tuple(_kept(row) for row in rows if row.heard.track.id.hex in fresh)


def _row(heard: Heard, owner: tuple[int | None, bool], moment: Placed, site: Site) -> _Row:
    person_id, blocked = owner
    track = heard.track
    counts = person_id is not None and not blocked and track.shown is not Shown.BLOCKED
    return _Row(
        heard=heard,
        placed=moment,
        day=school_day(moment.at, zone=ZoneInfo(site.zone), day_starts=site.day_starts),
        person_id=person_id,
        counts=counts,
        resolved_late=counts and track.shown is Shown.UNKNOWN,
    )


def _columns(row: _Row, now: datetime) -> tuple[object, ...]:
    heard, track = row.heard, row.heard.track
    return (
        track.id, heard.kiosk_id, heard.install, track.seq, heard.site_id, row.person_id,
        track.method.value, track.credential, track.shown.value, row.counts, row.resolved_late,
        track.made_at, row.placed.at, row.day, row.placed.quality.value, track.boot_id,
        track.uptime_ms, track.late_minutes, now, now,
    )  # fmt: skip


def _kept(row: _Row) -> Kept:
    heard = row.heard
    return Kept(
        id=heard.track.id,
        kiosk_id=heard.kiosk_id,
        site_id=heard.site_id,
        person_id=row.person_id,
        at=row.placed.at,
        day=row.day,
        counts=row.counts,
    )


def _site_clocks(site_ids: set[int]) -> Mapping[int, Site]:
    return Site.objects.in_bulk(site_ids)


def _owners(heard: Sequence[Heard]) -> dict[UUID, tuple[int | None, bool]]:
    """Whose each track is, and whether the credential was blocked where the kiosk knew nobody.

    The person a kiosk let in is the person it was, whatever became of the card since; only
    where it knew nobody do we ask who holds the credential now.
    """
    keys = {(h.track.method.value, h.track.credential) for h in heard}
    held = holders(keys)
    named = {h.track.person for h in heard if h.track.person is not None}
    sure = {holder.person_id for holder in held.values()}
    known = {person: person for person in sure} | _persons(named - sure)
    owners: dict[UUID, tuple[int | None, bool]] = {}
    for h in heard:
        holder = held.get((h.track.method.value, h.track.credential), NOBODY)
        if h.track.person is not None and h.track.person in known:
            owners[h.track.id] = (known[h.track.person], False)
        else:
            owners[h.track.id] = (holder.person_id, holder.blocked)
    return owners


def _persons(named: set[int]) -> dict[int | None, int | None]:
    """Each of these that there is, as who they are: a merged one is who it was merged into."""
    if not named:
        return {}
    rows = Person.objects.filter(pk__in=named).values_list("pk", "merged_into_id")
    return {person: into or person for person, into in rows}


def _moments(heard: Sequence[Heard], now: datetime) -> dict[UUID, Placed]:
    doubtful = [h for h in heard if is_doubtful(_claim(h), received_at=now)]
    if doubtful:
        hold_clocks({h.kiosk_id for h in doubtful})
    known = anchors((h.kiosk_id, h.track.boot_id) for h in doubtful) if doubtful else {}
    sure = _last_sure_instants(doubtful)
    return {
        h.track.id: placed(
            _claim(h),
            anchor=known.get((h.kiosk_id, h.track.boot_id)),
            earliest=sure.get((h.kiosk_id, h.install)),
            received_at=now,
        )
        for h in heard
    }


def _claim(heard: Heard) -> Claim:
    track = heard.track
    return Claim(track.made_at, timedelta(milliseconds=track.uptime_ms), track.clock_trusted)


def _last_sure_instants(doubtful: Iterable[Heard]) -> dict[Life, datetime | None]:
    """When each kiosk last knew the time before it made the first of these tracks."""
    first: dict[Life, int] = {}
    for h in doubtful:
        life = (h.kiosk_id, h.install)
        first[life] = min(h.track.seq, first.get(life, h.track.seq))
    return {life: _last_sure_instant(life, before=seq) for life, seq in first.items()}


def _last_sure_instant(life: Life, *, before: int) -> datetime | None:
    kiosk_id, install = life
    rows = Track.objects.filter(kiosk_id=kiosk_id, install=install, seq__lt=before)
    sure = rows.exclude(quality=TimeQuality.APPROXIMATE.value).order_by("-seq")
    return sure.values_list("at", flat=True).first()
