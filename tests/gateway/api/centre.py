"""A centre with two classes, and everybody who may call about one of them."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any

import uuid_utils.compat as uuids
from django.test import Client

from gateway.attendance.certificates import add_certificate
from gateway.attendance.check_in_photos import keep_still
from gateway.attendance.flags import set_flag
from gateway.attendance.marking import Actor
from gateway.attendance.models import (
    Certificate,
    CheckIn,
    Excuse,
    Flag,
    Notice,
    Session,
    SharedPhone,
)
from gateway.attendance.notices import tell
from gateway.attendance.values import (
    CheckInMethod,
    CheckInState,
    ExcuseReason,
    ExcuseState,
    FlagKind,
)
from gateway.people.guardians import add_guardian
from gateway.people.models import Person
from gateway.people.values import Role
from gateway.timetable.models import Offering, Site, Slot, Teaching
from gateway.timetable.offerings import SlotDetails, add_slot
from kiosk.protocol.messages import PersonKind
from tests.gateway.api.conftest import Api, make_api
from tests.gateway.classes import SEPTEMBER, enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_person, make_site

FRIDAY = date(2026, 11, 20)
PDF = b"%PDF-1.4\n%%EOF\n"
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

    def known(self) -> dict[str, Any]:
        """What may stand in an address about Mia, her session and her offering."""
        return {
            "session_id": self.session.pk,
            "person_id": self.mia.pk,
            "guardian_id": self.father.pk,
            "offering_id": self.algebra.pk,
            "slot_id": Slot.objects.get().pk,
            "teaching_id": Teaching.objects.get(person=self.ada).pk,
            "excuse_id": Excuse.objects.get().pk,
            "certificate_id": Certificate.objects.get().pk,
            "check_in_id": CheckIn.objects.get().pk,
            "shared_id": SharedPhone.objects.get().pk,
            "flag_id": Flag.objects.get().pk,
            "notice_id": Notice.objects.get().pk,
            "site": self.site.slug,
            "name": "coaching",
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
    centre = Centre(
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
    _say_something_of_everything(centre)
    return centre


def _say_something_of_everything(centre: Centre) -> None:
    """An excuse with its certificate, a check-in with its photo, and so on, all of Mia's."""
    now = centre.session.starts_at
    add_slot(offering_id=centre.algebra.pk, details=SlotDetails(1, time(16), time(17)))
    excuse = Excuse.objects.create(
        person=centre.mia, starts_at=now, ends_at=now, reason=ExcuseReason.MEDICAL.value,
        state=ExcuseState.REQUESTED.value, asked_at=now, asked_by="father",
    )  # fmt: skip
    office = Actor("office", frozenset({Role.OFFICE}))
    add_certificate(excuse_id=excuse.pk, name="note.pdf", octets=PDF, by=office, now=now)
    photo = uuids.uuid7()
    keep_still(photo, b"a jpeg", taken_at=now)
    CheckIn.objects.create(
        session=centre.session, person=centre.mia, at=now, method=CheckInMethod.PORTAL.value,
        state=CheckInState.PENDING.value, by="father", photo=photo,
    )  # fmt: skip
    SharedPhone.objects.create(session=centre.session, person=centre.mia, other=centre.tom, at=now)
    set_flag(person_id=centre.mia.pk, kind=FlagKind.NOTE, text="Ring at noon", by="office", now=now)
    tell({centre.mia.pk: "You have a place"}, subject="place:1", now=now)


def _person(name: str, kind: PersonKind = PersonKind.GUARDIAN) -> Person:
    return Person.objects.get(pk=make_person(name, kind=kind))
