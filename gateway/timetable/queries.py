"""What the calendar and the enrolments say of a date."""

from collections import ChainMap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from gateway.timetable.errors import UnknownPlace, WrongSite
from gateway.timetable.models import Enrolment, Site
from gateway.timetable.public_holidays import national_year
from gateway.timetable.rules import Calendar, SchoolDay, Span, judge_day
from kiosk.protocol.messages import PersonKind

MOST_IDS = 20_000
"""Ids one statement may ask for, well below what both stores take."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person is enrolled."""

    year_group_id: int
    division_id: int
    site_id: int


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One student on the roll of a division."""

    person_id: int
    name: str
    year_group_id: int
    year_group: str


def school_day(site_id: int, day: date) -> SchoolDay:
    """Whether the site teaches on `day`, and why. Raises UnknownPlace.

    A site whose country the calendar does not know is closed until someone corrects it.
    """
    site = Site.objects.filter(pk=site_id).first()
    if site is None:
        raise UnknownPlace(f"there is no site {site_id}")
    try:
        return judge_day(day, calendar_of(site, Span(day, day)))
    except WrongSite as unknown:
        return SchoolDay(is_open=False, why=str(unknown))


def calendar_of(site: Site, dates: Span) -> Calendar:
    """The site's calendar as far as it concerns these dates. Raises WrongSite."""
    years = range(dates.first.year, dates.last.year + 1)
    national = [national_year(site.country, site.subdivision, year) for year in years]
    closures = site.closures.filter(on__gte=dates.first, on__lte=dates.last)
    open_days = site.open_days.filter(on__gte=dates.first, on__lte=dates.last)
    return Calendar(
        terms=[Span(first, last) for first, last in site.terms.values_list("starts_on", "ends_on")],
        closures=dict(closures.values_list("on", "reason")),
        public_holidays=ChainMap(*(dict(year.public_holidays) for year in national)),
        open_days=dict(open_days.values_list("on", "reason")),
        weekend=national[0].weekend,
    )


def enrolled(person_ids: Iterable[int], day: date) -> dict[int, Place]:
    """Where each of these persons is enrolled on `day`; who is not enrolled is left out."""
    wanted = sorted(set(person_ids))
    places: dict[int, Place] = {}
    for start in range(0, len(wanted), MOST_IDS):
        rows = (
            Enrolment.objects.filter(covering(day), person_id__in=wanted[start : start + MOST_IDS])
            .order_by("starts_on")
            .values_list(
                "person_id", "year_group_id", "year_group__division_id",
                "year_group__division__site_id",
            )
        )  # fmt: skip
        places |= {person: Place(*place) for person, *place in rows}
    return places


def roll(division_id: int, day: date) -> tuple[Enrolled, ...]:
    """The students enrolled in the division on `day`, by year group and name.

    One who was deactivated is left out, unless the enrolment itself was ended later.
    """
    return _students(Q(year_group__division_id=division_id), day)


def site_roll(site_id: int, day: date) -> tuple[Enrolled, ...]:
    """The students enrolled at the site on `day`, as `roll` has them of one division."""
    return _students(Q(year_group__division__site_id=site_id), day)


def _students(where: Q, day: date) -> tuple[Enrolled, ...]:
    rows = (
        Enrolment.objects.filter(where, covering(day), _attending())
        .order_by(
            "year_group__position", "year_group__name", "person__family_name",
            "person__given_name", "person_id",
        )
        .values_list(
            "person_id", "person__given_name", "person__family_name", "year_group_id",
            "year_group__name",
        )
    )  # fmt: skip
    return tuple(
        Enrolled(
            person_id=person,
            name=f"{given} {family}".strip(),
            year_group_id=group,
            year_group=name,
        )
        for person, given, family, group, name in rows
    )


def covering(day: date) -> Q:
    """Rows with `starts_on` and `ends_on` that hold on `day`; one without an end holds on."""
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day))


def _attending() -> Q:
    still_there = Q(person__active=True) | Q(ends_on__isnull=False)
    return Q(person__kind=PersonKind.STUDENT.value) & still_there
