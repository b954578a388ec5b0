"""Which sessions expect whom over a stretch of dates, in as many questions whatever there is."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from gateway.attendance.models import Attendee, Mark, Session, SessionOffering
from gateway.attendance.values import AttendeeState, Base, SessionState
from gateway.attendance.words import Place
from gateway.timetable.errors import UnknownEntry
from gateway.timetable.models import Enrolment, OfferingEnrolment, Term
from gateway.timetable.values import HELD

CANCELLED = SessionState.CANCELLED.value


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted: sessions at a site from one date to another, both included.

    With an offering or a subject its sessions alone.
    """

    site_id: int
    first: date
    last: date
    offering_id: int | None = None
    subject_id: int | None = None

    @property
    def is_of_classes(self) -> bool:
        """Whether registration periods are left out."""
        return self.offering_id is not None or self.subject_id is not None


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is known of one person at one session; `base` is that of the mark, if there is one."""

    starts_at: datetime
    base: Base = Base.PENDING
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A person belongs to something from one date to another; `base` is an unmarked one's."""

    person_id: int
    first: date
    last: date | None
    base: Base = Base.PENDING

    def __contains__(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


def term_scope(term_id: int, *, offering_id: int | None = None) -> Scope:
    """A whole term, of all sessions or of one offering's. Raises UnknownEntry."""
    term = Term.objects.filter(pk=term_id).first()
    if term is None:
        raise UnknownEntry(f"there is no term {term_id}")
    return Scope(term.site_id, term.starts_on, term.ends_on, offering_id)


def gathered(person_ids: Collection[int], scope: Scope) -> dict[Place, Gathered]:
    """Every session in the scope that expects one of these persons, or where they are marked.

    Cancelled sessions are none. Who is on hold on the date and not marked is on hold.
    """
    found: dict[Place, Gathered] = {}
    for place, each in (*_pupils(person_ids, scope), *_enrolled(person_ids, scope)):
        before = found.get(place)
        found[place] = each if before is None or before.base is Base.ON_HOLD else before
    return found | dict(_attending(person_ids, scope)) | _marked(person_ids, scope)


def at_sessions(scope: Scope, to: str) -> Q:
    """Rows whose session, found by the lookup `to`, is in the scope."""
    where = Q(**{f"{to}site": scope.site_id, f"{to}day__range": (scope.first, scope.last)})
    if scope.offering_id is not None:
        where &= Q(**{f"{to}meets__offering": scope.offering_id})
    if scope.subject_id is not None:
        where &= Q(**{f"{to}meets__offering__course__subject": scope.subject_id})
    return where & ~Q(**{f"{to}state": CANCELLED})


def _enrolled(person_ids: Collection[int], scope: Scope) -> Iterable[tuple[Place, Gathered]]:
    rows = OfferingEnrolment.objects.filter(
        _overlapping(scope), _of(scope, "offering"), person__in=person_ids
    )
    by_offering: dict[int, list[_Stretch]] = defaultdict(list)
    for offering, person, standing, first, last in rows.values_list(
        "offering_id", "person_id", "standing", "starts_on", "ends_on"
    ):
        base = Base.ON_HOLD if standing in HELD else Base.PENDING
        by_offering[offering].append(_Stretch(person, first, last, base))
    meetings = SessionOffering.objects.filter(
        at_meetings(scope), offering__in=by_offering
    ).values_list("session_id", "session__starts_at", "offering_id", "day")
    for session, starts_at, offering, day in meetings:
        for each in by_offering[offering]:
            if day in each:
                yield (session, each.person_id), Gathered(starts_at, each.base)


def at_meetings(scope: Scope) -> Q:
    """Meetings in the scope; a joined session counts for the offerings in the scope alone."""
    where = Q(session__site=scope.site_id, day__range=(scope.first, scope.last))
    return where & _of(scope, "offering") & ~Q(session__state=CANCELLED)


def _of(scope: Scope, offering: str) -> Q:
    where = Q() if scope.offering_id is None else Q(**{offering: scope.offering_id})
    if scope.subject_id is None:
        return where
    return where & Q(**{f"{offering}__course__subject": scope.subject_id})


def _pupils(person_ids: Collection[int], scope: Scope) -> Iterable[tuple[Place, Gathered]]:
    if scope.is_of_classes:
        return
    by_division: dict[int | None, list[_Stretch]] = defaultdict(list)
    rows = Enrolment.objects.filter(_overlapping(scope), person__in=person_ids)
    for division, person, first, last in rows.values_list(
        "year_group__division_id", "person_id", "starts_on", "ends_on"
    ):
        by_division[division].append(_Stretch(person, first, last))
    periods = Session.objects.filter(at_sessions(scope, ""), division__in=by_division)
    for session, starts_at, division_id, day in periods.values_list(
        "pk", "starts_at", "division_id", "day"
    ):
        for each in by_division[division_id]:
            if day in each:
                yield (session, each.person_id), Gathered(starts_at)


def _attending(person_ids: Collection[int], scope: Scope) -> Iterable[tuple[Place, Gathered]]:
    booked = Attendee.objects.filter(
        at_sessions(scope, "session__"), person__in=person_ids, state=AttendeeState.BOOKED.value
    )
    for session, person, starts_at in booked.values_list(
        "session_id", "person_id", "session__starts_at"
    ):
        yield (session, person), Gathered(starts_at)


def _marked(person_ids: Collection[int], scope: Scope) -> dict[Place, Gathered]:
    rows = Mark.objects.filter(at_sessions(scope, "session__"), person__in=person_ids)
    return {
        (session, person): Gathered(starts_at, Base(base), late is not None)
        for session, person, starts_at, base, late in rows.values_list(
            "session_id", "person_id", "session__starts_at", "base", "late_minutes"
        )
    }


def _overlapping(scope: Scope) -> Q:
    ends = Q(ends_on=None) | Q(ends_on__gte=scope.first)
    return Q(starts_on__lte=scope.last) & ends
