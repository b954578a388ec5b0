import pytest

from gateway.people import pins, services
from gateway.people.errors import UnknownPerson, WrongCredential, WrongPin
from gateway.people.models import Credential
from gateway.people.queries import roster_since
from kiosk.protocol.messages import Method
from kiosk.protocol.pins import pin_value
from tests.gateway.factories import make_person

pytestmark = pytest.mark.django_db

PIN, OTHER = "481920", "730158"


def values(person: int) -> list[str]:
    return list(Credential.objects.filter(person=person).values_list("value", flat=True))


def test_a_pin_is_kept_as_what_it_is_turned_into_and_told_to_kiosks() -> None:
    mia = make_person()

    pins.set_pin(person_id=mia, pin=PIN)

    turned = pin_value(PIN, pins.pin_key())
    (told,) = roster_since(0).people
    assert [(c.method, c.value) for c in told.credentials] == [(Method.PIN, turned)]
    assert PIN not in str(Credential.objects.values())
    assert pins.has_pin(mia)


def test_another_pin_replaces_the_first() -> None:
    mia = make_person()
    pins.set_pin(person_id=mia, pin=PIN)

    pins.set_pin(person_id=mia, pin=OTHER)

    assert values(mia) == [pin_value(OTHER, pins.pin_key())]


def test_a_pin_is_one_persons_and_nobody_is_told_whose() -> None:
    mia, ben = make_person(), make_person("Ben Young")
    pins.set_pin(person_id=mia, pin=PIN)
    pins.set_pin(person_id=ben, pin=OTHER)

    with pytest.raises(WrongPin, match=r"^this PIN cannot be used: choose another$"):
        pins.set_pin(person_id=ben, pin=PIN)

    assert values(ben) == [pin_value(OTHER, pins.pin_key())]


@pytest.mark.parametrize("pin", ["12345", "1234567", "12345a", "١٢٣٤٥٦", "123456", "111111", ""])
def test_what_is_no_pin_or_too_easy_a_one_is_refused(pin: str) -> None:
    mia = make_person()

    with pytest.raises(WrongPin):
        pins.set_pin(person_id=mia, pin=pin)

    assert not pins.has_pin(mia)


def test_a_pin_taken_away_is_forgotten_by_kiosks() -> None:
    mia = make_person()
    pins.set_pin(person_id=mia, pin=PIN)
    before = roster_since(0).version

    pins.clear_pin(person_id=mia)

    (told,) = roster_since(before).people
    assert told.credentials == ()
    assert not pins.has_pin(mia)


def test_nobody_has_a_pin_who_is_not_known() -> None:
    with pytest.raises(UnknownPerson):
        pins.set_pin(person_id=99, pin=PIN)


def test_digits_cannot_be_stored_as_a_plain_credential() -> None:
    mia = make_person()

    with pytest.raises(WrongCredential, match="PIN page"):
        services.set_credential(person_id=mia, method=Method.PIN, value=PIN)

    assert values(mia) == []
