"""What stands beside each name on a roll: flags, birthdays, first days, announced absences."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import Max, Q

from gateway.attendance.expecting import offerings_of
from gateway.attendance.indicating import (
    Announced,
    Belonging,
    Flagged,
    Indicator,
    Known,
    Meeting,
    indicators,
)
from gateway.attendance.models import Attendee, Excuse, Flag, Session, SessionOffering
from gateway.attendance.values import (
    AttendeeSource,
    AttendeeState,
    ExcuseReason,
    ExcuseState,
    FlagKind,
    SessionState,
)
from gateway.people.models import Person
from gateway.timetable.models import Enrolment, OfferingEnrolment
from gateway.timetable.values import EndedAs, Standing

ANNOUNCED = (ExcuseState.APPROVED.value, ExcuseState.REQUESTED.value)


def indicators_of(
    session: Session, person_ids: Collection[int]
) -> Mapping[int, tuple[Indicator, ...]]:
    """What there is to know of each of these persons at the session, by their number.

    Everybody asked for is in the answer. As many queries whatever the roll's length.
    """
    offerings = offerings_of(session)
    born = _born(person_ids)
    sources = _sources(session, person_ids)
    flags = _flags(offerings, person_ids)
    announced = _announced(session, offerings, person_ids)
    belongings = _belongings(session, offerings, person_ids)
    meeting = Meeting(session.day, _before(session, offerings))
    return {
        person: indicators(
            Known(
                born_on=born.get(person),
                source=sources.get(person),
                flags=flags[person],
                announced=announced[person],
                belongings=belongings[person],
            ),
            meeting,
        )
        for person in person_ids
    }


def _born(person_ids: Collection[int]) -> dict[int, date | None]:
    return dict(Person.objects.filter(pk__in=person_ids).values_list("pk", "born_on"))


def _sources(session: Session, person_ids: Collection[int]) -> dict[int, AttendeeSource]:
    booked = Attendee.objects.filter(
        session=session, person_id__in=person_ids, state=AttendeeState.BOOKED.value
    )
    rows = booked.values_list("person_id", "source")
    return {person: AttendeeSource(source) for person, source in rows}


def _flags(
    offerings: Collection[int], person_ids: Collection[int]
) -> defaultdict[int, list[Flagged]]:
    rows = Flag.objects.filter(
        Q(offering=None) | Q(offering__in=offerings), person_id__in=person_ids, cleared_at=None
    )
    found: defaultdict[int, list[Flagged]] = defaultdict(list)
    for person, kind, text in rows.order_by("pk").values_list("person_id", "kind", "text"):
        found[person].append(Flagged(FlagKind(kind), text))
    return found


def _announced(
    session: Session, offerings: Collection[int], person_ids: Collection[int]
) -> defaultdict[int, list[Announced]]:
    """Excuses that cover the session, those that are approved first."""
    rows = Excuse.objects.filter(
        Q(offering=None) | Q(offering__in=offerings),
        person_id__in=person_ids,
        state__in=ANNOUNCED,
        starts_at__lte=session.starts_at,
        ends_at__gte=session.starts_at,
    )
    found: defaultdict[int, list[Announced]] = defaultdict(list)
    for person, reason, state in rows.order_by("state", "pk").values_list(
        "person_id", "reason", "state"
    ):
        is_approved = state == ExcuseState.APPROVED.value
        found[person].append(Announced(ExcuseReason(reason), is_approved))
    return found


def _belongings(
    session: Session, offerings: Collection[int], person_ids: Collection[int]
) -> defaultdict[int, list[Belonging]]:
    """The enrolments in what meets; those of a division count as one offering, number 0."""
    found: defaultdict[int, list[Belonging]] = defaultdict(list)
    if session.division_id is not None:
        groups = Enrolment.objects.filter(
            year_group__division=session.division_id, person_id__in=person_ids
        )
        spans = groups.order_by("starts_on", "pk").values_list("person_id", "starts_on", "ends_on")
        for person, starts_on, ends_on in spans:
            found[person].append(Belonging(0, starts_on, ends_on))
        return found
    rows = OfferingEnrolment.objects.filter(offering__in=offerings, person_id__in=person_ids)
    columns = ("person_id", "offering_id", "starts_on", "ends_on", "standing", "ended_as")
    for person, offering, starts_on, ends_on, standing, ended_as in rows.order_by(
        "starts_on", "pk"
    ).values_list(*columns):
        ended = EndedAs(ended_as) if ended_as else None
        found[person].append(Belonging(offering, starts_on, ends_on, Standing(standing), ended))
    return found


def _before(session: Session, offerings: Collection[int]) -> dict[int, date | None]:
    """When each of these offerings, or the division, met last before the session."""
    cancelled = SessionState.CANCELLED.value
    if session.division_id is not None:
        same = Session.objects.filter(
            division=session.division_id, starts_at__lt=session.starts_at
        ).exclude(state=cancelled)
        return {0: same.aggregate(last=Max("day"))["last"]}
    meets = SessionOffering.objects.filter(
        offering__in=offerings, session__starts_at__lt=session.starts_at
    ).exclude(session__state=cancelled)
    return dict(meets.values_list("offering").annotate(last=Max("day")))
