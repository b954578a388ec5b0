"""Enrolling a card at a kiosk: ask for it, see how it stands, cancel it."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status

from gateway.api.access import caller
from gateway.api.clock import now
from gateway.api.parameters import Id, SlugText, Text
from gateway.fleet.enrolling import Progress, cancel_enrolment, progress, start_enrolment
from kiosk.protocol.messages import Method

router = Router(tags=["people"])


class CardWanted(Schema):
    """Where the card will be held up; `number` is the card's, in hex, where it is known."""

    kiosk: SlugText
    number: Text = ""


class KioskEnrolment(Schema):
    """How it stands: `outcome` is waiting, done, refused, cancelled or timed_out.

    `why` is why a card was refused last: held, blocked, random or another. `form` is how the
    kiosk's reader was found to type numbers.
    """

    id: UUID
    kiosk: str
    person_id: int
    method: Method
    until: datetime
    outcome: str
    why: str
    value: str
    form: str


@router.post("/people/{person_id}/enrol-card", response={201: KioskEnrolment})
def enrol_card(request: HttpRequest, person_id: Id, wanted: CardWanted) -> Status[KioskEnrolment]:
    """Let a kiosk take the next unknown card for this person, for two minutes."""
    at = now()
    enrolment = start_enrolment(
        kiosk_id=wanted.kiosk,
        person_id=person_id,
        method=Method.CARD,
        by=caller(request).user_id,
        number=wanted.number,
        now=at,
    )
    return Status(201, _told(progress(enrolment, now=at)))


@router.get("/kiosk-enrolments/{enrolment_id}", response=KioskEnrolment)
def get_enrolment(request: HttpRequest, enrolment_id: UUID) -> KioskEnrolment:
    """How it stands."""
    return _told(progress(enrolment_id, now=now()))


@router.post("/kiosk-enrolments/{enrolment_id}/cancel", response=KioskEnrolment)
def cancel(request: HttpRequest, enrolment_id: UUID) -> KioskEnrolment:
    """Let the kiosk wait no longer; one that has ended stays as it ended."""
    at = now()
    cancel_enrolment(enrolment_id=enrolment_id, now=at)
    return _told(progress(enrolment_id, now=at))


def _told(found: Progress) -> KioskEnrolment:
    return KioskEnrolment(
        id=found.id,
        kiosk=found.kiosk,
        person_id=found.person,
        method=found.method,
        until=found.until,
        outcome=found.outcome or "waiting",
        why=found.why,
        value=found.value,
        form=found.form,
    )
