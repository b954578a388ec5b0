"""What several processes do to people at the same moment."""

from collections.abc import Callable

import pytest

from gateway.people import services
from gateway.people.errors import CredentialHeld
from gateway.people.models import Credential, Person
from gateway.people.queries import roster_since, roster_version
from gateway.people.values import PersonDetails
from kiosk.protocol.messages import Method, PersonKind
from tests.gateway.at_once import at_once
from tests.gateway.factories import make_person

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

CARD = "04A2B3C4"


def test_a_card_given_to_two_at_once_has_one_holder() -> None:
    mia, ben = make_person("Mia"), make_person("Ben")

    answers = at_once(
        lambda: services.set_credential(person_id=mia, method=Method.CARD, value=CARD),
        lambda: services.set_credential(person_id=ben, method=Method.CARD, value=CARD),
    )

    assert sorted(isinstance(answer, CredentialHeld) for answer in answers) == [False, True]
    assert Credential.objects.count() == 1
    told = {person.id: person.credentials for person in roster_since(0).people}
    assert sorted(len(credentials) for credentials in told.values()) == [0, 1]


def test_changes_made_at_once_have_versions_of_their_own() -> None:
    def add(name: str) -> Callable[[], object]:
        return lambda: services.add_person(PersonDetails(PersonKind.STUDENT, name, ""))

    at_once(*(add(f"P{number}") for number in range(6)))

    versions = list(
        Person.objects.order_by("roster_version").values_list("roster_version", flat=True)
    )
    assert versions == [1, 2, 3, 4, 5, 6]
    assert roster_version() == 6


def test_a_correction_and_a_card_for_one_person_never_wait_for_each_other() -> None:
    mia = make_person("Mia")

    def correct(name: str) -> Callable[[], object]:
        details = PersonDetails(PersonKind.STUDENT, name, "")
        return lambda: services.update_person(person_id=mia, details=details)

    def give(number: int) -> Callable[[], object]:
        value = f"{number:08X}"
        return lambda: services.set_credential(person_id=mia, method=Method.CARD, value=value)

    answers = at_once(*(deed for n in range(5) for deed in (correct(f"M{n}"), give(n))))

    assert answers == [None] * 10
    assert Credential.objects.filter(person_id=mia).count() == 5
