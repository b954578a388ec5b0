"""Sessions with what their rolls come to: today's, and those of earlier dates."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db.models import Q, QuerySet

from gateway.attendance.counting import Counts, counts_of
from gateway.attendance.models import Session
from gateway.attendance.reaching import taught_by
from gateway.attendance.teaching import ClassTeacher, teachers_of
from gateway.attendance.values import REGISTRATION, SessionKind, SessionState

MOST = 10_000
"""Sessions one answer may hold, so that their numbers fit into a statement."""


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session with what its roll comes to; `present` includes `late`.

    `pending` are those expected of whom nothing is said; the other counts hold every mark,
    also of people who are not expected any more. `percent` came of those who could, None
    where nobody could.
    """

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
    excused: int
    on_hold: int
    total: int
    percent: int | None
    day: date
    profile: str
    room: str
    teachers: tuple[str, ...]
    submitted_at: datetime | None
    cancelled_because: str


@dataclass(frozen=True, slots=True)
class Sought:
    """Which sessions, from one date to another, both included; None asks for any.

    `is_registration` asks for registration periods alone, or for all others.
    """

    since: date
    until: date
    kind: SessionKind | None = None
    state: SessionState | None = None
    offering_id: int | None = None
    teacher_id: int | None = None
    room_id: int | None = None
    is_registration: bool | None = None


@dataclass(frozen=True, slots=True)
class Portion:
    """Some of what was found, and how many were found in all."""

    sessions: tuple[SessionSummary, ...]
    of: int


def sessions_of(site_id: int, day: date) -> tuple[SessionSummary, ...]:
    """The sessions of a date at a site with their totals, in the order they begin."""
    return summarised(find_sessions(site_id, Sought(day, day))[:MOST])


def registrations_of(site_id: int, day: date) -> tuple[SessionSummary, ...]:
    """The registration periods of a date alone, as `sessions_of` has them."""
    return summarised(find_sessions(site_id, Sought(day, day, is_registration=True)))


def history(site_id: int, sought: Sought, *, first: int = 0, most: int = MOST) -> Portion:
    """Those asked for, the newest day first, and each day's in the order they begin (SES-04)."""
    found = find_sessions(site_id, sought).order_by("-day", "starts_at", "title", "pk")
    return Portion(summarised(found[first : first + min(most, MOST)]), found.count())


def find_sessions(site_id: int, sought: Sought) -> "QuerySet[Session]":
    """The sessions asked for, in the order they begin."""
    told = {
        "kind": sought.kind,
        "state": sought.state,
        "meets__offering": sought.offering_id,
        "room": sought.room_id,
    }
    wanted = Q(**{name: value for name, value in told.items() if value is not None})
    if sought.is_registration is not None:
        of_periods = Q(kind__in=[kind.value for kind in REGISTRATION])
        wanted &= of_periods if sought.is_registration else ~of_periods
    if sought.teacher_id is not None:
        wanted &= Q(pk__in=taught_by(sought.teacher_id).values("pk"))
    rows = Session.objects.filter(wanted, site=site_id, day__range=(sought.since, sought.until))
    return rows.order_by("starts_at", "title", "pk")


def summary_of(session_id: int) -> SessionSummary | None:
    """One session with what its roll comes to; None where there is none."""
    return next(iter(summarised(Session.objects.filter(pk=session_id))), None)


def summarised(sessions: "QuerySet[Session]") -> tuple[SessionSummary, ...]:
    """These sessions with what their rolls come to, in five queries however many there are."""
    rows = list(sessions.select_related("division", "room"))
    ids = [row.pk for row in rows]
    counts, teachers = counts_of(ids), teachers_of(ids) if rows else {}
    return tuple(_summary(row, counts[row.pk], teachers.get(row.pk, ())) for row in rows)


_KEPT = ("title", "kind", "starts_at", "registers_at", "finishes_at", "state", "day", "profile")
_COUNTED = tuple(each.name for each in fields(Counts) if each.name != "gone")


def _summary(row: Session, counts: Counts, teachers: Sequence[ClassTeacher]) -> SessionSummary:
    return SessionSummary(
        id=row.pk,
        division=row.division.name if row.division else "",
        room=row.room.name if row.room else "",
        teachers=tuple(each.name for each in teachers),
        total=counts.total,
        percent=counts.percent,
        submitted_at=row.submitted_at,
        cancelled_because=row.cancelled_because,
        **{name: getattr(row, name) for name in _KEPT},
        **{name: getattr(counts, name) for name in _COUNTED},
    )
