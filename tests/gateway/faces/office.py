"""An office that has faces enrolled at its gate."""

import base64
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from drivers.face.engine import Measures
from gateway.faces.queries import FaceLine, face_lines
from gateway.faces.rules import Stance
from gateway.faces.services import (
    Statement,
    keep_face,
    record_consent,
    start_face_enrolment,
    withdraw_consent,
)
from gateway.fleet.models import Kiosk
from gateway.fleet.options import Options, set_door_options
from gateway.keys import gateway_key
from gateway.people.services import set_credential
from kiosk.protocol.messages import Method
from kiosk.protocol.remarks import FaceEnrolled
from kiosk.protocol.sealing import seal
from tests.gateway.factories import make_student
from tests.gateway.school import School, at, make_school
from tests.kiosk.faces.people import measures_of

CARD = "04A224D2C86180"
NOW = at("09:00")


def said(
    stance: Stance = Stance.AGREED, *, by: str = "Anna Keller", at: datetime = NOW
) -> Statement:
    return Statement(stance, by, "parent", at, "2026-09")


@dataclass
class Office:
    """`mia` has a card; nobody has said anything of faces yet."""

    school: School = field(default_factory=make_school)

    def __post_init__(self) -> None:
        self.school.kiosk("gate")
        self.gate = Kiosk.objects.get(pk="gate")
        self.site_id = self.school.site.pk
        self.mia = make_student(year_group=self.school.group, card=CARD)
        self.switch(face_confirm=True)

    def switch(self, **options: bool | int) -> None:
        set_door_options(site_id=self.site_id, options=Options(**options))  # type: ignore[arg-type]  # told by name

    def another(self, name: str = "Ben Adeyemi") -> int:
        person = make_student(name, year_group=self.school.group)
        set_credential(person_id=person, method=Method.CARD, value=f"{person:08X}")
        return person

    def consent(self, person: int = 0, *, now: datetime = NOW, **more: Stance | str) -> int:
        return record_consent(
            person_id=person or self.mia,
            site_id=self.site_id,
            said=said(**more),  # type: ignore[arg-type]  # told by name
            by=None,
            now=now,
        )

    def withdraw(self, consent: int, *, now: datetime = NOW) -> None:
        withdraw_consent(
            consent_id=consent, site_id=self.site_id, withdrawn_by="Anna Keller", by=None, now=now
        )

    def start(self, person: int = 0, *, now: datetime = NOW) -> UUID:
        return start_face_enrolment(kiosk_id="gate", person_id=person or self.mia, by=None, now=now)

    def taken(self, enrolment: UUID, measures: Measures | None = None) -> FaceEnrolled:
        octets = (measures or measures_of(self.mia)).octets
        sealed = seal(gateway_key().public, octets, about=enrolment.bytes)
        return FaceEnrolled(
            id=uuid4(), enrolment=enrolment, sealed=base64.b64encode(sealed).decode()
        )

    def enrol(self, person: int = 0, *, now: datetime = NOW) -> None:
        """Consent, and a face with it."""
        self.consent(person, now=now)
        remark = self.taken(self.start(person, now=now), measures_of(person or self.mia))
        keep_face(kiosk=self.gate, remark=remark, now=now)

    def line(self, person: int = 0) -> FaceLine:
        (line,) = face_lines(self.site_id, person_ids=[person or self.mia])
        return line
