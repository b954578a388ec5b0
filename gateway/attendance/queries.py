"""Presence and days: of everybody at a site, and of one person."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F, QuerySet

from gateway.attendance.models import (
    Mark,
    MarkRevision,
    PersonDay,
    Photo,
    Track,
)
from gateway.attendance.reasons import reasons_of, reasons_of_day
from gateway.attendance.rules import Sighting, fold, presence_until
from gateway.attendance.values import Base
from gateway.people.models import Person
from gateway.timetable.models import Site
from gateway.timetable.queries import site_roll
from kiosk.protocol.clocks import TimeQuality
from kiosk.protocol.days import school_day
from kiosk.protocol.messages import PersonKind, Shown
from kiosk.protocol.movements import Presence


@dataclass(frozen=True, slots=True)
class Totals:
    """A day at a site in numbers; `expected` are the students enrolled on it."""

    expected: int
    signed_in: int
    signed_out: int
    not_signed: int
    late: int
    absent: int


@dataclass(frozen=True, slots=True)
class PersonState:
    """Where one person is on a day; `year_group` is empty for who is not enrolled.

    `late_reason` is what a late person said at the kiosk, empty for who said nothing.
    """

    person_id: int
    name: str
    kind: PersonKind
    year_group: str
    presence: Presence
    first_in_at: datetime | None
    last_at: datetime | None
    late_minutes: int | None
    absent: bool
    approximate: bool
    late_reason: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    person_id: int
    name: str
    kind: PersonKind
    year_group: str


@dataclass(frozen=True, slots=True)
class _Seen:
    presence: Presence = Presence.NOT_SIGNED
    first_in_at: datetime | None = None
    last_at: datetime | None = None
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class _Marked:
    late_minutes: int | None = None
    absent: bool = False


@dataclass(frozen=True, slots=True)
class _Beside:
    """What came beside tracks: which have a still, and what late people said."""

    photos: Collection[UUID]
    reasons: Mapping[UUID, str]


_UNSEEN, _UNMARKED = _Seen(), _Marked()


@dataclass(frozen=True, slots=True)
class TrackLine:
    """One track of a day; `counted_as` is in, out, repeat, or empty when it does not count."""

    id: UUID
    at: datetime
    kiosk_id: str
    kiosk: str
    method: str
    shown: Shown
    counted_as: str
    quality: TimeQuality
    resolved_late: bool
    has_photo: bool
    late_reason: str = ""


@dataclass(frozen=True, slots=True)
class SiteDay:
    """A person's day at one site."""

    site: str
    presence: Presence
    tracks: tuple[TrackLine, ...]


@dataclass(frozen=True, slots=True)
class MarkLine:
    """The current mark of a person on one session, and every word that was said."""

    session_id: int
    title: str
    base: Base
    late_minutes: int | None
    left_early_minutes: int | None
    partial: bool
    arrived_at: datetime | None
    note: str
    reason: str
    why: str
    author: str
    made_at: datetime
    revisions: tuple["RevisionLine", ...]


@dataclass(frozen=True, slots=True)
class RevisionLine:
    """One word about a mark; `before` is the mark that stood until then, `settling.spelled`.

    A `note` of None left the note as it was. `source` says how the word came about.
    """

    base: Base
    late_minutes: int | None
    left_early_minutes: int | None
    partial: bool
    arrived_at: datetime | None
    note: str | None
    reason: str
    why: str
    author: str
    author_name: str
    source: str
    before: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class PersonDayView:
    """Everything known of one person on one day."""

    person_id: int
    name: str
    day: date
    sites: tuple[SiteDay, ...]
    marks: tuple[MarkLine, ...]


def day_totals(site_id: int, day: date) -> Totals:
    """The numbers over the students enrolled at the site on `day`."""
    return totals_of(person_states(site_id, day))


