"""Tracks, presence and days."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import Field

from gateway.api.access import caller
from gateway.api.clock import now
from gateway.api.errors import NotThere
from gateway.api.paging import Paged
from gateway.api.parameters import (
    AtSite,
    Day,
    Id,
    Instant,
    OnDay,
    SlugText,
    day_of,
    site_of,
)
from gateway.attendance import attention, queries, services
from gateway.attendance.models import Track
from kiosk.protocol.clocks import TimeQuality
from kiosk.protocol.days import school_day
from kiosk.protocol.messages import Method, PersonKind, Shown
from kiosk.protocol.movements import Presence
from kiosk.protocol.remarks import LateReason

router = Router(tags=["attendance"])


class TrackOut(Schema):
    """One accepted scan.

    `claimed_at` is the kiosk's word, `at` the instant it is held for. It `counts` unless
    nobody holds the credential or it is blocked.
    """

    id: UUID
    kiosk_id: str
    install: UUID
    seq: int
    site_id: int
    person_id: int | None
    method: Method
    credential: str
    shown: Shown
    counts: bool
    resolved_late: bool
    claimed_at: datetime
    at: datetime
    day: date
    quality: TimeQuality
    late_minutes: int | None
    late_reason: LateReason | None
    received_at: datetime

    @staticmethod
    def resolve_late_reason(track: Track) -> str | None:
        """What its person said at the kiosk."""
        given = getattr(track, "reason_given", None)
        return given.reason if given and given.kiosk_id == track.kiosk_id else None


class TrackFilter(AtSite):
    """Which tracks; `since` and `until` go by the instant they are held for."""

    person: Id | None = None
    kiosk: SlugText | None = None
    install: UUID | None = None
    date: Day | None = None
    since: Instant | None = None
    until: Instant | None = None
    method: Method | None = None
    shown: Shown | None = None
    counts: bool | None = None
    unknown: bool | None = Field(None, description="true: those nobody is known to have made")


@dataclass(frozen=True, slots=True)
class PresenceOut:
    """Where one person is at an instant."""

    person_id: int
    name: str
    kind: PersonKind
    year_group: str
    presence: Presence


class PresenceFilter(AtSite):
    """Whose presence, and when; now where `at` is left out."""

    at: Instant | None = None
    presence: Presence | None = None
    kind: PersonKind | None = None


class Moment(AtSite):
    """An instant at a site; now where `at` is left out."""

    at: Instant | None = None


class PresenceAt(Schema):
    """Where a person is at an instant."""

    person_id: int
    site: str
    at: datetime
    presence: Presence


@router.get("/tracks", response=list[TrackOut])
@paginate(Paged)
def list_tracks(request: HttpRequest, asked: Query[TrackFilter]) -> "QuerySet[Track]":
    """Tracks, the newest first."""
    wanted = {
        "person_id": asked.person,
        "kiosk_id": asked.kiosk,
        "install": asked.install,
        "day": asked.date,
        "at__gte": asked.since,
        "at__lt": asked.until,
        "method": asked.method,
        "shown": asked.shown,
        "counts": asked.counts,
        "person__isnull": asked.unknown,
    }
    told = {name: value for name, value in wanted.items() if value is not None}
    tracks = Track.objects.filter(**told).select_related("reason_given").order_by("-id")
    return queries.of_site(tracks, site_of(asked.site).pk) if asked.site else tracks


@router.get("/tracks/{track_id}", response=TrackOut)
def get_track(request: HttpRequest, track_id: UUID) -> Track:
    """One track."""
    track = Track.objects.select_related("reason_given").filter(pk=track_id).first()
    if track is None:
        raise NotThere(f"there is no track {track_id}")
    return track


@router.get("/presence", response=list[PresenceOut])
@paginate(Paged)
def list_presence(request: HttpRequest, asked: Query[PresenceFilter]) -> list[PresenceOut]:
    """Where everybody is who is expected or was seen, now or at an instant."""
    site = site_of(asked.site)
    at = asked.at or now()
    day = school_day(at, zone=site.tz, day_starts=site.day_starts)
    present = queries.presences_at(site.pk, at)
    lines = (
        PresenceOut(
            person_id=state.person_id,
            name=state.name,
            kind=state.kind,
            year_group=state.year_group,
            presence=present.get(state.person_id, Presence.NOT_SIGNED),
        )
        for state in queries.person_states(site.pk, day)
    )
    return [
        line
        for line in lines
        if asked.presence in {None, line.presence} and asked.kind in {None, line.kind}
    ]


@router.get("/people/{person_id}/presence", response=PresenceAt)
def get_presence(request: HttpRequest, person_id: Id, asked: Query[Moment]) -> PresenceAt:
    """Where one person is, now or at an instant."""
    site, at = site_of(asked.site), asked.at or now()
    if queries.day_of(person_id, at.date()) is None:
        raise NotThere(f"there is no person {person_id}")
    presence = queries.presence_at(person_id, site.pk, at)
    return PresenceAt(person_id=person_id, site=site.slug, at=at, presence=presence)


@router.get("/people/{person_id}/day", response=queries.PersonDayView)
def get_person_day(
    request: HttpRequest, person_id: Id, asked: Query[OnDay]
) -> queries.PersonDayView:
    """Everything known of one person on one date: tracks, directions, marks and who said them."""
    day = asked.date or day_of(site_of(asked.site), None, now())
    found = queries.day_of(person_id, day)
    if found is None:
        raise NotThere(f"there is no person {person_id}")
    return found


@router.get("/day", response=queries.Totals)
def get_totals(request: HttpRequest, asked: Query[OnDay]) -> queries.Totals:
    """A day at a site in numbers, over the students enrolled on it."""
    site = site_of(asked.site)
    return queries.day_totals(site.pk, day_of(site, asked.date, now()))


@router.get("/day/people", response=list[queries.PersonState])
@paginate(Paged)
def list_states(request: HttpRequest, asked: Query[OnDay]) -> tuple[queries.PersonState, ...]:
    """Everybody expected at the site on a day and everybody seen there, by name."""
    site = site_of(asked.site)
    return queries.person_states(site.pk, day_of(site, asked.date, now()))


@router.get("/differences", response=list[attention.DifferenceLine])
@paginate(Paged)
def list_differences(
    request: HttpRequest, asked: Query[OnDay]
) -> tuple[attention.DifferenceLine, ...]:
    """Where a kiosk showed another direction than all kiosks together give."""
    site = site_of(asked.site)
    return attention.differences_of(site.pk, day_of(site, asked.date, now()))


@router.post("/differences/{track_id}/seen", response={204: None})
def see_difference(request: HttpRequest, track_id: UUID) -> Status[None]:
    """Somebody knows of it; it leaves the list."""
    if not services.see_difference(track_id=track_id, by=caller(request).name, now=now()):
        raise NotThere(f"no difference of track {track_id} waits to be seen")
    return Status(204, None)


@router.get("/unknown-credentials", response=list[attention.UnknownCredential])
@paginate(Paged)
def list_unknown(
    request: HttpRequest, asked: Query[OnDay]
) -> tuple[attention.UnknownCredential, ...]:
    """What was shown on a day and nobody holds; give it to a person and her tracks count."""
    site = site_of(asked.site)
    return attention.unknown_credentials(site.pk, day_of(site, asked.date, now()))
