"""Schools for tests: what a test does not say is filled in here."""

from datetime import date

from gateway.people import services as people
from gateway.people.values import PersonDetails
from gateway.timetable import services as timetable
from gateway.timetable.models import Division, Site, YearGroup
from kiosk.protocol.messages import Method, PersonKind


def make_site(slug: str = "main") -> Site:
    return timetable.add_site(slug=slug, name=slug.title())


def make_division(site: Site, name: str = "Senior") -> Division:
    return timetable.upsert_division(site_id=site.pk, name=name)


def make_year_group(division: Division, name: str = "Year 7") -> YearGroup:
    return timetable.upsert_year_group(division_id=division.pk, name=name)


def make_person(
    name: str = "Mia Keller",
    *,
    external_id: str | None = None,
    kind: PersonKind = PersonKind.STUDENT,
) -> int:
    given, _, family = name.partition(" ")
    return people.add_person(PersonDetails(kind, given, family, external_id=external_id))


def make_student(
    name: str = "Mia Keller",
    *,
    year_group: YearGroup,
    on: date = date(2026, 9, 1),
    card: str = "",
    external_id: str | None = None,
) -> int:
    person_id = make_person(name, external_id=external_id)
    timetable.enrol(person_id=person_id, year_group_id=year_group.pk, on=on)
    if card:
        people.set_credential(person_id=person_id, method=Method.CARD, value=card)
    return person_id
