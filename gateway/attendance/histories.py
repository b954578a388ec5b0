"""One person's attendance over dates and offerings, as it is shown and reckoned (OFF-07)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import F, Q

from gateway.attendance.class_judging import policy_for
from gateway.attendance.covering import covers_at
from gateway.attendance.models import Attendee, Mark as MarkRow, Session, SessionOffering
from gateway.attendance.policy import Policy
from gateway.attendance.profiling import profile_of
from gateway.attendance.rolls import is_over
from gateway.attendance.saying import standing_marks
from gateway.attendance.status import status
from gateway.attendance.tallies import Counted, Tally, tally
from gateway.attendance.values import AttendeeState, Author, Base, Mark, SessionState
from gateway.attendance.words import NOTHING, Standing
from gateway.timetable.models import OfferingEnrolment, Slot
from gateway.timetable.values import HELD

ONE_DAY = timedelta(days=1)
LONGEST = 400
"""Dates one answer covers at most; the later ones are left out."""
NOT_SCHEDULED = "not_scheduled"
_HELD = Standing(Mark(Base.ON_HOLD), Author.RULE)


class Portal(StrEnum):
    """Whose page it is: each has a check-in mode of its own (OFF-10)."""

    OFFICE = "office"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which dates, both included; `only_past` leaves out what has not begun."""

    since: date
    until: date
    only_past: bool = False
    portal: Portal = Portal.OFFICE

    @property
    def last(self) -> date:
        """The last date that is answered."""
        return min(self.until, self.since + LONGEST * ONE_DAY)


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One date of one person: a session with its mark, or a date that is not scheduled.

    `state` is the session's, or `not_scheduled`, where `session_id` and the instants are None
    and nothing can be marked.
    """

    day: date
    title: str
    state: str
    session_id: int | None = None
    kind: str = ""
    starts_at: datetime | None = None
    finishes_at: datetime | None = None
    base: Base = Base.PENDING
    status: str = ""
    status_name: str = ""
    status_short: str = ""
    late_minutes: int | None = None
    left_early_minutes: int | None = None
    arrived_at: datetime | None = None
    reason: str = ""
    note: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """A person's lines, the newest first, and what they come to."""

    lines: tuple[PersonLine, ...]
    tally: Tally


def history_of(person_id: int, asked: Asked, *, now: datetime) -> History:
    """What a person was, and is, expected at, in as many queries whatever the dates.

    Cancelled sessions are shown only where the portal's check-in mode is on.
    """
    sessions = [each for each in _sessions(person_id, asked) if _is_shown(each, asked, now)]
    said = standing_marks([(each.pk, person_id) for each in sessions])
    lines = [_line(each, said.get((each.pk, person_id), NOTHING), now) for each in sessions]
    lines += _not_scheduled(person_id, asked, now.date())
    held = [each for each in sessions if each.state != SessionState.CANCELLED.value]
    on_hold = _on_hold(person_id, [each.pk for each in held])
    covered = covers_at({(each.pk, person_id): each.starts_at for each in held})
    counted = [
        _counted(
            each,
            said.get((each.pk, person_id), on_hold.get(each.pk, NOTHING)).mark,
            is_excused=(each.pk, person_id) in covered,
            now=now,
        )
        for each in held
    ]
    ordered = sorted(lines, key=lambda line: (line.day, str(line.starts_at), line.title))
    return History(tuple(reversed(ordered)), tally(counted))


def is_check_in(policy: Policy, portal: Portal) -> bool:
    """Whether the portal's check-in mode is on."""
    return policy.check_in_office if portal is Portal.OFFICE else policy.check_in_staff


