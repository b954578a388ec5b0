"""The dates of an offering, as an attendance window lists them (OFF-02).

Dates that are not scheduled are among them, each saying why; nothing is marked there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from gateway.attendance.laying_rules import ONE_DAY, overlap, window_on
from gateway.attendance.models import Attendee, Mark, Session, SessionOffering
from gateway.attendance.policy import Window
from gateway.attendance.values import AttendeeState, Base, SessionState
from gateway.timetable.belonging import rows_of
from gateway.timetable.models import Offering
from gateway.timetable.offering_rules import meets_on
from gateway.timetable.offerings import offering_of
from gateway.timetable.queries import calendar_of
from gateway.timetable.rules import Calendar, Span
from gateway.timetable.values import OfferingKind

NOT_SCHEDULED = "not scheduled to meet on this date"
NOT_LAID = "no session was made for this date"


@dataclass(frozen=True, slots=True)
class Instance:
    """One time an offering meets, or would; without `session_id` there is nothing to mark.

    `why` says why it is not scheduled, and is empty where it is.
    """

    day: date
    starts_at: datetime
    ends_at: datetime
    title: str = ""
    session_id: int | None = None
    state: SessionState | None = None
    why: str = ""

    @property
    def is_scheduled(self) -> bool:
        """Whether marks are taken there, as far as its date decides that."""
        return self.session_id is not None and not self.why


@dataclass(frozen=True, slots=True)
class OwnInstance:
    """One person's view of an instance; `base` is pending while nothing was said.

    Who does not belong to it on that date, and booked no place, `is_expected` not.
    """

    instance: Instance
    is_expected: bool
    base: Base


def instances(offering_id: int, dates: Span) -> tuple[Instance, ...]:
    """The sessions of an offering between two dates, and its weekly times without one.

    In the order they begin. Raises UnknownOffering, WrongSite.
    """
    offering = offering_of(offering_id)
    sessions = _sessions(offering, dates)
    listed = [_met(offering, each) for each in sessions]
    windows = [Window(each.starts_at, each.finishes_at) for each in sessions]
    free = _unmet(offering, dates, windows)
    return tuple(sorted([*listed, *free], key=lambda each: (each.starts_at, each.title)))


def instances_of(offering_id: int, person_id: int, dates: Span) -> tuple[OwnInstance, ...]:
    """The same as one person has them, with their marks (OFF-07). Raises as `instances` does."""
    listed = instances(offering_id, dates)
    ids = [each.session_id for each in listed if each.session_id]
    marks = Mark.objects.filter(session__in=ids, person=person_id)
    bases = {session: Base(base) for session, base in marks.values_list("session_id", "base")}
    booked = Attendee.objects.filter(
        session__in=ids, person=person_id, state=AttendeeState.BOOKED.value
    )
    guest_at = set(booked.values_list("session_id", flat=True))
    rows = rows_of(offering_id, person_id)
    return tuple(
        OwnInstance(
            each,
            is_expected=each.session_id in guest_at or any(each.day in row.span for row in rows),
            base=bases.get(each.session_id or 0, Base.PENDING),
        )
        for each in listed
    )


def _sessions(offering: Offering, dates: Span) -> list[Session]:
    meets = SessionOffering.objects.filter(
        offering=offering, day__gte=dates.first, day__lte=dates.last
    )
    return [row.session for row in meets.select_related("session")]


def _met(offering: Offering, session: Session) -> Instance:
    return Instance(
        session.day,
        session.starts_at,
        session.finishes_at,
        session.title,
        session.pk,
        SessionState(session.state),
        why=_why_outside(offering, session.day),
    )


def _unmet(
    offering: Offering,
    dates: Span,
    taken: Sequence[Window],
) -> Iterable[Instance]:
    """The weekly times in these dates that nothing was laid for, and nothing takes place at."""
    site, slots = offering.site, list(offering.slots.all())
    calendar = calendar_of(site, dates)
    laid = _laid(offering, dates)
    for day in _days(dates):
        for slot in (each for each in slots if each.weekday == day.isoweekday()):
            window = window_on(
                day, slot.starts, slot.ends, zone=site.tz, day_starts=site.day_starts
            )
            is_met = (slot.pk, day) in laid
            if not is_met and not any(overlap(window, each) for each in taken):
                why = _why_not(offering, day, calendar)
                yield Instance(day, window.starts_at, window.ends_at, offering.name, why=why)


def _laid(offering: Offering, dates: Span) -> set[tuple[int | None, date | None]]:
    """What was laid for these dates, wherever it is held."""
    rows = Session.objects.filter(
        meets__offering=offering, planned_on__gte=dates.first, planned_on__lte=dates.last
    )
    return set(rows.values_list("slot_id", "planned_on"))


def _why_not(offering: Offering, day: date, calendar: Calendar) -> str:
    verdict = meets_on(day, calendar, OfferingKind(offering.kind))
    closed = "" if verdict.is_open else f"{NOT_SCHEDULED}: {verdict.why}"
    return _why_outside(offering, day) or closed or NOT_LAID


def _why_outside(offering: Offering, day: date) -> str:
    is_inside = offering.starts_on <= day <= (offering.ends_on or date.max)
    return "" if is_inside else NOT_SCHEDULED


def _days(dates: Span) -> Iterable[date]:
    return (dates.first + n * ONE_DAY for n in range((dates.last - dates.first).days + 1))
