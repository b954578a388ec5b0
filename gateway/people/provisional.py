"""Persons written down at a door in a hurry, and what becomes of them."""

from django.db import transaction

from gateway.people import roster
from gateway.people.models import Credential, Person
from gateway.people.values import PersonDetails
from kiosk.protocol.badges import CREDENTIAL
from kiosk.protocol.messages import Method, PersonKind

MOVED = (Method.CARD.value, Method.QR.value)
"""What a person holds in the hand; a PIN and a face are of one person alone."""


def write_down(name: str, *, kind: PersonKind = PersonKind.STUDENT) -> Person:
    """A temporary person of this name, of whom kiosks need not hear. Raises WrongPerson."""
    given, _, family = " ".join(name.split()).partition(" ")
    details = PersonDetails(kind, given, family)
    return Person.objects.create(
        kind=details.kind.value,
        given_name=details.given_name,
        family_name=details.family_name,
        provisional=True,
    )


@transaction.atomic
def absorb(*, temporary_id: int, into_id: int) -> None:
    """The temporary person turned out to be that one, who holds their cards from now on.

    Kiosks hear of it. A badge names its person and goes with the temporary one. Both must be
    held by the caller, after the roster.
    """
    held = Credential.objects.filter(person=temporary_id, method__in=MOVED)
    signed = held.filter(method=Method.QR.value, value__startswith=CREDENTIAL)
    moved = held.exclude(pk__in=signed.values("pk")).update(person_id=into_id)
    gone = Person.objects.filter(pk=temporary_id)
    gone.update(active=False, merged_into_id=into_id)
    roster.stamp([temporary_id, into_id] if moved else [temporary_id])
