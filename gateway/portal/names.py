"""The people of a day by their state, as a page lists them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from gateway.attendance.queries import PersonState
from gateway.portal.words import Word, word
from kiosk.protocol.messages import PersonKind

MOST = 300
"""Names one page shows; a search finds the others."""
SHOWS = ("not_signed", "late", "absent", "signed_in", "signed_out", "staff")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader wants to see: a state, part of a name, a year group."""

    show: str
    search: str
    year_group: str

    def query(self, show: str) -> str:
        """The address's query for the same search in another state."""
        parts = QueryDict(mutable=True)
        parts.update({"show": show, "q": self.search, "year": self.year_group})
        return parts.urlencode()


@dataclass(frozen=True, slots=True)
class Tab:
    """One state with how many people are in it."""

    name: str
    word: Word
    count: int
    query: str


@dataclass(frozen=True, slots=True)
class Names:
    """One state's people, the other states' counts, and the year groups to choose from."""

    asked: Asked
    tabs: tuple[Tab, ...]
    people: tuple[PersonState, ...]
    left_over: int
    year_groups: tuple[str, ...]


def asked_for(query: QueryDict) -> Asked:
    """What the address asks for; a state there is not means the first."""
    show = query.get("show", SHOWS[0])
    return Asked(
        show=show if show in SHOWS else SHOWS[0],
        search=query.get("q", "").strip(),
        year_group=query.get("year", ""),
    )


def names_of(states: Sequence[PersonState], asked: Asked) -> Names:
    """Sort a day's people into states, and keep those that were asked for."""
    found = [state for state in states if _matches(state, asked)]
    wanted = [state for state in found if is_in(state, asked.show)]
    return Names(
        asked=asked,
        tabs=tuple(_tab(found, show, asked) for show in SHOWS),
        people=tuple(wanted[:MOST]),
        left_over=max(0, len(wanted) - MOST),
        year_groups=tuple(dict.fromkeys(s.year_group for s in states if s.year_group)),
    )


def is_in(state: PersonState, show: str) -> bool:
    """Whether the person belongs under that state's heading."""
    if state.kind != PersonKind.STUDENT:
        return show == "staff"
    if show == "late":
        return state.late_minutes is not None
    return state.absent if show == "absent" else state.presence == show


def _matches(state: PersonState, asked: Asked) -> bool:
    in_group = not asked.year_group or state.year_group == asked.year_group
    return in_group and asked.search.casefold() in state.name.casefold()


def _tab(found: Sequence[PersonState], show: str, asked: Asked) -> Tab:
    count = sum(is_in(state, show) for state in found)
    return Tab(show, word(show), count, asked.query(show))
