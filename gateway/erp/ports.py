"""What the gateway needs of an ERP, whoever makes it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


class CodeKind(StrEnum):
    """Which of the ERP's two dictionaries a code belongs to."""

    PRESENT = "present"
    ABSENCE = "absence"


@dataclass(frozen=True, slots=True)
class ErpDivision:
    """A part of the school with registration times of its own."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class ErpYearGroup:
    """A year group and the division it registers with."""

    key: str
    name: str
    position: int
    division: ErpDivision


@dataclass(frozen=True, slots=True)
class ErpStudent:
    """A student as the ERP names them; `key` is what registers call them by."""

    key: str
    given_name: str
    family_name: str
    email: str
    year_group: str
    enrolled_on: date | None
    left_on: date | None
    current: bool


@dataclass(frozen=True, slots=True)
class ErpPeriod:
    """One registration period of one division on one date; instants are aware."""

    key: str
    name: str
    kind: str
    starts_at: datetime
    registers_at: datetime
    finishes_at: datetime


@dataclass(frozen=True, slots=True)
class ErpCode:
    """One entry of a dictionary."""

    kind: CodeKind
    key: str
    code: str
    government_code: str
    name: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What is said of one student in one register.

    `late_minutes` is for the present alone, None when in time. `code` is the dictionary's
    key of the present or absence code, None where none is named (a late arrival).
    """

    present: bool
    late_minutes: int | None
    code: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """What a register holds of one student; `statement` is None while not registered."""

    statement: Statement | None
    future_absence: bool = False
    out_of_school: bool = False
    commented: bool = False


class Register(Protocol):
    """The registers of today. Both methods raise ErpAway, ErpRefused and ErpMisspoke."""

    def entry(self, period: str, student: str, *, pressing: bool) -> Entry:
        """What the period's register holds; `pressing` may spend the reserved requests."""
        ...

    def write(self, period: str, student: str, statement: Statement, *, pressing: bool) -> None:
        """Register the student. An ErpAway leaves open whether it was written."""
        ...


class Directory(Protocol):
    """Whom the school teaches. Both methods raise ErpAway, ErpRefused and ErpMisspoke."""

    def year_groups(self) -> tuple[ErpYearGroup, ...]:
        """All year groups that belong to a division, in the school's order."""
        ...

    def students(self) -> Iterator[tuple[ErpStudent, ...]]:
        """All students, page by page. Raises FetchIncomplete rather than end early."""
        ...


class Calendar(Protocol):
    """The registration periods and dictionaries of the ERP."""

    def periods(self, division: str, day: date) -> tuple[ErpPeriod, ...]:
        """The periods of `day`, which must be today; asked once a division and day."""
        ...

    def codes(self) -> tuple[ErpCode, ...]:
        """Both dictionaries."""
        ...


class Erp(Register, Directory, Calendar, Protocol):
    """All of it, as an adapter gives it."""
