"""Reasons for being late, as people gave them at the kiosk."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db.models import F, QuerySet

from gateway.attendance.errors import ForeignTrack
from gateway.attendance.models import ReasonGiven, Track
from gateway.fleet.models import Kiosk
from kiosk.protocol.remarks import LateReason

EARLIEST = timedelta(days=1)
"""No reason is heard longer than this before the day of its track."""


@dataclass(frozen=True, slots=True)
class Given:
    """What was said of one tap, and when that was."""

    at: datetime
    reason: LateReason


def keep_reason(*, track: UUID, kiosk: Kiosk, reason: LateReason, now: datetime) -> None:
    """Keep what the person of a track said; hearing it again changes nothing.

    The track may still be on its way. Raises ForeignTrack when another kiosk made it.
    """
    if Track.objects.filter(pk=track).exclude(kiosk=kiosk).exists():
        raise ForeignTrack(f"the track {track} was not made at {kiosk.pk}")
    told = {"kiosk": kiosk, "reason": reason.value, "heard_at": now}
    ReasonGiven.objects.get_or_create(track_id=track, defaults=told)


def reasons_of(tracks: Collection[UUID]) -> dict[UUID, LateReason]:
    """What was said about these tracks, at the kiosk that made them."""
    rows = _sure().filter(pk__in=tracks).values_list("pk", "reason")
    return {track: LateReason(reason) for track, reason in rows}


def reasons_of_day(site_id: int, day: date) -> dict[int, LateReason]:
    """What each person said on a day at a site; the last word of several."""
    since = datetime.combine(day, time(), tzinfo=UTC) - EARLIEST
    rows = _sure().filter(heard_at__gte=since, track__day=day, track__site=site_id)
    said = rows.exclude(track__person=None).order_by("track__at")
    return {person: LateReason(why) for person, why in said.values_list("track__person", "reason")}


def reasons_between(
    site_id: int, first: date, last: date, person_ids: Collection[int]
) -> dict[tuple[int, date], tuple[Given, ...]]:
    """What these persons said on each day at a site, in the order of their taps."""
    rows = _sure().filter(
        track__day__range=(first, last), track__site=site_id, track__person__in=person_ids
    )
    found: dict[tuple[int, date], tuple[Given, ...]] = defaultdict(tuple)
    for person, day, at, reason in rows.order_by("track__at").values_list(
        "track__person", "track__day", "track__at", "reason"
    ):
        found[person, day] += (Given(at, LateReason(reason)),)
    return found


def _sure() -> QuerySet[ReasonGiven]:
    return ReasonGiven.objects.filter(kiosk=F("track__kiosk"))
