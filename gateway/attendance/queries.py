"""What can be asked of attendance: presence, days, sessions, rolls, and what needs someone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max, Q

from gateway.attendance.models import (
    AbsenceHold,
    Difference,
    Mark,
    MarkRevision,
    PersonDay,
    Session,
    Track,
)
from gateway.attendance.rules import Sighting, fold, presence_until
from gateway.attendance.values import Base, HoldKind
from gateway.people.models import Person
from gateway.timetable.models import Enrolment, Site
from gateway.timetable.queries import Enrolled, roll
from kiosk.protocol.clocks import TimeQuality
from kiosk.protocol.days import day_bounds, school_day
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
    """Where one person is on a day; `year_group` is empty for who is not enrolled."""

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


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session with what its roll comes to; `present` includes `late`."""

    id: int
    title: str
    kind: str
    division: str
    starts_at: datetime
    registers_at: datetime
    finishes_at: datetime
    state: str
    expected: int
    present: int
    late: int
    absent: int
    pending: int


@dataclass(frozen=True, slots=True)
class RollLine:
    """One person on a roll; `base` is pending while nobody said anything."""

    person_id: int
    name: str
    year_group: str
    base: Base
    late_minutes: int | None
    reason: str
    why: str
    author: str


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
    reason: str
    why: str
    author: str
    made_at: datetime
    revisions: tuple["RevisionLine", ...]


@dataclass(frozen=True, slots=True)
class RevisionLine:
    """One word about a mark."""

    base: Base
    late_minutes: int | None
    reason: str
    why: str
    author: str
    author_name: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class PersonDayView:
    """Everything known of one person on one day."""

    person_id: int
    name: str
    day: date
    sites: tuple[SiteDay, ...]
    marks: tuple[MarkLine, ...]


@dataclass(frozen=True, slots=True)
class OpenHold:
    """Why automatic absence of a session waits for a person."""

    id: int
    session_id: int
    title: str
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
class UnknownCredential:
    """Something shown at a kiosk that nobody holds."""

    method: str
    value: str
    times: int
    last_at: datetime
    kiosk_id: str


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
    persons = _persons_of(site_id, day)
    days = {d.person_id: d for d in PersonDay.objects.filter(site_id=site_id, day=day)}
    marks = _main_marks(site_id, day)
    unexpected = days.keys() - persons.keys()
    for person in Person.objects.filter(pk__in=unexpected):
        persons[person.pk] = (person, "")
    states = (
        _state(person, group, days.get(person_id), marks.get(person_id))
        for person_id, (person, group) in persons.items()
    )
    return tuple(sorted(states, key=lambda s: (s.name, s.person_id)))


def sessions_of(site_id: int, day: date) -> tuple[SessionSummary, ...]:
    """The sessions of a date at a site with their totals, in the order they begin."""
    counts = {
        "present": Count("marks", filter=Q(marks__base=Base.PRESENT.value)),
        "late": Count("marks", filter=Q(marks__late_minutes__isnull=False)),
        "absent": Count("marks", filter=Q(marks__base=Base.ABSENT.value)),
        "pending": Count("marks", filter=Q(marks__base=Base.PENDING.value)),
        "marked": Count("marks"),
    }
    rows = Session.objects.filter(site_id=site_id, day=day).select_related("division")
    expected = _expected_by_division(site_id, day)
    return tuple(
        _summary(row, expected.get(row.division_id, 0))
        for row in rows.annotate(**counts).order_by("starts_at", "title")
    )


def roll_of(session_id: int) -> tuple[RollLine, ...]:
    """The roll of a session with the current marks; empty when there is no such session."""
    session = Session.objects.filter(pk=session_id).first()
    if session is None:
        return ()
    marks = {mark.person_id: mark for mark in session.marks.all()}
    members = roll(session.division_id, session.day)
    return tuple(_roll_line(member, marks.get(member.person_id)) for member in members)


def presence_at(person_id: int, site_id: int, instant: datetime) -> Presence:
    """Where the person was at the site at any past instant (TRK-03)."""
    site = Site.objects.get(pk=site_id)
    day = school_day(instant, zone=site.tz, day_starts=site.day_starts)
    rows = Track.objects.filter(person_id=person_id, day=day, site_id=site_id, counts=True)
    window = timedelta(seconds=site.repeat_window_s)
    return presence_until(map(_sighting, rows), instant, window=window)


def presences_at(site_id: int, instant: datetime) -> dict[int, Presence]:
    """Where everybody was at the site at an instant; who has no track until then is left out."""
    site = Site.objects.get(pk=site_id)
    day = school_day(instant, zone=site.tz, day_starts=site.day_starts)
    window = timedelta(seconds=site.repeat_window_s)
    seen: dict[int, list[Sighting]] = defaultdict(list)
    for track in Track.objects.filter(site_id=site_id, day=day, counts=True, at__lte=instant):
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
    return PersonDayView(
        person_id=person_id,
        name=str(person),
        day=day,
        sites=tuple(_site_day(site, rows) for site, rows in by_site.items()),
        marks=_mark_lines(person_id, day),
    )


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