def totals_of(people: Iterable[PersonState]) -> Totals:
    """The numbers over those of these people who are enrolled."""
    states = [s for s in people if s.year_group]
    by_presence = {p: sum(s.presence is p for s in states) for p in Presence}
    return Totals(
        expected=len(states),
        signed_in=by_presence[Presence.SIGNED_IN],
        signed_out=by_presence[Presence.SIGNED_OUT],
        not_signed=by_presence[Presence.NOT_SIGNED],
        late=sum(s.late_minutes is not None for s in states),
        absent=sum(s.absent for s in states),
    )


def person_states(site_id: int, day: date) -> tuple[PersonState, ...]:
    """Everybody expected at the site on `day` and everybody seen there, by name."""
    days, marks = _days(site_id, day), _main_marks(site_id, day)
    reasons = reasons_of_day(site_id, day)
    expected = site_roll(site_id, day)
    known = [_Known(e.person_id, e.name, PersonKind.STUDENT, e.year_group) for e in expected]
    known += _others(days.keys() - {e.person_id for e in expected})
    states = (
        _state(who, days.get(who.person_id, _UNSEEN), marks.get(who.person_id, _UNMARKED))
        for who in known
    )
    told = (replace(each, late_reason=reasons.get(each.person_id, "")) for each in states)
    return tuple(sorted(told, key=lambda s: (s.name, s.person_id)))


def of_site(tracks: QuerySet[Track], site_id: int) -> QuerySet[Track]:
    """Those of the site, picked out of what the other conditions find.

    Asked for the site plainly, SQLite reads the site's whole history by the site's index.
    """
    return tracks.alias(place=F("site_id") + 0).filter(place=site_id)


def presence_at(person_id: int, site_id: int, instant: datetime) -> Presence:
    """Where the person was at the site at any past instant (TRK-03)."""
    site = Site.objects.get(pk=site_id)
    day = school_day(instant, zone=site.tz, day_starts=site.day_starts)
    rows = of_site(Track.objects.filter(person_id=person_id, day=day, counts=True), site_id)
    window = timedelta(seconds=site.repeat_window_s)
    return presence_until(map(_sighting, rows), instant, window=window)


def presences_at(site_id: int, instant: datetime) -> dict[int, Presence]:
    """Where everybody was at the site at an instant; who has no track until then is left out."""
    site = Site.objects.get(pk=site_id)
    day = school_day(instant, zone=site.tz, day_starts=site.day_starts)
    window = timedelta(seconds=site.repeat_window_s)
    seen: dict[int, list[Sighting]] = defaultdict(list)
    people = PersonDay.objects.filter(site_id=site_id, day=day).values("person")
    rows = Track.objects.filter(person__in=people, day=day, counts=True, at__lte=instant)
    for track in of_site(rows, site_id):
        if track.person_id is not None:
            seen[track.person_id].append(_sighting(track))
    return {p: presence_until(tracks, instant, window=window) for p, tracks in seen.items()}


