"""People and cards from a file: every line is checked before anything is written."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from django.db import transaction
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
)

from gateway.people.errors import WrongCredential, WrongPerson
from gateway.people.models import Person
from gateway.people.queries import details_of, holders, persons_by_external_id
from gateway.people.rules import card_number
from gateway.people.services import set_credentials
from gateway.people.tables import Problem, Table, read_table
from gateway.people.values import Given, PersonDetails
from kiosk.protocol.messages import Method, PersonKind

Progress = Callable[[int, int], None]
"""Told now and then how many lines are done, and of how many."""

STEP = 500
PEOPLE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "external_id": ("id", "student id", "school id", "person id", "admission number", "number"),
    "given_name": ("first name", "forename", "given", "vorname"),
    "family_name": ("last name", "surname", "family", "nachname"),
    "kind": ("type", "role"),
    "email": ("e-mail", "mail"),
    "language": ("lang",),
    "year_group": ("year", "class", "form", "klasse"),
    "site": ("branch", "campus"),
    "card": ("card number", "card uid", "card id", "uid", "rfid"),
}
CARD_COLUMNS: Mapping[str, tuple[str, ...]] = {
    column: PEOPLE_COLUMNS[column] for column in ("external_id", "card")
}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a file changed; with problems it changed nothing at all."""

    lines: int
    problems: tuple[Problem, ...] = ()
    ignored: tuple[str, ...] = ()
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    enrolled: int = 0
    cards: int = 0


def _card(text: str) -> str:
    try:
        return card_number(text)
    except WrongCredential as wrong:
        raise ValueError(str(wrong)) from wrong


def _email(text: str) -> str:
    before, at, after = text.partition("@")
    if not (before and at and "." in after) or " " in text:
        raise ValueError(f"{text[:40]!r} is no e-mail address")
    return text


ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class CardRow(BaseModel):
    """A line of a file of cards."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    external_id: ExternalId
    card: Annotated[str, AfterValidator(_card)]


class PersonRow(BaseModel):
    """A line of a file of people; what is empty in it takes its default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    external_id: ExternalId
    given_name: str = ""
    family_name: str = ""
    kind: Annotated[PersonKind, BeforeValidator(str.casefold)] = PersonKind.STUDENT
    email: Annotated[str, AfterValidator(_email)] | None = None
    language: Annotated[str, StringConstraints(min_length=2, max_length=16)] = "en"
    year_group: Annotated[str, StringConstraints(max_length=80)] = ""
    site: Annotated[str, StringConstraints(max_length=32)] = ""
    card: Annotated[str, AfterValidator(_card)] | None = None

    def details(self) -> PersonDetails:
        """The person as services take it. Raises WrongPerson."""
        return PersonDetails(
            kind=self.kind,
            given_name=self.given_name,
            family_name=self.family_name,
            external_id=self.external_id,
            email=self.email or "",
            language=self.language,
        )


Row = TypeVar("Row", PersonRow, CardRow)


@dataclass(frozen=True, slots=True)
class NumberedPerson:
    """A checked line of a file of people."""

    line: int
    row: PersonRow
    details: PersonDetails


@dataclass(frozen=True, slots=True)
class Checked:
    """A file of people, read and compared with the store."""

    table: Table
    people: tuple[NumberedPerson, ...]
    kept_by_erp: frozenset[str]
    problems: tuple[Problem, ...]


def check_people(path: Path, *, progress: Progress) -> Checked:
    """Read a file of people and find every problem in it. Raises UnreadableFile."""
    table = read_table(path, names=PEOPLE_COLUMNS, required=("external_id",))
    problems = list(table.problems)
    people = tuple(_people(table, problems, progress))
    stored = persons_by_external_id(person.row.external_id for person in people)
    problems += _twice((person.line, person.row.external_id) for person in people)
    problems += _erp_differences(people, stored)
    problems += _card_problems(
        [(p.line, p.row.external_id, p.row.card) for p in people if p.row.card], stored
    )
    return Checked(
        table=table,
        people=people,
        kept_by_erp=frozenset(key for key, person in stored.items() if person.synchronised),
        problems=in_order(problems),
    )