def unknown_credentials(site_id: int, day: date) -> tuple[UnknownCredential, ...]:
    """What was shown at the site's kiosks on `day` and nobody holds, the latest first."""
    rows = Track.objects.filter(person=None, site_id=site_id, day=day)
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


def changed_since(site_id: int, instant: datetime) -> tuple[Track, ...]:
    """The site's counted tracks of which something was learnt at or after `instant`, in order."""
    rows = Track.objects.filter(site_id=site_id, changed_at__gte=instant, counts=True)
    return tuple(rows.order_by("changed_at", "id"))


def tracks_of_day(site_id: int, day: date) -> tuple[Track, ...]:
    """The site's counted tracks of one school date."""
    site = Site.objects.get(pk=site_id)
    first, _ = day_bounds(day, zone=site.tz, day_starts=site.day_starts)
    rows = Track.objects.filter(site_id=site_id, day=day, counts=True, changed_at__gte=first)
    return tuple(rows.order_by("at"))


def _persons_of(site_id: int, day: date) -> dict[int, tuple[Person, str]]:
    rows = Enrolment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=day),
        starts_on__lte=day,
        person__active=True,
        person__kind=PersonKind.STUDENT.value,
        year_group__division__site_id=site_id,
    ).select_related("person", "year_group")
    return {row.person_id: (row.person, row.year_group.name) for row in rows}


def _main_marks(site_id: int, day: date) -> dict[int, Mark]:
    """The marks of the day's first period, which say who is late or absent today."""
    rows = Mark.objects.filter(session__site_id=site_id, session__day=day)
    marks: dict[int, Mark] = {}
    for mark in rows.order_by("-session__starts_at"):
        marks[mark.person_id] = mark
    return marks


def _state(person: Person, group: str, day: PersonDay | None, mark: Mark | None) -> PersonState:
    return PersonState(
        person_id=person.pk,
        name=str(person),
        kind=PersonKind(person.kind),
        year_group=group,
        presence=Presence(day.presence) if day else Presence.NOT_SIGNED,
        first_in_at=day.first_in_at if day else None,
        last_at=day.last_at if day else None,
        late_minutes=mark.late_minutes if mark else None,
        absent=mark is not None and mark.base == Base.ABSENT.value,
        approximate=day is not None and day.approximate,
    )


def _expected_by_division(site_id: int, day: date) -> dict[int, int]:
    rows = Enrolment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=day),
        starts_on__lte=day,
        person__active=True,
        person__kind=PersonKind.STUDENT.value,
        year_group__division__site_id=site_id,
    )
    counted = rows.values("year_group__division_id").annotate(n=Count("id"))
    return {row["year_group__division_id"]: row["n"] for row in counted}


def _summary(row: Session, expected: int) -> SessionSummary:
    counts = {name: getattr(row, name) for name in ("present", "late", "absent")}
    unmarked = max(0, expected - getattr(row, "marked"))  # noqa: B009 - an annotation
    return SessionSummary(
        id=row.pk,
        title=row.title,
        kind=row.kind,
        division=row.division.name,
        starts_at=row.starts_at,
        registers_at=row.registers_at,
        finishes_at=row.finishes_at,
        state=row.state,
        expected=expected,
        pending=unmarked + getattr(row, "pending"),  # noqa: B009 - an annotation
        **counts,
    )


def _roll_line(member: Enrolled, mark: Mark | None) -> RollLine:
    return RollLine(
        person_id=member.person_id,
        name=member.name,
        year_group=member.year_group,
        base=Base(mark.base) if mark else Base.PENDING,
        late_minutes=mark.late_minutes if mark else None,
        reason=mark.reason if mark else "",
        why=mark.why if mark else "",
        author=mark.author if mark else "",
    )


def _sighting(track: Track) -> Sighting:
    return Sighting(track.id, track.at, Shown(track.shown), TimeQuality(track.quality))


def _site_day(site: Site, rows: Sequence[Track]) -> SiteDay:
    counted = [_sighting(row) for row in rows if row.counts]
    day = fold(counted, repeat_window=timedelta(seconds=site.repeat_window_s))
    truth = {move.track.id: move.direction.value for move in day.moves}
    return SiteDay(site.name, day.presence, tuple(_track_line(row, truth) for row in rows))


def _track_line(row: Track, truth: dict[UUID, str]) -> TrackLine:
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
    )


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
            late_minutes=mark.late_minutes,
            reason=mark.reason,
            why=mark.why,
            author=mark.author,
            made_at=mark.made_at,
            revisions=tuple(_revision_lines(said[mark.session_id])),
        )
        for mark in marks.order_by("session__starts_at")
    )


def _revision_lines(rows: Iterable[MarkRevision]) -> Iterable[RevisionLine]:
    for row in rows:
        yield RevisionLine(
            base=Base(row.base),
            late_minutes=row.late_minutes,
            reason=row.reason,
            why=row.why,
            author=row.author,
            author_name=row.author_name,
            made_at=row.made_at,
        )
