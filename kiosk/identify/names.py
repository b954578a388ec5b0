"""Finding a person of the roster by the first letters of a name."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from kiosk import database as files, site
from kiosk.protocol.messages import SiteSettings

FEWEST_LETTERS = 2
MOST_NAMES = 6
"""More are never told at once: who finds more must say more letters."""

_PEOPLE = "SELECT id, name, year_group FROM people ORDER BY name, id"


@dataclass(frozen=True, slots=True)
class Named:
    """A person whose name was found; `group`, a year group's name, tells two of one name apart."""

    person: int
    name: str
    group: str


@dataclass(frozen=True, slots=True)
class Found:
    """Who was found; nobody when there are `too_many`."""

    people: tuple[Named, ...]
    too_many: bool


def find(folder: Path, letters: str) -> Found:
    """The people one of whose names begins with each word of `letters`, marks and case aside.

    With fewer than two letters there are always too many. Raises sqlite3.Error.
    """
    wanted = plain(letters).split()
    if len("".join(wanted)) < FEWEST_LETTERS:
        return Found((), too_many=True)
    database = files.connect(folder / site.FILE, durability=files.Durability.NORMAL)
    try:
        settings = site.noted(database, SiteSettings)
        groups = {each.id: each.name for each in settings.year_groups} if settings else {}
        named = (
            Named(person, name, groups.get(group, ""))
            for person, name, group in database.execute(_PEOPLE)
            if _begins(plain(name).split(), wanted)
        )
        first = tuple(islice(named, MOST_NAMES + 1))
    finally:
        database.close()
    too_many = len(first) > MOST_NAMES
    return Found(() if too_many else first, too_many)


def plain(text: str) -> str:
    """The letters alone: no case, no accents, no Arabic vowel marks or stretching."""
    parted = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parted if sign.isalnum() or sign.isspace())


def _begins(names: Iterable[str], wanted: Iterable[str]) -> bool:
    held = tuple(names)
    return all(any(name.startswith(word) for name in held) for word in wanted)