def import_cards(path: Path, *, progress: Progress) -> ImportReport:
    """Give everybody in a file her card, or with any problem nobody. Raises UnreadableFile."""
    table = read_table(path, names=CARD_COLUMNS, required=("external_id", "card"))
    problems = list(table.problems)
    rows = [(line, row) for line, row in _parsed(CardRow, table, problems, progress)]
    stored = persons_by_external_id(row.external_id for _, row in rows)
    problems += [
        Problem(line, "external_id", f"nobody has the external id {row.external_id!r}")
        for line, row in rows
        if row.external_id not in stored
    ]
    problems += _card_problems([(line, row.external_id, row.card) for line, row in rows], stored)
    if problems:
        return ImportReport(len(table.lines), in_order(problems), table.ignored)
    with transaction.atomic():
        given = [Given(stored[row.external_id].pk, Method.CARD, row.card) for _, row in rows]
        cards = set_credentials(given)
    return ImportReport(
        len(table.lines), ignored=table.ignored, cards=cards, unchanged=len(rows) - cards
    )


def in_order(problems: Collection[Problem]) -> tuple[Problem, ...]:
    """As somebody going through the file meets them."""
    return tuple(sorted(problems, key=lambda problem: (problem.line, problem.column)))


def _people(table: Table, problems: list[Problem], progress: Progress) -> Iterator[NumberedPerson]:
    for line, row in _parsed(PersonRow, table, problems, progress):
        try:
            yield NumberedPerson(line, row, row.details())
        except WrongPerson as wrong:
            problems.append(Problem(line, "", str(wrong)))


def _parsed(
    model: type[Row], table: Table, problems: list[Problem], progress: Progress
) -> Iterator[tuple[int, Row]]:
    """Each line that fits the model, with its number; the others are added to `problems`."""
    total = len(table.lines)
    for done, line in enumerate(table.lines, start=1):
        filled: dict[str, Any] = {
            column: cell for column, cell in zip(table.columns, line.cells, strict=True) if cell
        }
        try:
            yield line.number, model.model_validate(filled)
        except ValidationError as wrong:
            problems += [_problem(line.number, error) for error in wrong.errors()]
        if done % STEP == 0 or done == total:
            progress(done, total)


def _problem(line: int, error: Mapping[str, Any]) -> Problem:
    column = str(error["loc"][0]) if error["loc"] else ""
    what = "is empty" if error["type"] == "missing" else str(error["msg"])
    return Problem(line, column, what.removeprefix("Value error, "))


def _twice(told: Iterator[tuple[int, str]], *, column: str = "external_id") -> list[Problem]:
    first: dict[str, int] = {}
    problems = []
    for line, value in told:
        before = first.setdefault(value, line)
        if before != line:
            problems.append(Problem(line, column, f"{value!r} stands in line {before} already"))
    return problems


def _erp_differences(
    people: Sequence[NumberedPerson], stored: Mapping[str, Person]
) -> list[Problem]:
    return [
        Problem(person.line, "", "the ERP keeps this person and says otherwise: change it there")
        for person in people
        if (before := stored.get(person.row.external_id)) is not None
        and before.synchronised
        and not (before.active and details_of(before) == person.details)
    ]


def _card_problems(
    told: Sequence[tuple[int, str, str]], stored: Mapping[str, Person]
) -> list[Problem]:
    """Cards that stand in the file twice, are blocked, or are somebody else's."""
    problems = _twice(((line, card) for line, _, card in told), column="card")
    known = holders((Method.CARD.value, card) for _, _, card in told)
    for line, external_id, card in told:
        holder = known.get((Method.CARD.value, card))
        person = stored.get(external_id)
        if holder is None:
            continue
        if holder.blocked:
            problems.append(Problem(line, "card", f"{card} is blocked: unblock it first"))
        elif holder.person_id is not None and (person is None or person.pk != holder.person_id):
            what = f"{card} is held by person {holder.person_id}: take it from there first"
            problems.append(Problem(line, "card", what))
    return problems
