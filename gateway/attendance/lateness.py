"""Who was late when, and why: records of lates, in as many questions however many there are."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from gateway.attendance.covering import covers_at
from gateway.attendance.gathering import Scope, at_meetings, at_sessions
from gateway.attendance.late_rules import Late, Lateness, Per, Taught, accumulated
from gateway.attendance.models import Mark, MarkRevision, PersonDay, SessionOffering
from gateway.attendance.reasons import Given, reasons_between
from gateway.attendance.values import Author, Base
from gateway.attendance.words import Place
from gateway.timetable.models import OfferingEnrolment


def lates_of(person_ids: Collection[int], scope: Scope) -> tuple[Late, ...]:
    """Every late of these persons in the scope, in the order they happened (LAT-01)."""
    marks = _late_marks(person_ids, scope)
    if not marks:
        return ()
    covered = covers_at({_place(mark): mark.session.starts_at for mark in marks})
    context = _Context(
        excused=covered.keys(),
        taught=_taught(marks, scope),
        said=_said(marks),
        given=reasons_between(scope.site_id, scope.first, scope.last, person_ids),
        first_in=_first_in(person_ids, scope),
    )
    return tuple(_late(mark, context) for mark in marks)


def lateness_of(
    person_ids: Collection[int], scope: Scope, *, per: Per = Per.PERSON
) -> tuple[Lateness, ...]:
    """What the lates of these persons add up to in the scope, such as a term (LAT-02)."""
    return accumulated(lates_of(person_ids, scope), per=per)


@dataclass(frozen=True, slots=True)
class _Context:
    """All that a mark does not say of a late itself."""

    excused: Collection[Place]
    taught: Mapping[Place, tuple[Taught, ...]]
    said: Mapping[tuple[Place, str], str]
    given: Mapping[tuple[int, date], tuple[Given, ...]]
    first_in: Mapping[tuple[int, date], datetime | None]


def _late_marks(person_ids: Collection[int], scope: Scope) -> list[Mark]:
    rows = Mark.objects.filter(
        at_sessions(scope, "session__"),
        person__in=person_ids,
        base=Base.PRESENT.value,
        late_minutes__isnull=False,
    )
    found = rows.select_related("session", "person").order_by(
        "session__starts_at", "person__family_name", "person__given_name", "pk"
    )
    return list(dict.fromkeys(found))


def _late(mark: Mark, context: _Context) -> Late:
    place = _place(mark)
    arrived_at = _arrival(mark, context)
    return Late(
        session_id=mark.session_id,
        person_id=mark.person_id,
        name=str(mark.person).strip(),
        title=mark.session.title,
        day=mark.session.day,
        starts_at=mark.session.starts_at,
        arrived_at=arrived_at,
        minutes=mark.late_minutes or 0,
        reason=mark.reason or _reason(mark, arrived_at, context),
        marked_by=context.said.get((place, mark.author), ""),
        is_excused=place in context.excused,
        taught=context.taught.get(place, ()),
    )


def _arrival(mark: Mark, context: _Context) -> datetime | None:
    """As it was noted; for a registration period the first sign-in of the day, if that was late."""
    if mark.arrived_at is not None or mark.session.division_id is None:
        return mark.arrived_at
    first_in = context.first_in.get((mark.person_id, mark.session.day))
    is_late = first_in is not None and first_in > mark.session.starts_at
    return first_in if is_late and mark.author == Author.RULE.value else None


def _reason(mark: Mark, arrived_at: datetime | None, context: _Context) -> str:
    """What the person said at the kiosk: of that arrival, or of the day where it is unknown."""
    given = context.given.get((mark.person_id, mark.session.day), ())
    theirs = [each for each in given if arrived_at in {None, each.at}]
    return theirs[-1].reason.value if theirs else ""


def _first_in(person_ids: Collection[int], scope: Scope) -> dict[tuple[int, date], datetime | None]:
    days = PersonDay.objects.filter(
        site=scope.site_id, person__in=person_ids, day__range=(scope.first, scope.last)
    )
    return {
        (person, day): at for person, day, at in days.values_list("person_id", "day", "first_in_at")
    }


def _said(marks: Collection[Mark]) -> dict[tuple[Place, str], str]:
    """The login of each late's author: of the last word that says late."""
    words = MarkRevision.objects.filter(
        session__in={mark.session_id for mark in marks},
        person__in={mark.person_id for mark in marks},
        late_minutes__isnull=False,
    )
    columns = ("session_id", "person_id", "author", "author_name")
    return {
        ((session, person), author): name
        for session, person, author, name in words.order_by("pk").values_list(*columns)
    }


def _taught(marks: Collection[Mark], scope: Scope) -> dict[Place, tuple[Taught, ...]]:
    """What each person belongs to of what met; for who belongs to nothing, all that met."""
    met = _met(marks, scope)
    offerings = {each.offering_id for every in met.values() for each in every}
    belongs = _belongs({mark.person_id for mark in marks}, offerings)
    found: dict[Place, tuple[Taught, ...]] = {}
    for mark in marks:
        here = met.get(mark.session_id, ())
        own = tuple(
            each
            for each in here
            if _covers(belongs.get((mark.person_id, each.offering_id), ()), mark.session.day)
        )
        found[_place(mark)] = own or tuple(here)
    return found


def _met(marks: Collection[Mark], scope: Scope) -> Mapping[int, Collection[Taught]]:
    rows = SessionOffering.objects.filter(
        at_meetings(scope), session__in={mark.session_id for mark in marks}
    ).order_by("pk")
    found: dict[int, list[Taught]] = defaultdict(list)
    for session, offering, name, subject in rows.values_list(
        "session_id", "offering_id", "offering__name", "offering__course__subject__name"
    ):
        found[session].append(Taught(offering, name, subject or ""))
    return found


Dates = tuple[date, date | None]
"""From and to, both included; without an end when it is None."""


def _belongs(
    person_ids: Collection[int], offering_ids: Collection[int]
) -> Mapping[tuple[int, int], Collection[Dates]]:
    rows = OfferingEnrolment.objects.filter(person__in=person_ids, offering__in=offering_ids)
    found: dict[tuple[int, int], list[Dates]] = defaultdict(list)
    for person, offering, first, last in rows.values_list(
        "person_id", "offering_id", "starts_on", "ends_on"
    ):
        found[person, offering].append((first, last))
    return found


def _covers(stretches: Collection[Dates], day: date) -> bool:
    return any(first <= day and (last is None or day <= last) for first, last in stretches)


def _place(mark: Mark) -> Place:
    return mark.session_id, mark.person_id
