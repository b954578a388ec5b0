"""Offerings, who belongs to them, and their sessions, for tests of class attendance."""

from datetime import date, datetime, time, timedelta
from typing import Any

from gateway.attendance.models import Session, SessionOffering
from gateway.people.models import Person
from gateway.timetable.models import Offering, OfferingEnrolment, Site
from gateway.timetable.values import OfferingKind, Standing
from tests.gateway.factories import make_person
from tests.gateway.school import MONDAY

SEPTEMBER = date(2026, 9, 1)
"""When offerings and enrolments begin where a test does not say."""


def make_offering(
    site: Site,
    name: str = "Algebra",
    *,
    kind: OfferingKind = OfferingKind.CLASS,
    profile: str = "coaching",
    **fields: Any,  # any column of Offering
) -> Offering:
    """An offering without slots that rolls on from September."""
    fields.setdefault("starts_on", SEPTEMBER)
    return Offering.objects.create(site=site, name=name, kind=kind.value, profile=profile, **fields)


def make_learner(name: str = "Mia Keller") -> Person:
    """A student who belongs to no year group."""
    return Person.objects.get(pk=make_person(name))


def enrol_in(
    offering: Offering,
    person: Person,
    *,
    starts_on: date = SEPTEMBER,
    ends_on: date | None = None,
    standing: Standing = Standing.ACTIVE,
) -> OfferingEnrolment:
    return OfferingEnrolment.objects.create(
        offering=offering,
        person=person,
        starts_on=starts_on,
        ends_on=ends_on,
        standing=standing.value,
    )


def make_session(
    *offerings: Offering,
    starts: str = "16:00",
    ends: str = "17:00",
    day: date = MONDAY,
    **fields: Any,  # any column of Session
) -> Session:
    """A scheduled session of these offerings, judged as its site and they have it."""
    site = offerings[0].site
    starts_at, finishes_at = _instants(site, day, starts, ends)
    overrides = dict(site.overrides)
    for offering in offerings:
        overrides |= offering.overrides
    told = {
        "site": site,
        "kind": offerings[0].kind,
        "title": offerings[0].name,
        "starts_at": starts_at,
        "registers_at": starts_at,
        "finishes_at": finishes_at,
        "profile": offerings[0].profile or site.profile,
        "overrides": overrides | fields.get("own_overrides", {}),
    }
    session = Session.objects.create(day=day, **(told | fields))
    for offering in offerings:
        SessionOffering.objects.create(session=session, offering=offering, day=day)
    return session


def _instants(site: Site, day: date, starts: str, ends: str) -> tuple[datetime, datetime]:
    """On the site's clock; one that ends at or before its start ends on the next day."""
    first, last = time.fromisoformat(starts), time.fromisoformat(ends)
    ends_on = day if last > first else day + timedelta(days=1)
    at = (datetime.combine(day, first), datetime.combine(ends_on, last))
    starts_at, finishes_at = (each.replace(tzinfo=site.tz) for each in at)
    return starts_at, finishes_at