def _sessions(person_id: int, asked: Asked) -> Iterable[Session]:
    """Asked from the person's side, so that the school's other sessions are not looked at."""
    span = (asked.since, asked.last)
    enrolled = SessionOffering.objects.filter(
        _covers("offering__enrolments__"), offering__enrolments__person=person_id, day__range=span
    )
    booked = Attendee.objects.filter(
        person=person_id, state=AttendeeState.BOOKED.value, session__day__range=span
    )
    marked = MarkRow.objects.filter(person=person_id, session__day__range=span)
    registered = Session.objects.filter(
        _covers("division__year_groups__enrolments__"),
        division__year_groups__enrolments__person=person_id,
        day__range=span,
    )
    ids = {
        pk for rows in (enrolled, booked, marked) for pk in rows.values_list("session", flat=True)
    }
    ids.update(registered.values_list("pk", flat=True))
    return Session.objects.filter(pk__in=ids)


def _covers(of: str) -> Q:
    """One and the same enrolment must hold on the row's date."""
    begun = Q(**{f"{of}starts_on__lte": F("day")})
    return begun & (Q(**{f"{of}ends_on": None}) | Q(**{f"{of}ends_on__gte": F("day")}))


def _on_hold(person_id: int, session_ids: Collection[int]) -> dict[int, Standing]:
    """The sessions at which all that the person belongs to is on hold, as what stands there."""
    met = SessionOffering.objects.filter(
        _covers("offering__enrolments__"),
        session__in=session_ids,
        offering__enrolments__person=person_id,
    ).values_list("session", "offering__enrolments__standing")
    standings: dict[int, set[str]] = defaultdict(set)
    for session, standing in met:
        standings[session].add(standing)
    return {session: _HELD for session, those in standings.items() if those <= HELD}


def _is_shown(session: Session, asked: Asked, now: datetime) -> bool:
    if asked.only_past and session.starts_at > now:
        return False
    is_cancelled = session.state == SessionState.CANCELLED.value
    return not is_cancelled or is_check_in(policy_for(session), asked.portal)


def _line(session: Session, stands: Standing, now: datetime) -> PersonLine:
    mark = stands.mark
    called = status(mark, profile_of(session.profile), is_over=is_over(session, now))
    return PersonLine(
        day=session.day,
        title=session.title,
        state=session.state,
        session_id=session.pk,
        kind=session.kind,
        starts_at=session.starts_at,
        finishes_at=session.finishes_at,
        base=mark.base,
        status=called.key,
        status_name=called.name,
        status_short=called.short,
        late_minutes=mark.late_minutes,
        left_early_minutes=mark.left_early_minutes,
        arrived_at=mark.arrived_at,
        reason=mark.reason,
        note=stands.note,
        why=stands.why,
    )


def _counted(session: Session, mark: Mark, *, is_excused: bool, now: datetime) -> Counted:
    return Counted(
        base=mark.base,
        is_late=mark.late_minutes is not None,
        is_excused=is_excused,
        is_held=session.starts_at <= now,
    )


def _not_scheduled(person_id: int, asked: Asked, today: date) -> Iterator[PersonLine]:
    """Weekly times of the person's offerings on dates on which they do not meet (OFF-02).

    Those outside the offering's dates, and those past of which there is no session. Dates
    to come for which none was made yet are not told.
    """
    offerings = OfferingEnrolment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=asked.since),
        person=person_id,
        starts_on__lte=asked.last,
    ).values_list("offering", flat=True)
    slots = Slot.objects.filter(offering__in=set(offerings)).select_related("offering")
    meets = set(
        SessionOffering.objects.filter(
            offering__in=set(offerings), day__range=(asked.since, asked.last)
        ).values_list("offering", "day")
    )
    for slot in slots:
        for day in _dates(asked, slot.weekday):
            if (slot.offering_id, day) not in meets and _is_none_expected(slot, day, asked, today):
                yield PersonLine(day, slot.offering.name, NOT_SCHEDULED)


def _is_none_expected(slot: Slot, day: date, asked: Asked, today: date) -> bool:
    if asked.only_past and day > today:
        return False
    ends_on = slot.offering.ends_on
    is_outside = day < slot.offering.starts_on or (ends_on is not None and day > ends_on)
    return is_outside or day < today


def _dates(asked: Asked, weekday: int) -> Collection[date]:
    days = ((asked.last - asked.since) // ONE_DAY) + 1
    every = (asked.since + n * ONE_DAY for n in range(days))
    return [day for day in every if day.isoweekday() == weekday]
