"""Who is expected at a session, whatever it is a meeting of."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.attendance.models import Attendee, Session, SessionOffering
from gateway.attendance.values import AttendeeSource, AttendeeState
from gateway.timetable.models import OfferingEnrolment
from gateway.timetable.queries import covering, roll
from gateway.timetable.values import HELD, Standing

PERSON = ("person_id", "person__given_name", "person__family_name")


@dataclass(frozen=True, slots=True)
class Expectation:
    """One person on a roll: of a year group or an offering, or for this session alone.

    `group` names the year group or the offering, and is empty for who is not enrolled;
    `standing` is None for them, and `source` for everybody else.
    """

    person_id: int
    name: str
    group: str
    standing: Standing | None = None
    source: AttendeeSource | None = None


def expected_at(session: Session) -> tuple[Expectation, ...]:
    """Everybody the session expects, by group and name; each person once."""
    if session.division_id is not None:
        members = roll(session.division_id, session.day)
        return tuple(Expectation(m.person_id, m.name, m.year_group) for m in members)
    enrolled = _once(_enrolled(session))
    attending = [each for each in _attending(session) if each.person_id not in enrolled]
    return (*enrolled.values(), *attending)


def offerings_of(session: Session) -> tuple[int, ...]:
    """The offerings that meet in the session."""
    return tuple(
        SessionOffering.objects.filter(session=session)
        .order_by("pk")
        .values_list("offering_id", flat=True)
    )


def _once(enrolled: Iterable[Expectation]) -> dict[int, Expectation]:
    """Of several offerings that meet together the first in which the person is not held."""
    found: dict[int, Expectation] = {}
    for each in enrolled:
        before = found.get(each.person_id)
        if before is None or (before.standing in HELD and each.standing not in HELD):
            found.pop(each.person_id, None)
            found[each.person_id] = each
    return found


def _enrolled(session: Session) -> list[Expectation]:
    rows = (
        OfferingEnrolment.objects.filter(
            covering(session.day), offering__in=offerings_of(session), person__merged_into=None
        )
        .order_by("offering__name", "person__family_name", "person__given_name", "person_id")
        .values_list(*PERSON, "offering__name", "standing")
    )
    return [
        Expectation(person, f"{given} {family}".strip(), group, Standing(standing))
        for person, given, family, group, standing in rows
    ]


def _attending(session: Session) -> list[Expectation]:
    rows = (
        Attendee.objects.filter(session=session, state=AttendeeState.BOOKED.value)
        .order_by("person__family_name", "person__given_name", "person_id")
        .values_list(*PERSON, "source")
    )
    return [
        Expectation(person, f"{given} {family}".strip(), "", source=AttendeeSource(source))
        for person, given, family, source in rows
    ]
