"""What kiosks tell of enrolments, and what they are asked to enrol."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import BaseModel

from gateway.attendance.services import resolve_unknown
from gateway.fleet.enrolling import asked_of_kiosks, note_refusal, take_card
from gateway.fleet.models import Kiosk
from kiosk.protocol.messages import Method
from kiosk.protocol.remarks import CardEnrolled, EnrolmentRefused
from kiosk.protocol.topics import KioskTopics


def card_enrolled(kiosk: Kiosk, remark: CardEnrolled, now: datetime) -> None:
    """Give the card to its person; taps it made while nobody held it become the person's."""
    if take_card(kiosk_id=kiosk.pk, remark=remark, now=now):
        resolve_unknown(method=Method.CARD.value, value=remark.value, now=now)


def enrolment_refused(kiosk: Kiosk, remark: EnrolmentRefused, now: datetime) -> None:
    """Let staff see why a card or face was not taken."""
    note_refusal(kiosk_id=kiosk.pk, remark=remark, now=now)


def asked(now: datetime) -> Iterator[tuple[str, BaseModel]]:
    """What every kiosk shall enrol, by the topic it reads that on."""
    for kiosk_id, enrolment in asked_of_kiosks(now=now).items():
        yield KioskTopics(kiosk_id).enrolment, enrolment
