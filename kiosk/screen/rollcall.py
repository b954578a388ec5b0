"""The panel of an evacuation: how many are to be found. The page asks for the names itself."""

from collections.abc import Collection
from dataclasses import dataclass

from kiosk.present import Copy
from kiosk.protocol.messages import PersonKind
from kiosk.screen.panel import Moment
from kiosk.screen.sayable import RollWord, Word
from kiosk.screen.words import say

MODE = "rollcall"

KINDS = {
    PersonKind.STUDENT: RollWord.OTHERS,
    PersonKind.STAFF: RollWord.STAFF,
    PersonKind.GUARDIAN: RollWord.GUARDIANS,
    PersonKind.VISITOR: RollWord.VISITORS,
}
"""How those are headed who are in no year group, in the order of the list."""


@dataclass(frozen=True, slots=True)
class Line:
    """One person on the roll; `place` is where the group stands in the list."""

    place: int
    name: str
    person: int
    group: str
    is_safe: bool
    approximate: bool


@dataclass(frozen=True, slots=True)
class RollCallTexts:
    """What the page is told: how it stands, and its words. A new `version` has other lines."""

    version: int
    heading: str
    count: str
    all_found: bool
    to_find: str
    safe: str
    everybody: str
    groups: str
    letters: str
    approximate: str
    failed: str


@dataclass(frozen=True, slots=True)
class RollCallShown:
    """A roll call is on. Nothing covers it."""

    version: int
    on_site: int
    to_find: int
    mode: str = MODE
    urgent: bool = True

    def draw(self, moment: Moment) -> RollCallTexts:
        """The words in the screen's language."""
        language = moment.language
        return RollCallTexts(
            version=self.version,
            heading=say(RollWord.HEADING, language),
            count=self._count(language),
            all_found=self.to_find == 0,
            to_find=say(RollWord.TO_FIND, language),
            safe=say(RollWord.SAFE, language),
            everybody=say(RollWord.EVERYBODY, language),
            groups=say(RollWord.GROUPS, language),
            letters=say(RollWord.LETTERS, language),
            approximate=say(Word.TIME_APPROXIMATE, language),
            failed=say(RollWord.FAILED, language),
        )

    def _count(self, language: str) -> str:
        if not self.on_site:
            return say(RollWord.NOBODY, language)
        if not self.to_find:
            return say(RollWord.ALL_FOUND, language, on_site=self.on_site)
        return say(RollWord.COUNT, language, to_find=self.to_find, on_site=self.on_site)


def lines(
    copy: Copy, on_roll: Collection[int], safe: Collection[int], *, language: str
) -> tuple[Line, ...]:
    """Everybody on the roll, by group and name."""
    made = (_line(copy, person, is_safe=person in safe, language=language) for person in on_roll)
    return tuple(sorted(made, key=lambda each: (each.place, each.name, each.person)))


def _line(copy: Copy, person: int, *, is_safe: bool, language: str) -> Line:
    known = copy.known(person)
    place, group = _group(copy, known.year_group, known.kind, language)
    here = copy.present.get(person)
    approximate = here is not None and here.approximate
    return Line(place, known.name, person, group, is_safe, approximate)


def _group(
    copy: Copy, year_group: int | None, kind: PersonKind | None, language: str
) -> tuple[int, str]:
    """Year groups in the school's order, then everybody else by kind."""
    if year_group is not None and year_group in copy.groups:
        return list(copy.groups).index(year_group), copy.groups[year_group]
    shown = KINDS[kind or PersonKind.STUDENT]
    return len(copy.groups) + list(KINDS.values()).index(shown), say(shown, language)
