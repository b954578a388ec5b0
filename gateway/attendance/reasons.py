"""Reasons for being late, as people gave them at the kiosk."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db.models import F, QuerySet

from gateway.attendance.errors import ForeignTrack
from gateway.attendance.models import ReasonGiven, Track
from gateway.fleet.models import Kiosk
from kiosk.protocol.remarks import LateReason

EARLIEST = timedelta(days=1)
"""No reason is heard longer than this before the day of its track."""


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


def _sure() -> QuerySet[ReasonGiven]:
    return ReasonGiven.objects.filter(kiosk=F("track__kiosk"))
