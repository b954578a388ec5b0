"""Tracks, presence, days, sessions and marks."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
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
    Note,
    OnDay,
    SlugText,
    day_of,
    site_of,
)
from gateway.attendance import attention, marking, queries, rolls, services
from gateway.attendance.models import Session, Track
from gateway.attendance.values import Base, Mark
from gateway.people.logins import roles_of
from gateway.timetable.models import Division, PeriodKind
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


class SessionIn(Schema):
    """A registration session, laid by hand; said again it is moved."""

    division_id: Id
    date: Day
    kind: PeriodKind = PeriodKind.AM
    title: Note = ""
    starts_at: Instant
    registers_at: Instant
    finishes_at: Instant


class Lay(AtSite):
    """A site's sessions of a date, from its weekly registration periods."""

    date: Day


class MarkIn(Schema):
    """What a person says happened; it outranks every rule."""

    base: Literal[Base.PRESENT, Base.ABSENT, Base.EXCUSED, Base.MEDICAL_LEAVE, Base.ON_HOLD]
    late_minutes: int | None = Field(None, ge=1, le=1440)
    left_early_minutes: int | None = Field(None, ge=1, le=1440)
    partial: bool = False
    reason: Note = ""


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


@router.get("/sessions", response=list[rolls.SessionSummary])
@paginate(Paged)
def list_sessions(request: HttpRequest, asked: Query[OnDay]) -> tuple[rolls.SessionSummary, ...]:
    """The sessions of a day at a site, with what their rolls come to."""
    site = site_of(asked.site)
    return rolls.sessions_of(site.pk, day_of(site, asked.date, now()))


@router.post("/sessions", response={201: rolls.SessionSummary})
def add_session(request: HttpRequest, session: SessionIn) -> Status[rolls.SessionSummary]:
    """Lay a registration session, or move the one of this division, date and kind."""
    if not Division.objects.filter(pk=session.division_id).exists():
        raise NotThere(f"there is no division {session.division_id}")
    laid = services.lay_session(
        division_id=session.division_id,
        day=session.date,
        kind=session.kind,
        starts_at=session.starts_at,
        registers_at=session.registers_at,
        finishes_at=session.finishes_at,
        title=session.title[:120],
        now=now(),
    )
    return Status(201, _summary(laid))


@router.post("/sessions/lay", response=list[rolls.SessionSummary])
def lay_sessions(request: HttpRequest, lay: Lay) -> list[rolls.SessionSummary]:
    """Make a date's sessions from the weekly registration periods, as happens every night."""
    site = site_of(lay.site)
    services.lay_sessions(site_id=site.pk, day=lay.date, now=now())
    return list(rolls.sessions_of(site.pk, lay.date))


@router.get("/sessions/{session_id}", response=rolls.SessionSummary)
def get_session(request: HttpRequest, session_id: Id) -> rolls.SessionSummary:
    """One session."""
    return _summary(_session(session_id))


@router.get("/sessions/{session_id}/marks", response=list[rolls.RollLine])
@paginate(Paged)
def list_marks(request: HttpRequest, session_id: Id) -> tuple[rolls.RollLine, ...]:
    """The roll of a session with the current marks; pending where nobody said anything."""
    _session(session_id)
    return rolls.roll_of(session_id)


@router.get("/sessions/{session_id}/marks/{person_id}", response=queries.MarkLine)
def get_mark(request: HttpRequest, session_id: Id, person_id: Id) -> queries.MarkLine:
    """One person's mark, with every word that was said about it."""
    return _mark(_session(session_id), person_id)


@router.put("/sessions/{session_id}/marks/{person_id}", response=queries.MarkLine)
def put_mark(request: HttpRequest, session_id: Id, person_id: Id, mark: MarkIn) -> queries.MarkLine:
    """Mark a person by hand; the word stands over every rule."""
    session = _session(session_id)
    who = caller(request)
    marking.mark(
        session_id=session_id,
        wanted=[marking.Wanted(person_id, Mark(**mark.model_dump()))],
        by=marking.Actor(who.name, roles_of(who.user_id)),
        now=now(),
    )
    return _mark(session, person_id)


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


def _session(session_id: int) -> Session:
    session = Session.objects.filter(pk=session_id).first()
    if session is None:
        raise NotThere(f"there is no session {session_id}")
    return session


def _summary(session: Session) -> rolls.SessionSummary:
    of_the_day = rolls.sessions_of(session.site_id, session.day)
    return next(summary for summary in of_the_day if summary.id == session.pk)


def _mark(session: Session, person_id: int) -> queries.MarkLine:
    day = queries.day_of(person_id, session.day)
    marks = day.marks if day is not None else ()
    found = next((mark for mark in marks if mark.session_id == session.pk), None)
    if found is None:
        raise NotThere(f"nobody said anything of person {person_id} in session {session.pk}")
    return found
