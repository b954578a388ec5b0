"""Changes of the calendar and of who belongs where."""

import re
from collections.abc import Collection, Mapping
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.db.models import Q

from gateway import bulk
from gateway.people import roster, services as people
from gateway.people.errors import kept_by_erp
from gateway.people.models import Person
from gateway.timetable.errors import (
    NotAStudent,
    Taken,
    UnknownEntry,
    UnknownPlace,
    WrongDates,
    WrongSite,
)
from gateway.timetable.models import (
    Closure,
    Division,
    Enrolment,
    OpenDay,
    PeriodKind,
    RegistrationPeriod,
    Site,
    Term,
    YearGroup,
)
from gateway.timetable.public_holidays import national_year
from kiosk.protocol.messages import PersonKind

ONE_DAY = timedelta(days=1)
CalendarEntry = Term | Closure | OpenDay | RegistrationPeriod


@transaction.atomic
def add_site(
    *,
    slug: str,
    name: str,
    zone: str = "Europe/London",
    country: str = "GB",
    subdivision: str = "ENG",
) -> Site:
    """A branch with its own entrances, calendar and clock. Raises WrongSite, Taken."""
    check_place(zone=zone, country=country, subdivision=subdivision)
    if not re.fullmatch(r"[a-z0-9-]{1,32}", slug):
        raise WrongSite(f"{slug!r} names no site: at most 32 of a-z, 0-9 and - are needed")
    if Site.objects.filter(slug=slug).exists():
        raise Taken(f"there is a site {slug!r} already")
    return Site.objects.create(
        slug=slug, name=name, zone=zone, country=country, subdivision=subdivision
    )


def check_place(*, zone: str, country: str, subdivision: str) -> None:
    """Raises WrongSite when the zone or the country's public holidays are not known."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise WrongSite(f"the zone {zone!r} is unknown: write it as in Europe/London") from unknown
    national_year(country, subdivision, 2026)


@transaction.atomic
def upsert_division(*, site_id: int, name: str, external_id: str | None = None) -> Division:
    """The division of this external id, or else of this name at the site, named so."""
    key = {"external_id": external_id} if external_id else {"site_id": site_id, "name": name}
    division, _ = Division.objects.update_or_create(
        **key, defaults={"site_id": site_id, "name": name}
    )
    return division


@transaction.atomic
def upsert_year_group(
    *, division_id: int, name: str, position: int = 0, external_id: str | None = None
) -> YearGroup:
    """The year group of this external id, or else of this name in the division, as told."""
    key = (
        {"external_id": external_id} if external_id else {"division_id": division_id, "name": name}
    )
    group, _ = YearGroup.objects.update_or_create(
        **key, defaults={"division_id": division_id, "name": name, "position": position}
    )
    return group


@transaction.atomic
def enrol(*, person_id: int, year_group_id: int, on: date) -> None:
    """From `on` the student belongs to this year group, by somebody's hand.

    A change of group is a transfer: the enrolment before it ends the day before. Raises
    UnknownPlace, NotAStudent, and KeptByErp where the ERP says who belongs where.
    """
    if Person.objects.filter(pk=person_id, synchronised=True).exists():
        raise kept_by_erp(person_id)
    enrol_many({person_id: year_group_id}, on=on)


@transaction.atomic
def enrol_many(groups: Mapping[int, int], *, on: date) -> int:
    """As `enrol`, for many at once and by whoever keeps them; answers how many changed.

    What was planned for `on` and later is replaced. Raises UnknownPlace, NotAStudent.
    """
    roster.lock()
    _refuse_unknown(set(groups.values()))
    _refuse_others_than_students(groups.keys())
    reaching = _reaching(groups.keys(), on)
    settled = {
        row.person_id
        for row in reaching
        if row.ends_on is None
        and row.starts_on <= on
        and row.year_group_id == groups[row.person_id]
    }
    moving = [person for person in groups if person not in settled]
    _cut([row for row in reaching if row.person_id not in settled], on)
    bulk.insert(
        Enrolment,
        ("person", "year_group", "starts_on", "ends_on"),
        [(person, groups[person], on, None) for person in moving],
    )
    roster.stamp(moving)
    return len(moving)


@transaction.atomic
def end_enrolments(person_ids: Collection[int], *, last_day: date) -> int:
    """These students belong to no year group after `last_day`; answers how many did."""
    roster.lock()
    reaching = _reaching(person_ids, last_day + ONE_DAY)
    _cut(reaching, last_day + ONE_DAY)
    ended = {row.person_id for row in reaching}
    roster.stamp(ended)
    return len(ended)


@transaction.atomic
def leave(person_ids: Collection[int], *, last_day: date) -> None:
    """These persons left: their enrolments end, and no kiosk knows them any more."""
    end_enrolments(person_ids, last_day=last_day)
    people.deactivate_people(person_ids)


@transaction.atomic
def add_term(*, site_id: int, name: str, starts_on: date, ends_on: date) -> Term:
    """Dates on which the site teaches, both included. Raises WrongDates."""
    _refuse_backwards(starts_on, ends_on)
    overlapping = Term.objects.filter(
        site_id=site_id, starts_on__lte=ends_on, ends_on__gte=starts_on
    ).first()
    if overlapping is not None:
        raise WrongDates(f"these dates overlap the term {overlapping.name!r}: change one of them")
    return Term.objects.create(site_id=site_id, name=name, starts_on=starts_on, ends_on=ends_on)


@transaction.atomic
def add_closure(*, site_id: int, reason: str, starts_on: date, ends_on: date | None = None) -> None:
    """The site does not teach on these dates. Saying it again replaces the reason."""
    for day in _dates(starts_on, ends_on or starts_on):
        Closure.objects.update_or_create(site_id=site_id, on=day, defaults={"reason": reason})


@transaction.atomic
def add_open_day(*, site_id: int, reason: str, on: date) -> None:
    """The site teaches on this date, whatever else the calendar says."""
    OpenDay.objects.update_or_create(site_id=site_id, on=on, defaults={"reason": reason})


@transaction.atomic
def set_registration_period(
    *,
    division_id: int,
    kind: PeriodKind,
    weekdays: str,
    starts: time,
    registers: time,
    finishes: time,
) -> RegistrationPeriod:
    """When a division registers on these ISO weekdays, on the site's clock. Raises WrongDates."""
    if not starts <= registers <= finishes:
        raise WrongDates("a registration period starts, then registers, then finishes")
    if not weekdays or set(weekdays) - set("1234567"):
        raise WrongDates("weekdays are digits from 1 for Monday to 7 for Sunday, such as 12345")
    period, _ = RegistrationPeriod.objects.update_or_create(
        division_id=division_id,
        kind=kind,
        weekdays="".join(sorted(set(weekdays))),
        defaults={"starts": starts, "registers": registers, "finishes": finishes},
    )
    return period


