"""Faces: what was said of their use, measuring them at kiosks, and those that did not fit."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import Field, StringConstraints

from gateway.api.access import caller
from gateway.api.clock import now
from gateway.api.enrolling import KioskEnrolment, get_enrolment
from gateway.api.paging import Paged
from gateway.api.parameters import AtSite, Id, Instant, OnDay, SlugText, day_of, site_of
from gateway.faces import services
from gateway.faces.queries import FaceLine, Mismatch, face_lines, mismatches
from gateway.faces.rules import Stance
from gateway.faces.services import Statement

router = Router(tags=["faces"])

Who = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Version = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class RelationWord(StrEnum):
    """What the one who spoke is to the person."""

    SELF = "self"
    PARENT = "parent"
    GUARDIAN = "guardian"


class ConsentIn(AtSite):
    """What somebody said of the use of a person's face, when, and to which text."""

    stance: Stance
    given_by: Who
    relation: RelationWord
    given_at: Instant
    text_version: Version


class ConsentNumber(Schema):
    """The number by which a consent is withdrawn."""

    id: int


class Withdrawal(AtSite):
    """Who takes it back."""

    withdrawn_by: Who


class FaceWanted(Schema):
    """Where the face shall be measured."""

    kiosk: SlugText


class WordOut(Schema):
    """One word, as it was recorded."""

    id: int
    stance: Stance
    given_by: str
    relation: str
    given_at: datetime
    text_version: str
    recorded_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str


class FaceOut(Schema):
    """A person of whom something was said or is held.

    `held_until` is null when no measures are held; `kiosks_left` names kiosks that have not
    confirmed that they wiped them too.
    """

    person_id: int
    name: str
    may_use: bool
    held_until: datetime | None
    wiped_because: str
    kiosks_left: Annotated[list[str], Field(default_factory=list)]
    words: Annotated[list[WordOut], Field(default_factory=list)]


class MismatchOut(Schema):
    """A face that was not the holder's; `distance` from the holder's own, 0 the same picture."""

    track_id: UUID
    person_id: int
    name: str
    kiosk: str
    at: datetime
    distance: float | None


@router.get("/faces", response=list[FaceOut])
@paginate(Paged)
def list_faces(request: HttpRequest, asked: Query[AtSite]) -> tuple[FaceLine, ...]:
    """Everybody at the site of whom something was said or is held, by name."""
    return face_lines(site_of(asked.site).pk)


@router.get("/faces/mismatches", response=list[MismatchOut])
@paginate(Paged)
def list_mismatches(request: HttpRequest, asked: Query[OnDay]) -> tuple[Mismatch, ...]:
    """The faces of a day that were not the holders' and nobody has looked at."""
    site = site_of(asked.site)
    return mismatches(site.pk, day_of(site, asked.date, now()))


@router.post("/faces/mismatches/{track_id}/seen", response={204: None})
def see_mismatch(request: HttpRequest, track_id: UUID) -> Status[None]:
    """Somebody has looked into it."""
    services.see_mismatch(track_id=track_id, by=caller(request).user_id, now=now())
    return Status(204, None)


@router.post("/people/{person_id}/face-consents", response={201: ConsentNumber})
def record_consent(request: HttpRequest, person_id: Id, said: ConsentIn) -> Status[ConsentNumber]:
    """Record what was said. One refusal outweighs every agreement, and wipes what is held."""
    number = services.record_consent(
        person_id=person_id,
        site_id=site_of(said.site).pk,
        said=Statement(
            said.stance, said.given_by, said.relation.value, said.given_at, said.text_version
        ),
        by=caller(request).user_id,
        now=now(),
    )
    return Status(201, ConsentNumber(id=number))


@router.post("/face-consents/{consent_id}/withdraw", response={204: None})
def withdraw(request: HttpRequest, consent_id: Id, taken_back: Withdrawal) -> Status[None]:
    """Take back what was said; without a consent left, measures are wiped here and at kiosks."""
    services.withdraw_consent(
        consent_id=consent_id,
        site_id=site_of(taken_back.site).pk,
        withdrawn_by=taken_back.withdrawn_by,
        by=caller(request).user_id,
        now=now(),
    )
    return Status(204, None)


@router.post("/people/{person_id}/enrol-face", response={201: KioskEnrolment})
def enrol_face(request: HttpRequest, person_id: Id, wanted: FaceWanted) -> Status[KioskEnrolment]:
    """Let a kiosk measure this person's face, for two minutes."""
    enrolment = services.start_face_enrolment(
        kiosk_id=wanted.kiosk, person_id=person_id, by=caller(request).user_id, now=now()
    )
    return Status(201, get_enrolment(request, enrolment))
