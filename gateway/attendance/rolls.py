"""Sessions and their rolls, as they are shown."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q

from gateway.attendance.models import Mark, Session
from gateway.attendance.reasons import reasons_of_day
from gateway.attendance.values import Base
from gateway.timetable.queries import Enrolled, expected_by_division, roll


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
    """One person on a roll; `base` is pending while nobody said anything.

    `late_reason` is what a late person said at the kiosk that day, empty for nothing.
    """

    person_id: int
    name: str
    year_group: str
    base: Base
    late_minutes: int | None
    reason: str
    why: str
    author: str
    late_reason: str = ""


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
    expected = expected_by_division(site_id, day)
    return tuple(
        _summary(row, expected.get(row.division_id or 0, 0))
        for row in rows.annotate(**counts).order_by("starts_at", "title")
    )


def roll_of(session_id: int) -> tuple[RollLine, ...]:
    """The roll of a session with the current marks; empty when there is no such session."""
    session = Session.objects.filter(pk=session_id).first()
    if session is None:
        return ()
    marks = {mark.person_id: mark for mark in session.marks.all()}
    members = roll(session.division_id or 0, session.day)
    reasons = reasons_of_day(session.site_id, session.day)
    return tuple(
        _roll_line(member, marks.get(member.person_id), reasons.get(member.person_id, ""))
        for member in members
    )


def _summary(row: Session, expected: int) -> SessionSummary:
    counts = {name: getattr(row, name) for name in ("present", "late", "absent")}
    unmarked = max(0, expected - getattr(row, "marked"))  # noqa: B009 - an annotation
    return SessionSummary(
        id=row.pk,
        title=row.title,
        kind=row.kind,
        division=row.division.name if row.division else "",
        starts_at=row.starts_at,
        registers_at=row.registers_at,
        finishes_at=row.finishes_at,
        state=row.state,
        expected=expected,
        pending=unmarked + getattr(row, "pending"),  # noqa: B009 - an annotation
        **counts,
    )


def _roll_line(member: Enrolled, mark: Mark | None, late_reason: str) -> RollLine:
    return RollLine(
        person_id=member.person_id,
        name=member.name,
        year_group=member.year_group,
        base=Base(mark.base) if mark else Base.PENDING,
        late_minutes=mark.late_minutes if mark else None,
        reason=mark.reason if mark else "",
        why=mark.why if mark else "",
        author=mark.author if mark else "",
        late_reason=late_reason if mark and mark.late_minutes else "",
    )
