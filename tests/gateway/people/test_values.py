import pytest

from gateway.people.errors import WrongPerson
from gateway.people.values import PersonDetails
from kiosk.protocol.messages import PersonKind


def details(given: str = "Mia", family: str = "Keller", **more: str) -> PersonDetails:
    return PersonDetails(PersonKind.STUDENT, given, family, **more)


def test_one_name_is_enough() -> None:
    assert details(family="").given_name == "Mia"


@pytest.mark.parametrize(
    ("given", "family"), [("", " "), ("x" * 81, "Keller"), ("Mia", "Kel\x00ler"), ("Mi\na", "K")]
)
def test_names_that_cannot_be_stored_are_refused(given: str, family: str) -> None:
    with pytest.raises(WrongPerson):
        details(given, family)


@pytest.mark.parametrize(
    "more", [{"external_id": " "}, {"external_id": "x" * 65}, {"language": "x" * 17}]
)
def test_other_fields_that_cannot_be_stored_are_refused(more: dict[str, str]) -> None:
    with pytest.raises(WrongPerson):
        details(**more)
