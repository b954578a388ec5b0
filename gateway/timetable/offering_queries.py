"""What can be enrolled in, who belongs to it, who teaches it, on a date."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from gateway.timetable.models import Offering, OfferingEnrolment, Teaching
from gateway.timetable.queries import covering
from gateway.timetable.values import EndedAs, OfferingKind, Standing, TeachingRole


@dataclass(frozen=True, slots=True)
class Teacher:
    """Somebody who teaches an offering."""

    person_id: int
    name: str
    role: TeachingRole


@dataclass(frozen=True, slots=True)
class OfferingSummary:
    """An offering on a date; `course` is empty and `capacity` None where there is none."""

    id: int
    kind: OfferingKind
    name: str
    course: str
    starts_on: date
    ends_on: date | None
    enrolled: int
    capacity: int | None
    teachers: tuple[Teacher, ...]


@dataclass(frozen=True, slots=True)
class Belongs:
    """One stretch of a person's belonging to an offering; `ended_as` None while it lasts."""

    offering_id: int
    offering: str
    standing: Standing
    starts_on: date
    ends_on: date | None
    ended_as: EndedAs | None


def offerings_at(site_id: int, day: date) -> tuple[OfferingSummary, ...]:
    """What is on at the site on a date, by name; archived ones are left out."""
    return _summaries(Offering.objects.filter(covering(day), site=site_id, archived_at=None), day)


def offerings_taught(person_id: int, day: date) -> tuple[OfferingSummary, ...]:
    """What the person teaches on a date, by name, at whatever site."""
    taught = Teaching.objects.filter(covering(day), person=person_id).values("offering")
    rows = Offering.objects.filter(covering(day), pk__in=taught, archived_at=None)
    return _summaries(rows, day)


def belongings(person_id: int, day: date | None = None) -> tuple[Belongs, ...]:
    """The offerings the person belongs to on a date, or all there ever were, the newest first."""
    when = Q() if day is None else covering(day)
    rows = OfferingEnrolment.objects.filter(when, person=person_id).order_by(
        "-starts_on", "offering__name"
    )
    return tuple(
        Belongs(pk, name, Standing(standing), first, last, EndedAs(how) if how else None)
        for pk, name, standing, first, last, how in rows.values_list(
            "offering_id", "offering__name", "standing", "starts_on", "ends_on", "ended_as"
        )
    )


def teachers(offering_ids: Collection[int], day: date) -> dict[int, tuple[Teacher, ...]]:
    """Who teaches these offerings on a date, leads first; one that nobody teaches is left out."""
    rows = Teaching.objects.filter(covering(day), offering__in=offering_ids)
    found: dict[int, list[Teacher]] = defaultdict(list)
    for teaching in rows.select_related("person").order_by("-role", "pk"):
        who = Teacher(teaching.person_id, str(teaching.person), TeachingRole(teaching.role))
        found[teaching.offering_id].append(who)
    return {offering: tuple(people) for offering, people in found.items()}


def _summaries(offerings: QuerySet[Offering], day: date) -> tuple[OfferingSummary, ...]:
    there = Q(enrolments__starts_on__lte=day) & (
        Q(enrolments__ends_on=None) | Q(enrolments__ends_on__gte=day)
    )
    counted = offerings.annotate(enrolled=Count("enrolments", filter=there, distinct=True))
    rows = list(counted.select_related("course").order_by("name", "pk"))
    taught = teachers([row.pk for row in rows], day)
    return tuple(
        OfferingSummary(
            id=row.pk,
            kind=OfferingKind(row.kind),
            name=row.name,
            course=row.course.name if row.course else "",
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            enrolled=row.enrolled,
            capacity=row.capacity,
            teachers=taught.get(row.pk, ()),
        )
        for row in rows
    )
