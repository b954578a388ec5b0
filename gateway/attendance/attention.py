"""What needs someone: holds, kiosks that disagreed, wrong clocks, cards that nobody holds."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Max

from gateway.attendance.models import AbsenceHold, Difference, PersonDay, Track
from gateway.attendance.queries import of_site, photographed
from gateway.attendance.values import HoldKind
from kiosk.protocol.clocks import TimeQuality

MOST_STILLS = 20
"""Of one unknown credential, as they are looked through."""


@dataclass(frozen=True, slots=True)
class OpenHold:
    """Why automatic absence of a session waits; once its `day` is over, why it never ran."""

    id: int
    session_id: int
    title: str
    day: date
    kind: HoldKind
    subject: str
    why: str
    noticed_at: datetime


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """A kiosk showed `shown`, but over all kiosks the track is `truth` (in, out or repeat)."""

    track_id: UUID
    person_id: int
    name: str
    kiosk: str
    at: datetime
    shown: str
    truth: str


@dataclass(frozen=True, slots=True)
class DoubtfulTimes:
    """How many taps of a kiosk have only an approximate time; nobody is marked from those."""

    kiosk: str
    times: int


@dataclass(frozen=True, slots=True)
class StillOf:
    """A track of which there is a still."""

    track_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class UnknownCredential:
    """Something shown at a kiosk that nobody holds."""

    method: str
    value: str
    times: int
    last_at: datetime
    kiosk_id: str


def open_holds(site_id: int) -> tuple[OpenHold, ...]:
    """What automatic absence waits for, the newest session first."""
    rows = AbsenceHold.objects.filter(
        session__site_id=site_id, released_at=None, cleared_at=None
    ).select_related("session")
    return tuple(
        OpenHold(
            id=row.pk,
            session_id=row.session_id,
            title=row.session.title,
            day=row.session.day,
            kind=HoldKind(row.kind),
            subject=row.subject,
            why=row.why,
            noticed_at=row.noticed_at,
        )
        for row in rows.order_by("-session__day", "session_id", "pk")
    )


def differences_of(site_id: int, day: date) -> tuple[DifferenceLine, ...]:
    """Where a kiosk showed another direction than the fold over all kiosks gives (BEY-04)."""
    rows = Difference.objects.filter(site_id=site_id, day=day, seen_at=None)
    rows = rows.select_related("track", "track__person", "track__kiosk")
    return tuple(
        DifferenceLine(
            track_id=row.track_id,
            person_id=row.track.person.pk,
            name=str(row.track.person),
            kiosk=row.track.kiosk.name,
            at=row.track.at,
            shown=row.shown,
            truth=row.truth,
        )
        for row in rows.order_by("track__at")
        if row.track.person is not None
    )


def doubtful_times(site_id: int, day: date) -> tuple[DoubtfulTimes, ...]:
    """The kiosks whose clock was wrong on `day`, or ahead of ours, and nothing repaired it."""
    people = PersonDay.objects.filter(site_id=site_id, day=day, approximate=True)
    rows = Track.objects.filter(
        person__in=people.values("person"),
        day=day,
        counts=True,
        quality=TimeQuality.APPROXIMATE.value,
    )
    counted = (
        of_site(rows, site_id)
        .values("kiosk__name")
        .annotate(times=Count("id"))
        .order_by("kiosk__name")
    )
    return tuple(DoubtfulTimes(row["kiosk__name"], row["times"]) for row in counted)


def unknown_credentials(site_id: int, day: date) -> tuple[UnknownCredential, ...]:
    """What was shown at the site's kiosks on `day` and nobody holds, the latest first."""
    rows = of_site(Track.objects.filter(person=None, day=day), site_id)
    found = rows.values("method", "credential").annotate(
        times=Count("id"), last_at=Max("at"), kiosk=Max("kiosk_id")
    )
    return tuple(
        UnknownCredential(
            method=row["method"],
            value=row["credential"],
            times=row["times"],
            last_at=row["last_at"],
            kiosk_id=row["kiosk"],
        )
        for row in found.order_by("-last_at")
    )


def stills_of(unknown: UnknownCredential, *, site_id: int, day: date) -> tuple[StillOf, ...]:
    """Who held up a credential that nobody holds, the latest first."""
    rows = Track.objects.filter(
        person=None, day=day, method=unknown.method, credential=unknown.value
    )
    tracks = list(of_site(rows, site_id).order_by("-at")[:MOST_STILLS])
    photos = photographed(tracks)
    return tuple(StillOf(track.pk, track.at) for track in tracks if track.pk in photos)
