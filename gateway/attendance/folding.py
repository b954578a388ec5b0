"""Days are folded anew from all their tracks, whatever order these came in."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from gateway import bulk
from gateway.attendance.models import Difference, PersonDay, Track
from gateway.attendance.recording import Kept
from gateway.attendance.rules import Day, Sighting, fold
from gateway.timetable.models import Site
from kiosk.protocol.clocks import TimeQuality
from kiosk.protocol.messages import Shown

_DAY_COLUMNS = (
    "site", "day", "person", "presence", "movements", "first_in_at", "last_at", "approximate",
)  # fmt: skip
_DAY_IS_REPLACED = """(site_id, day, person_id) DO UPDATE SET
    presence = excluded.presence, movements = excluded.movements,
    first_in_at = excluded.first_in_at, last_at = excluded.last_at,
    approximate = excluded.approximate"""

_SHOWN = {shown.value: shown for shown in Shown}
_QUALITY = {quality.value: quality for quality in TimeQuality}


def touched(tracks: Iterable[Kept]) -> dict[tuple[int, date], set[int]]:
    """The persons whose day changes, by site and day."""
    days: dict[tuple[int, date], set[int]] = defaultdict(set)
    for track in tracks:
        if track.counts and track.person_id is not None:
            days[track.site_id, track.day].add(track.person_id)
    return days


def refold(site: Site, day: date, person_ids: Collection[int]) -> dict[int, Day]:
    """Fold the day of each person at the site, replace what was stored, answer the days."""
    sightings = sightings_of(site.pk, day, person_ids)
    window = timedelta(seconds=site.repeat_window_s)
    days = {p: fold(sightings.get(p, ()), repeat_window=window) for p in person_ids}
    rows = [
        (
            site.pk,
            day,
            person_id,
            d.presence.value,
            len(d.moves),
            d.first_in_at,
            d.last_at,
            d.approximate,
        )
        for person_id, d in days.items()
    ]
    bulk.insert(PersonDay, _DAY_COLUMNS, rows, on_conflict=_DAY_IS_REPLACED)
    _replace_differences(site.pk, day, sightings, days)
    return days


def sightings_of(
    site_id: int, day: date, person_ids: Collection[int]
) -> dict[int, tuple[Sighting, ...]]:
    """The tracks that count, by person.

    The store is asked by person and day alone and the site is picked out here: asked for
    all three, SQLite reads the site's whole history.
    """
    found = (
        Track.objects.filter(person_id__in=person_ids, day=day, counts=True)
        .order_by("person_id")
        .values_list("person_id", "site_id", "id", "at", "shown", "quality")
    )
    seen: dict[int, list[Sighting]] = defaultdict(list)
    for person_id, where, track_id, at, shown, quality in found:
        if where == site_id and person_id is not None:
            seen[person_id].append(Sighting(track_id, at, _SHOWN[shown], _QUALITY[quality]))
    return {person_id: tuple(sightings) for person_id, sightings in seen.items()}


def _replace_differences(
    site_id: int,
    day: date,
    sightings: Mapping[int, tuple[Sighting, ...]],
    days: Mapping[int, Day],
) -> None:
    truths = {
        track_id: (person_id, truth)
        for person_id, folded in days.items()
        for track_id, truth in folded.differences.items()
    }
    standing = set(
        Difference.objects.filter(site_id=site_id, day=day, person_id__in=days).values_list(
            "track_id", flat=True
        )
    )
    if gone := standing - truths.keys():
        Difference.objects.filter(pk__in=gone).delete()
    shown = {s.id: s.shown.value for person in sightings.values() for s in person}
    bulk.insert(
        Difference,
        ("track", "person", "site", "day", "shown", "truth", "seen_by"),
        [(t, p, site_id, day, shown[t], truth, "") for t, (p, truth) in truths.items()],
        on_conflict="(track_id) DO UPDATE SET truth = excluded.truth, day = excluded.day",
    )
