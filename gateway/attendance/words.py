"""What is said about marks: a word, who speaks it, and what stood before."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.attendance.models import Session
from gateway.attendance.settling import UNSAID
from gateway.attendance.values import Author, Mark, Source

Place = tuple[int, int]
"""A session's and a person's number: what a mark is of."""


@dataclass(frozen=True, slots=True)
class Word:
    """One thing to be said about one person on one roll; a `note` of None leaves the note."""

    session: Session
    person_id: int
    mark: Mark
    why: str
    note: str | None = None

    @property
    def place(self) -> Place:
        """What it is about."""
        return self.session.pk, self.person_id


@dataclass(frozen=True, slots=True)
class Standing:
    """The current mark, whose word it is, and the end of its trail."""

    mark: Mark
    author: Author
    why: str = ""
    excuse_id: int | None = None
    note: str = ""
    chain: str = ""


NOTHING = Standing(UNSAID, Author.RULE)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks, and on what occasion; `by` is a login's name, empty for a rule."""

    author: Author
    source: Source
    now: datetime
    by: str = ""
    act: UUID | None = None
    undoes: UUID | None = None
