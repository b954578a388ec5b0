"""PINs for touch screens: chosen by a person, kept as what they are turned into."""

import hmac

from django.db import transaction
from django.db.models import QuerySet

from gateway.keys import key_for
from gateway.people import roster
from gateway.people.errors import CredentialBlocked, CredentialHeld, UnknownPerson, WrongPin
from gateway.people.models import Credential, Person
from gateway.people.services import set_credential
from kiosk.protocol.messages import Method
from kiosk.protocol.pins import DIGITS, is_easy, is_pin, pin_value


def pin_key() -> bytes:
    """What turns PINs here and at kiosks."""
    return key_for("pin")


def has_pin(person_id: int) -> bool:
    """Whether the person has a PIN."""
    return _pins(person_id).exists()


def is_pin_of(person_id: int, pin: str) -> bool:
    """Whether the person has this PIN, and it is not blocked; takes some 20 to 100 ms."""
    if not is_pin(pin):
        return False
    held = _pins(person_id).filter(blocked_at=None).values_list("value", flat=True)
    value = pin_value(pin, pin_key())
    return any(hmac.compare_digest(each, value) for each in held)


def set_pin(*, person_id: int, pin: str) -> None:
    """Give the person this PIN in place of any other; kiosks hear of it.

    Nothing keeps its digits. Raises WrongPin, UnknownPerson.
    """
    if not is_pin(pin):
        raise WrongPin(f"a PIN has {DIGITS} digits")
    if is_easy(pin):
        raise WrongPin("others would try this PIN first: choose one without a row of digits")
    value = pin_value(pin, pin_key())
    try:
        _replace(person_id, value)
    except (CredentialHeld, CredentialBlocked) as taken:
        raise WrongPin("this PIN cannot be used: choose another") from taken


@transaction.atomic
def clear_pin(*, person_id: int) -> None:
    """Take the person's PIN away; nothing happens where there is none. Raises UnknownPerson."""
    roster.lock()
    if not Person.objects.filter(pk=person_id).exists():
        raise UnknownPerson(f"there is no person {person_id}")
    if _pins(person_id).filter(blocked_at=None).delete()[0]:
        roster.stamp([person_id])


@transaction.atomic
def _replace(person_id: int, value: str) -> None:
    clear_pin(person_id=person_id)
    set_credential(person_id=person_id, method=Method.PIN, value=value)


def _pins(person_id: int) -> QuerySet[Credential]:
    return Credential.objects.filter(person_id=person_id, method=Method.PIN.value)
