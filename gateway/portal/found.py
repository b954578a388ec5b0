"""The roll call as a page lists it: by group, narrowed to who is asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from gateway.attendance.roll_call import OnSite, RollCall
from gateway.portal.names import Tab
from gateway.portal.words import Word
from kiosk.protocol.messages import PersonKind

SHOWS: dict[str, Word] = {"to_find": _("To find"), "safe": _("Safe"), "all": _("Everybody")}

KINDS: dict[PersonKind, Word] = {
    PersonKind.STUDENT: _("Other students"),
    PersonKind.STAFF: _("Staff"),
    PersonKind.GUARDIAN: _("Guardians"),
    PersonKind.VISITOR: _("Visitors"),
}
"""How those are headed who are in no year group of the site."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader wants to see: a state, part of a name, a group."""

    show: str
    search: str
    group: str


@dataclass(frozen=True, slots=True)
class Group:
    """People under one heading."""

    name: Word
    people: tuple[OnSite, ...]

    @property
    def to_find(self) -> int:
        """How many of them are not accounted for."""
        return sum(not each.is_safe for each in self.people)


@dataclass(frozen=True, slots=True)
class Found:
    """What the page lists, the counts of the states, and the groups to choose from."""

    asked: Asked
    tabs: tuple[Tab, ...]
    groups: tuple[Group, ...]
    names: tuple[str, ...]


def asked_for(query: QueryDict) -> Asked:
    """What the address asks for; a state there is not means who is to be found."""
    show = query.get("show", "")
    return Asked(
        show=show if show in SHOWS else "to_find",
        search=query.get("q", "").strip(),
        group=query.get("group", ""),
    )


def found(call: RollCall, asked: Asked) -> Found:
    """Narrow the roll call to what was asked for."""
    everybody = groups_of(call.people)
    wanted = [each for group in everybody for each in group.people if _matches(group, each, asked)]
    tabs = (
        Tab(show, word, sum(_is_in(each, show) for each in wanted), _query(asked, show))
        for show, word in SHOWS.items()
    )
    return Found(
        asked=asked,
        tabs=tuple(tabs),
        groups=groups_of(each for each in wanted if _is_in(each, asked.show)),
        names=tuple(str(group.name) for group in everybody),
    )


def groups_of(people: Iterable[OnSite]) -> tuple[Group, ...]:
    """The people under their headings, in the order they come."""
    return tuple(Group(name, tuple(each)) for name, each in groupby(people, key=_heading))


def _query(asked: Asked, show: str) -> str:
    """The address's query for the same people in another state."""
    return urlencode({"show": show, "q": asked.search, "group": asked.group})


def _heading(person: OnSite) -> Word:
    return person.group or KINDS[person.kind]


def _matches(group: Group, person: OnSite, asked: Asked) -> bool:
    in_group = not asked.group or str(group.name) == asked.group
    return in_group and asked.search.casefold() in person.name.casefold()


def _is_in(person: OnSite, show: str) -> bool:
    return show == "all" or person.is_safe == (show == "safe")
