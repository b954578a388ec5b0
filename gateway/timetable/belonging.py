"""Who belongs to an offering: enrolled, put on hold, dropped, transferred, done.

Attendance judges anew what this changes: call it through `gateway.attendance.members`.
Offerings are locked before persons, and these before sessions.
"""

from collections.abc import Collection, Sequence
from datetime import date

from django.db import transaction

from gateway.people import roster
from gateway.people.errors import UnknownPerson
from gateway.people.models import Person
from gateway.timetable.errors import Full, NotEnrolled, UnknownOffering, WrongDates, WrongOffering
from gateway.timetable.models import Offering, OfferingEnrolment
from gateway.timetable.offering_rules import (
    ONE_DAY,
    Belonging,
    begun,
    changed,
    ended,
    most_at_once,
)
from gateway.timetable.rules import Span
from gateway.timetable.values import EndedAs, Standing

BEGINNING = (Standing.ACTIVE, Standing.TRIAL)
"""The standings in which one begins."""


@transaction.atomic
def enrol(
    *,
    offering_id: int,
    person_id: int,
    on: date,
    standing: Standing = Standing.ACTIVE,
    until: date | None = None,
) -> None:
    """From `on` to `until` the person belongs to the offering, for good or on trial.

    Doing it again changes nothing. Raises UnknownOffering, UnknownPerson, WrongOffering,
    WrongDates, AlreadyEnrolled, Full.
    """
    offering = hold([offering_id], person_id)[offering_id]
    if standing not in BEGINNING:
        raise WrongOffering("one begins active or on trial: change the standing afterwards")
    if until is not None and until < on:
        raise WrongDates(f"{until} lies before {on}: swap the dates")
    _refuse_over(offering, on)
    rows = rows_of(offering_id, person_id)
    after = begun(rows, on=on, standing=standing, until=until)
    if after != rows:
        _refuse_full(offering, person_id, Span(on, until or date.max))
        _keep(offering_id, person_id, rows, after)


@transaction.atomic
def change_standing(*, offering_id: int, person_id: int, on: date, standing: Standing) -> None:
    """From `on` the person belongs in another standing, as long as they belong at all.

    Raises UnknownOffering, UnknownPerson, NotEnrolled.
    """
    hold([offering_id], person_id)
    rows = rows_of(offering_id, person_id)
    _keep(offering_id, person_id, rows, changed(rows, on=on, standing=standing))


@transaction.atomic
def end(*, offering_id: int, person_id: int, last_day: date, how: EndedAs) -> None:
    """The person dropped the offering, or completed it, with this last day.

    Raises UnknownOffering, UnknownPerson, NotEnrolled, and WrongOffering for a transfer.
    """
    if how is EndedAs.TRANSFERRED:
        raise WrongOffering("a transfer names the offering it leads to")
    hold([offering_id], person_id)
    rows = rows_of(offering_id, person_id)
    _keep(offering_id, person_id, rows, ended(rows, last_day=last_day, how=how))


@transaction.atomic
def transfer(*, offering_id: int, person_id: int, to: int, on: date) -> None:
    """From `on` the person belongs to another offering instead, in the standing they had.

    Where they have been stays written. Raises UnknownOffering, UnknownPerson, WrongOffering,
    NotEnrolled, AlreadyEnrolled, Full.
    """
    if offering_id == to:
        raise WrongOffering("a transfer leads to another offering")
    offering = hold([offering_id, to], person_id)[to]
    _refuse_over(offering, on)
    rows, there = rows_of(offering_id, person_id), rows_of(to, person_id)
    at = next((row for row in rows if on in row.span), None)
    if at is None:
        raise NotEnrolled(f"the person does not belong to it on {on}: enrol them in the other one")
    left = ended(rows, last_day=on - ONE_DAY, how=EndedAs.TRANSFERRED)
    come = begun(there, on=on, standing=at.standing)
    _refuse_full(offering, person_id, Span(on, date.max))
    _keep(offering_id, person_id, rows, left)
    _keep(to, person_id, there, come)


def hold(offering_ids: Collection[int], person_id: int) -> dict[int, Offering]:
    """The offerings, which nobody else fills or leaves until the transaction ends.

    Raises UnknownOffering, UnknownPerson.
    """
    rows = Offering.objects.filter(pk__in=offering_ids).order_by("pk")
    found = {row.pk: row for row in rows.select_for_update(no_key=True)}
    missing = sorted(set(offering_ids) - found.keys())
    if missing:
        raise UnknownOffering(f"there is no offering {missing[0]}")
    if not Person.objects.filter(pk=person_id, merged_into=None).exists():
        raise UnknownPerson(f"there is no person {person_id}")
    roster.hold([person_id])
    return found


def rows_of(offering_id: int, person_id: int) -> tuple[Belonging, ...]:
    """How the person belonged, belongs and will belong to the offering."""
    rows = OfferingEnrolment.objects.filter(offering=offering_id, person=person_id)
    return tuple(
        Belonging(first, last, Standing(standing), EndedAs(how) if how else None)
        for first, last, standing, how in rows.order_by("starts_on").values_list(
            "starts_on", "ends_on", "standing", "ended_as"
        )
    )


def _refuse_over(offering: Offering, on: date) -> None:
    if offering.archived_at is not None:
        raise WrongOffering(f"{offering.name} is archived: choose another offering")
    if offering.ends_on is not None and on > offering.ends_on:
        raise WrongDates(f"{offering.name} ends on {offering.ends_on}, before {on}")


def _refuse_full(offering: Offering, person_id: int, within: Span) -> None:
    """By the fullest date: a place that somebody takes next week is no free one."""
    if offering.capacity is None:
        return
    others = OfferingEnrolment.objects.filter(offering=offering).exclude(person=person_id)
    spans = [
        Span(first, last or date.max) for first, last in others.values_list("starts_on", "ends_on")
    ]
    taken = most_at_once(spans, within=within)
    if taken >= offering.capacity:
        raise Full(
            f"{offering.name} has {offering.capacity} places and {taken} are taken: "
            "raise its capacity, or choose another offering"
        )


def _keep(
    offering_id: int, person_id: int, before: Sequence[Belonging], after: Sequence[Belonging]
) -> None:
    """Write what changed; a row that goes is gone before another takes its dates."""
    mine = OfferingEnrolment.objects.filter(offering=offering_id, person=person_id)
    kept = {row.starts_on: row for row in after}
    mine.exclude(starts_on__in=kept.keys()).delete()
    for row in (row for row in after if row not in before):
        told = {
            "ends_on": row.ends_on,
            "standing": row.standing.value,
            "ended_as": row.ended_as.value if row.ended_as else "",
        }
        mine.update_or_create(
            starts_on=row.starts_on,
            defaults=told,
            create_defaults={**told, "offering_id": offering_id, "person_id": person_id},
        )
