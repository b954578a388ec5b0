"""Classes of today at the demo's first site, one of each profile, for rolls to try by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.attendance.laying import lay_ahead
from gateway.attendance.snapshots import set_offering_profile
from gateway.people.models import Person
from gateway.timetable import belonging, offerings
from gateway.timetable.models import Enrolment, Site
from gateway.timetable.offerings import OfferingDetails, SlotDetails
from gateway.timetable.values import OfferingKind, Standing
from kiosk.protocol.messages import PersonKind

ON_ROLL = 12
BACK = timedelta(days=14)
"""The classes have met for so long."""


@dataclass(frozen=True, slots=True)
class Class:
    """An offering of the demo; it begins so long after registration does."""

    name: str
    kind: OfferingKind
    profile: str
    begins: timedelta
    lasts: timedelta = timedelta(minutes=45)


CLASSES = (
    Class("Algebra", OfferingKind.CLASS, "tuition", timedelta(minutes=4)),
    Class("Exam batch", OfferingKind.CLASS, "coaching", timedelta(minutes=6)),
    Class("Choir", OfferingKind.CLASS, "activity", timedelta(minutes=8)),
    Class("First aid", OfferingKind.TRAINING, "training", timedelta(minutes=10)),
)


def open_classes(site: Site, *, am: datetime, now: datetime) -> int:
    """Found the classes, fill them and lay today's sessions; answers how many there are."""
    staff = _people(PersonKind.STAFF, site)
    students = _people(PersonKind.STUDENT, site)
    for place, each in enumerate(CLASSES):
        members = students[place * ON_ROLL // 2 :][:ON_ROLL]
        _open(site, each, am, now, teacher=staff[place % len(staff)], members=members)
    return lay_ahead(site_id=site.pk, now=now, days=0).made


def _open(
    site: Site, each: Class, am: datetime, now: datetime, *, teacher: int, members: Sequence[int]
) -> None:
    begun = am.date() - BACK
    details = OfferingDetails(each.kind, each.name, begun)
    offering = offerings.add_offering(site_id=site.pk, details=details)
    starts = am + each.begins
    slot = SlotDetails(am.isoweekday(), starts.time(), (starts + each.lasts).time())
    offerings.add_slot(offering_id=offering.pk, details=slot)
    offerings.add_teaching(offering_id=offering.pk, person_id=teacher, starts_on=begun)
    set_offering_profile(offering_id=offering.pk, profile=each.profile, overrides={}, now=now)
    for number, person in enumerate(members):
        standing = Standing.TRIAL if number == len(members) - 1 else Standing.ACTIVE
        belonging.enrol(offering_id=offering.pk, person_id=person, on=begun, standing=standing)


def _people(kind: PersonKind, site: Site) -> list[int]:
    """Staff of the school, or the students of the site, in the order of their numbers."""
    people = Person.objects.filter(kind=kind.value, active=True).order_by("pk")
    if kind is PersonKind.STUDENT:
        here = Enrolment.objects.filter(year_group__division__site=site).values("person")
        people = people.filter(pk__in=here)
    return list(people.values_list("pk", flat=True))