@transaction.atomic
def strike_out(kind: type[CalendarEntry], entry_id: int) -> None:
    """Take an entry out of the calendar. Raises UnknownEntry."""
    deleted, _ = kind._default_manager.filter(pk=entry_id).delete()  # noqa: SLF001 - Django's documented API
    if not deleted:
        raise UnknownEntry(f"there is no {kind._meta.verbose_name} {entry_id}")  # noqa: SLF001 - the same


def _refuse_unknown(year_group_ids: Collection[int]) -> None:
    known = set(YearGroup.objects.filter(pk__in=year_group_ids).values_list("pk", flat=True))
    missing = sorted(set(year_group_ids) - known)
    if missing:
        raise UnknownPlace(f"there is no year group {missing[0]}")


def _refuse_others_than_students(person_ids: Collection[int]) -> None:
    students = set(
        Person.objects.filter(kind=PersonKind.STUDENT.value, pk__in=person_ids).values_list(
            "pk", flat=True
        )
    )
    others = sorted(set(person_ids) - students)
    if others:
        raise NotAStudent(f"person {others[0]} is no student: only students belong to year groups")


def _reaching(person_ids: Collection[int], on: date) -> list[Enrolment]:
    """The enrolments of these persons that touch `on` or a later date."""
    return list(
        Enrolment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=on), person_id__in=person_ids)
    )


def _cut(enrolments: Collection[Enrolment], on: date) -> None:
    """End these the day before `on`; those that begin later never were."""
    begun = [row.pk for row in enrolments if row.starts_on < on]
    planned = [row.pk for row in enrolments if row.starts_on >= on]
    Enrolment.objects.filter(pk__in=begun).update(ends_on=on - ONE_DAY)
    Enrolment.objects.filter(pk__in=planned).delete()


def _refuse_backwards(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise WrongDates(f"{ends_on} lies before {starts_on}: swap the dates")


def _dates(first: date, last: date) -> list[date]:
    _refuse_backwards(first, last)
    if (last - first).days > 366:
        raise WrongDates("a closure lasts a year at most")
    return [first + n * ONE_DAY for n in range((last - first).days + 1)]