def day_of(person_id: int, day: date) -> PersonDayView | None:
    """Everything known of one person on one day; None when there is no such person."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        return None
    tracks = Track.objects.filter(person_id=person_id, day=day).select_related("kiosk", "site")
    by_site: dict[Site, list[Track]] = defaultdict(list)
    for track in tracks.order_by("at", "id"):
        by_site[track.site].append(track)
    made = [track for rows in by_site.values() for track in rows]
    beside = _Beside(photographed(made), reasons_of({track.pk for track in made}))
    return PersonDayView(
        person_id=person_id,
        name=str(person),
        day=day,
        sites=tuple(_site_day(site, rows, beside) for site, rows in by_site.items()),
        marks=_mark_lines(person_id, day),
    )


def photographed(tracks: Iterable[Track]) -> frozenset[UUID]:
    """Those of the tracks of which their own kiosk sent a still."""
    kiosks = {track.pk: track.kiosk_id for track in tracks}
    found = Photo.objects.filter(pk__in=kiosks).values_list("pk", "kiosk_id")
    return frozenset(track for track, kiosk in found if kiosks[track] == kiosk)


def _days(site_id: int, day: date) -> dict[int, _Seen]:
    rows = PersonDay.objects.filter(site_id=site_id, day=day)
    columns = ("person_id", "presence", "first_in_at", "last_at", "approximate")
    return {
        person: _Seen(Presence(presence), first, last, approximate)
        for person, presence, first, last, approximate in rows.values_list(*columns)
    }


def _main_marks(site_id: int, day: date) -> dict[int, _Marked]:
    """Who is late or absent today: by the first registration, or else by the first class."""
    rows = Mark.objects.filter(session__site_id=site_id, session__day=day)
    columns = ("person_id", "base", "late_minutes")
    by_class = rows.filter(session__division=None).order_by("-session__starts_at")
    registered = rows.exclude(session__division=None).order_by("-session__starts_at")
    return {
        person: _Marked(late, base == Base.ABSENT.value)
        for marks in (by_class, registered)
        for person, base, late in marks.values_list(*columns)
    }


def _others(person_ids: Collection[int]) -> list[_Known]:
    people = Person.objects.filter(pk__in=person_ids)
    return [_Known(person.pk, str(person), PersonKind(person.kind), "") for person in people]


def _state(who: _Known, seen: _Seen, marked: _Marked) -> PersonState:
    return PersonState(
        person_id=who.person_id,
        name=who.name,
        kind=who.kind,
        year_group=who.year_group,
        presence=seen.presence,
        first_in_at=seen.first_in_at,
        last_at=seen.last_at,
        late_minutes=marked.late_minutes,
        absent=marked.absent,
        approximate=seen.approximate,
    )


def _sighting(track: Track) -> Sighting:
    return Sighting(track.id, track.at, Shown(track.shown), TimeQuality(track.quality))


def _site_day(site: Site, rows: Sequence[Track], beside: _Beside) -> SiteDay:
    counted = [_sighting(row) for row in rows if row.counts]
    day = fold(counted, repeat_window=timedelta(seconds=site.repeat_window_s))
    truth = {move.track.id: move.direction.value for move in day.moves}
    lines = (_track_line(row, truth, beside) for row in rows)
    return SiteDay(site.name, day.presence, tuple(lines))


def _track_line(row: Track, truth: dict[UUID, str], beside: _Beside) -> TrackLine:
    return TrackLine(
        id=row.id,
        at=row.at,
        kiosk_id=row.kiosk_id,
        kiosk=row.kiosk.name,
        method=row.method,
        shown=Shown(row.shown),
        counted_as=truth.get(row.id, "repeat") if row.counts else "",
        quality=TimeQuality(row.quality),
        resolved_late=row.resolved_late,
        has_photo=row.pk in beside.photos,
        late_reason=beside.reasons.get(row.pk, ""),
    )


_SAID = (
    "late_minutes", "left_early_minutes", "partial", "arrived_at", "note", "reason", "why",
    "author", "made_at",
)  # fmt: skip
"""What a mark and a word about it have in common."""


def _mark_lines(person_id: int, day: date) -> tuple[MarkLine, ...]:
    marks = Mark.objects.filter(person_id=person_id, session__day=day).select_related("session")
    said: dict[int, list[MarkRevision]] = defaultdict(list)
    for revision in MarkRevision.objects.filter(person_id=person_id, session__day=day).order_by(
        "made_at", "pk"
    ):
        said[revision.session_id].append(revision)
    return tuple(
        MarkLine(
            session_id=mark.session_id,
            title=mark.session.title,
            base=Base(mark.base),
            revisions=tuple(_revision_lines(said[mark.session_id])),
            **{name: getattr(mark, name) for name in _SAID},
        )
        for mark in marks.order_by("session__starts_at")
    )


def _revision_lines(rows: Iterable[MarkRevision]) -> Iterable[RevisionLine]:
    for row in rows:
        yield RevisionLine(
            base=Base(row.base),
            author_name=row.author_name,
            source=row.source,
            before=row.before,
            **{name: getattr(row, name) for name in _SAID},
        )
