"""Offerings, who belongs to them, and their sessions, for tests of class attendance."""

from datetime import date, datetime, time, timedelta
from typing import Any

from gateway.attendance.models import Session, SessionOffering
from gateway.attendance.recording import Heard
from gateway.attendance.services import record_tracks
from gateway.people.models import Person
from gateway.timetable.models import (
    Offering,
    OfferingEnrolment,
    Room,
    Site,
    Slot,
    Teaching,
)
from gateway.timetable.values import OfferingKind, Standing
from kiosk.protocol.messages import PersonKind
from tests.gateway.factories import make_person
from tests.gateway.school import MONDAY, Door, at

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


def make_slot(
    offering: Offering,
    starts: str = "16:00",
    ends: str = "17:00",
    *,
    weekday: int = 1,
    room: Room | None = None,
) -> Slot:
    """A weekly time of the offering, Mondays where a test does not say."""
    first, last = time.fromisoformat(starts), time.fromisoformat(ends)
    return Slot.objects.create(
        offering=offering, weekday=weekday, starts=first, ends=last, room=room
    )


def make_teacher(name: str = "Tom Teacher", *teaches: Offering) -> Person:
    """A member of staff who teaches these offerings since September."""
    teacher = Person.objects.get(pk=make_person(name, kind=PersonKind.STAFF))
    for offering in teaches:
        Teaching.objects.create(offering=offering, person=teacher, starts_on=SEPTEMBER)
    return teacher


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


def tap(site: Site, door: Door, person: Person, clock: str, *, day: date = MONDAY) -> None:
    """Somebody holds a card to a kiosk of the site, and the gateway hears of it at once."""
    track = door.sees(person, clock, day=day)
    record_tracks(heard=[Heard(door.id, site.pk, door.install, track)], now=at(clock, day))


def _instants(site: Site, day: date, starts: str, ends: str) -> tuple[datetime, datetime]:
    """On the site's clock; one that ends at or before its start ends on the next day."""
    first, last = time.fromisoformat(starts), time.fromisoformat(ends)
    ends_on = day if last > first else day + timedelta(days=1)
    at = (datetime.combine(day, first), datetime.combine(ends_on, last))
    starts_at, finishes_at = (each.replace(tzinfo=site.tz) for each in at)
    return starts_at, finishes_at
