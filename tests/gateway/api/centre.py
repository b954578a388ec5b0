"""A centre with two classes, and everybody who may call about one of them."""

from dataclasses import dataclass
from datetime import date

from django.test import Client

from gateway.attendance.models import Session
from gateway.people.guardians import add_guardian
from gateway.people.models import Person
from gateway.people.values import Role
from gateway.timetable.models import Offering, Site, Teaching
from kiosk.protocol.messages import PersonKind
from tests.gateway.api.conftest import Api, make_api
from tests.gateway.classes import SEPTEMBER, enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_person, make_site

FRIDAY = date(2026, 11, 20)
NEVER_LOCKED = {"lock_after": None}
"""The API asks the real clock, and a roll of the tests' Monday may be marked on any day."""


@dataclass(frozen=True)
class Centre:
    """Mia learns algebra with Ada, Tom physics with Max; Mia's father and Tom's mother ask too."""

    site: Site
    algebra: Offering
    physics: Offering
    session: Session
    earlier_session: Session
    other_session: Session
    mia: Person
    tom: Person
    ada: Person
    max: Person
    father: Person
    mother: Person

    def callers(self) -> dict[str, Api]:
        """Everybody who calls, in the order of the table's columns."""
        return {
            "admin": make_api(Role.ADMIN),
            "office": make_api(Role.OFFICE),
            "teacher": make_api(Role.TEACHER, name="ada", person=self.ada),
            "another teacher": make_api(Role.TEACHER, name="max", person=self.max),
            "guardian": make_api(Role.GUARDIAN, name="father", person=self.father),
            "another guardian": make_api(Role.GUARDIAN, name="mother", person=self.mother),
            "student": make_api(Role.STUDENT, name="mia", person=self.mia),
            "another student": make_api(Role.STUDENT, name="tom", person=self.tom),
            "nobody": Api(Client(), ""),
        }

    def numbers(self) -> dict[str, int]:
        """What may stand in an address about Mia and her session."""
        return {
            "session_id": self.session.pk,
            "person_id": self.mia.pk,
            "guardian_id": self.father.pk,
        }


def make_centre() -> Centre:
    site = make_site()
    algebra, physics = make_offering(site), make_offering(site, "Physics")
    mia, tom = make_learner("Mia Keller"), make_learner("Tom Berg")
    ada, max_ = _person("Ada Lane", PersonKind.STAFF), _person("Max Ort", PersonKind.STAFF)
    father, mother = _person("Jan Keller"), _person("Eva Berg")
    for offering, learner, teacher in ((algebra, mia, ada), (physics, tom, max_)):
        enrol_in(offering, learner)
        Teaching.objects.create(offering=offering, person=teacher, starts_on=SEPTEMBER)
    add_guardian(guardian_id=father.pk, child_id=mia.pk)
    add_guardian(guardian_id=mother.pk, child_id=tom.pk)
    return Centre(
        site=site,
        algebra=algebra,
        physics=physics,
        session=make_session(algebra, own_overrides=NEVER_LOCKED),
        earlier_session=make_session(algebra, day=FRIDAY, own_overrides=NEVER_LOCKED),
        other_session=make_session(physics, own_overrides=NEVER_LOCKED),
        mia=mia,
        tom=tom,
        ada=ada,
        max=max_,
        father=father,
        mother=mother,
    )


def _person(name: str, kind: PersonKind = PersonKind.GUARDIAN) -> Person:
    return Person.objects.get(pk=make_person(name, kind=kind))
