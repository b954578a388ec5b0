"""By when the rolls of classes are handed in, and which are due, overdue, escalated or locked."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from gateway.attendance.class_judging import policy_for
from gateway.attendance.deadlines import Deadline, Due, Roll, deadline, is_past_term
from gateway.attendance.models import Attendee, Session, SessionOffering
from gateway.attendance.reaching import taught_by
from gateway.attendance.teaching import ClassTeacher, teachers_of
from gateway.attendance.values import AttendeeState, SessionState
from gateway.timetable.models import OfferingEnrolment, Site, Term
from gateway.timetable.rules import Span
from kiosk.protocol.days import school_day

LOOKED_BACK = timedelta(days=92)
"""A roll that nobody handed in is asked for so long, where no term ends before."""
ONE_DAY = timedelta(days=1)
ASKED_FOR = frozenset({Due.DUE, Due.OVERDUE, Due.ESCALATED})


@dataclass(frozen=True, slots=True)
class DueRoll:
    """A roll with its deadline and who teaches the session, leads first."""

    session_id: int
    site_id: int
    title: str
    day: date
    starts_at: datetime
    ends_at: datetime
    deadline: Deadline
    teachers: tuple[ClassTeacher, ...]


def rolls_due(site_id: int, *, now: datetime) -> tuple[DueRoll, ...]:
    """All rolls of a site that somebody has still to hand in, the longest due first (ALR-05).

    The office is told of those that are escalated. As many queries however many there are.
    """
    return _due(_not_submitted(now).filter(site=site_id), now)


def rolls_due_of(teacher_id: int, *, now: datetime) -> tuple[DueRoll, ...]:
    """What the person has still to hand in, at whatever site, the longest due first (MRK-03)."""
    return _due(_not_submitted(now).filter(pk__in=taught_by(teacher_id).values("pk")), now)


def deadlines_of(session_ids: Collection[int], *, now: datetime) -> dict[int, Deadline]:
    """Where the rolls of these sessions stand; registration periods have no deadline."""
    classes = Session.objects.filter(pk__in=session_ids, division=None)
    return {session.pk: found for session, found in _with_deadlines(classes, now)}


def deadline_of(session: Session, *, is_empty: bool, now: datetime) -> Deadline:
    """How one roll stands, where it is known already whether it expects anybody."""
    terms = _terms([session.site_id])[session.site_id]
    roll = _roll(session, terms, _today(session.site, now), is_empty=is_empty)
    return deadline(roll, policy_for(session), now=now)


def _not_submitted(now: datetime) -> QuerySet[Session]:
    """Classes that are over; the dates, wide enough for every clock, are what is looked up."""
    over = Session.objects.filter(
        division=None,
        submitted_at=None,
        day__range=((now - LOOKED_BACK).date() - ONE_DAY, now.date() + ONE_DAY),
        finishes_at__lte=now,
        finishes_at__gt=now - LOOKED_BACK,
    )
    ended_by_hand = ~Q(completed_by="") & Q(completed_at__isnull=False)
    return over.exclude(state=SessionState.CANCELLED.value).exclude(ended_by_hand)


def _due(sessions: QuerySet[Session], now: datetime) -> tuple[DueRoll, ...]:
    found = [
        (session, stands)
        for session, stands in _with_deadlines(sessions, now)
        if stands.due in ASKED_FOR
    ]
    teachers = teachers_of([session.pk for session, _ in found])
    lines = [
        DueRoll(
            session_id=session.pk,
            site_id=session.site_id,
            title=session.title,
            day=session.day,
            starts_at=session.starts_at,
            ends_at=session.finishes_at,
            deadline=stands,
            teachers=tuple(teachers.get(session.pk, ())),
        )
        for session, stands in found
    ]
    return tuple(sorted(lines, key=lambda line: (line.deadline.due_at, line.session_id)))


def _with_deadlines(sessions: QuerySet[Session], now: datetime) -> list[tuple[Session, Deadline]]:
    expects = Exists(_enrolled()) | Exists(_attending())
    rows = list(sessions.annotate(expects=expects))
    sites = Site.objects.in_bulk({row.site_id for row in rows})
    today = {pk: _today(site, now) for pk, site in sites.items()}
    terms = _terms(sites)
    found: list[tuple[Session, Deadline]] = []
    for row in rows:
        is_empty = not getattr(row, "expects")  # noqa: B009 - an annotation
        roll = _roll(row, terms[row.site_id], today[row.site_id], is_empty=is_empty)
        found.append((row, deadline(roll, policy_for(row), now=now)))
    return found


def _roll(session: Session, terms: Collection[Span], today: date, *, is_empty: bool) -> Roll:
    return Roll(
        ends_at=session.finishes_at,
        submitted_at=session.submitted_at or _ended_at(session),
        unlocked_until=session.unlocked_until,
        is_empty=is_empty,
        is_in_term=not is_past_term(session.day, terms, today=today),
        is_cancelled=session.state == SessionState.CANCELLED.value,
    )


def _today(site: Site, now: datetime) -> date:
    return school_day(now, zone=site.tz, day_starts=site.day_starts)


def _ended_at(session: Session) -> datetime | None:
    """When somebody ended the session by hand, which hands its roll in; None for the clock."""
    return session.completed_at if session.completed_by else None


def _enrolled() -> QuerySet[SessionOffering]:
    """Meetings of the session that somebody is enrolled for on its date."""
    belongs = OfferingEnrolment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=OuterRef("day")),
        offering=OuterRef("offering"),
        starts_on__lte=OuterRef("day"),
        person__merged_into=None,
    )
    return SessionOffering.objects.filter(Exists(belongs), session=OuterRef("pk"))


def _attending() -> QuerySet[Attendee]:
    return Attendee.objects.filter(session=OuterRef("pk"), state=AttendeeState.BOOKED.value)


def _terms(site_ids: Collection[int]) -> Mapping[int, Collection[Span]]:
    found: dict[int, list[Span]] = defaultdict(list)
    rows = Term.objects.filter(site__in=site_ids)
    for site, first, last in rows.values_list("site_id", "starts_on", "ends_on"):
        found[site].append(Span(first, last))
    return found
