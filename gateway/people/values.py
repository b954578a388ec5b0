"""What is told about a person from outside: by hand, by a file, by the ERP."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gateway.people.errors import WrongPerson
from gateway.people.rules import LONGEST_NAME
from kiosk.protocol.messages import Method, PersonKind


class Role(StrEnum):
    """What a login may do; each is a group of the same name."""

    OFFICE = "office"
    ADMIN = "admin"
    TEACHER = "teacher"
    GUARDIAN = "guardian"
    STUDENT = "student"


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """A person as told. Making one raises WrongPerson for names that cannot be stored."""

    kind: PersonKind
    given_name: str
    family_name: str
    external_id: str | None = None
    email: str = ""
    language: str = "en"

    def __post_init__(self) -> None:
        if not (self.given_name.strip() or self.family_name.strip()):
            raise WrongPerson("a person needs a given name or a family name")
        for name in (self.given_name, self.family_name):
            _check(name, called="name", most=LONGEST_NAME)
        _check(self.email, called="e-mail address", most=254)
        _check(self.language, called="language", most=16)
        if self.external_id is not None:
            if not self.external_id.strip():
                raise WrongPerson("the external id is empty: leave it out instead")
            _check(self.external_id, called="external id", most=64)


@dataclass(frozen=True, slots=True)
class Given:
    """A credential for a person; `value` is as kiosks send it."""

    person_id: int
    method: Method
    value: str


@dataclass(frozen=True, slots=True)
class Upserted:
    """What became of many persons told at once; `ids` maps their external ids to ours."""

    created: int
    changed: int
    unchanged: int
    ids: Mapping[str, int]


def _check(text: str, *, called: str, most: int) -> None:
    if len(text) > most:
        raise WrongPerson(f"the {called} is longer than {most} characters: {text[:20]!r}…")
    if not text.isprintable():
        raise WrongPerson(f"the {called} has characters that cannot be printed")
