"""How often a PIN may be tried away from kiosks: counted in the store, however many ask at once."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from gateway.people import roster
from gateway.people.models import PinTry
from gateway.people.pins import is_pin_of

MOST = 5
"""Wrong PINs of one person within `WITHIN`; after them no PIN is looked at."""
WITHIN = timedelta(minutes=10)


class Tried(StrEnum):
    """What a try came to."""

    RIGHT = "right"
    WRONG = "wrong"
    TOO_MANY = "too_many"


def try_pin(*, person_id: int, pin: str, now: datetime) -> Tried:
    """Whether this is the person's PIN, unless too many were wrong of late.

    Each try counts before it is looked at, and only a right one is taken back: it forgives no
    wrong one. Not to be called in a transaction, which could take a wrong try back.
    """
    counted = _count(person_id, now)
    if counted is None:
        return Tried.TOO_MANY
    if not is_pin_of(person_id, pin):
        return Tried.WRONG
    counted.delete()
    return Tried.RIGHT


@transaction.atomic
def _count(person_id: int, now: datetime) -> PinTry | None:
    roster.hold([person_id])
    tries = PinTry.objects.filter(person=person_id)
    tries.filter(at__lte=now - WITHIN).delete()
    if tries.count() >= MOST:
        return None
    return PinTry.objects.create(person_id=person_id, at=now)
