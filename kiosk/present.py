"""Who is on site by the kiosk's own copy: its own tracks, and those the gateway has told."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlite_utils import Database

from kiosk import database as files, journal, site
from kiosk.database import from_micros, to_micros
from kiosk.protocol import days
from kiosk.protocol.messages import PersonKind, SiteSettings
from kiosk.protocol.movements import Presence, Track, movements, presence
from kiosk.visit import SiteRules

_OWN = """
    SELECT id, person, at, trusted = 0 AND boot NOT IN (SELECT boot FROM anchors) FROM (
        SELECT id, person, at, trusted, boot, shown FROM tracks
        UNION ALL SELECT id, person, at, trusted, boot, shown FROM salvaged)
    WHERE at >= ? AND at < ? AND person IS NOT NULL AND shown IN ('signed_in', 'signed_out')"""
_TOLD = "SELECT id, person, at FROM site.site_tracks WHERE at >= ? AND at < ?"
_PEOPLE = "SELECT id, kind, name, year_group FROM site.people"
_NEWEST = "SELECT MAX(at) FROM (SELECT at FROM tracks UNION ALL SELECT at FROM site.site_tracks)"


@dataclass(frozen=True, slots=True)
class Seen:
    """A movement as far as this kiosk knows; `doubtful` when its own clock was not set."""

    person: int
    track: Track
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the roster; `kind` and `year_group` are None for one it has not told of."""

    person: int
    name: str
    kind: PersonKind | None
    year_group: int | None


@dataclass(frozen=True, slots=True)
class OnSite:
    """Who is signed in, in doubt where `approximate`."""

    person: int
    approximate: bool


@dataclass(frozen=True, slots=True)
class Copy:
    """What the kiosk holds: who is on site, the roster, and the names of year groups in order."""

    present: Mapping[int, OnSite]
    people: Mapping[int, Known]
    groups: Mapping[int, str]

    def known(self, person: int) -> Known:
        """The person; a number alone for one of whom the roster has not told."""
        return self.people.get(person) or Known(person, f"#{person}", None, None)


def on_site(seen: Iterable[Seen], *, rules: SiteRules) -> dict[int, OnSite]:
    """Everybody whose tracks of the day, own and told, leave them signed in."""
    by_person: dict[int, list[Seen]] = defaultdict(list)
    for each in seen:
        by_person[each.person].append(each)
    return {
        person: OnSite(person, any(each.doubtful for each in tracks))
        for person, tracks in by_person.items()
        if _is_here(tracks, rules)
    }


def read(folder: Path, *, instant: datetime, otherwise: SiteRules) -> Copy:
    """Who is on site on the school day of `instant`. Raises sqlite3.Error."""
    database = _opened(folder)
    try:
        rules = site.rules(database, otherwise=otherwise)
        settings = site.noted(database, SiteSettings)
        names = settings.year_groups if settings else ()
        return Copy(
            present=on_site(_seen(database, instant, rules), rules=rules),
            people={row[0]: _known(*row) for row in database.execute(_PEOPLE)},
            groups={each.id: each.name for each in names},
        )
    finally:
        database.close()


def newest(folder: Path) -> datetime | None:
    """When the newest track known was made; None when there is none. Raises sqlite3.Error."""
    database = _opened(folder)
    try:
        (micros,) = database.execute(_NEWEST).fetchone()
        return None if micros is None else from_micros(micros)
    finally:
        database.close()


def _opened(folder: Path) -> Database:
    """Journal and site's file together, to be read. Raises sqlite3.Error where one is missing."""
    if not (folder / journal.FILE).exists() or not (folder / site.FILE).exists():
        raise sqlite3.OperationalError("there is no journal yet")
    database = files.connect(folder / journal.FILE, durability=files.Durability.NORMAL)
    with files.closing_on_error(database):
        database.attach("site", folder / site.FILE)
    return database


def _seen(database: Database, instant: datetime, rules: SiteRules) -> Iterable[Seen]:
    """The gateway's word on a track of our own wins; that its time was in doubt stays."""
    day = days.school_day(instant, zone=rules.zone, day_starts=rules.day_starts)
    bounds = days.day_bounds(day, zone=rules.zone, day_starts=rules.day_starts)
    span = tuple(map(to_micros, bounds))
    seen, doubtful = {}, set()
    for id_, person, at, in_doubt in database.execute(_OWN, span):
        seen[id_] = (person, at)
        if in_doubt:
            doubtful.add(id_)
    seen |= {id_: (person, at) for id_, person, at in database.execute(_TOLD, span)}
    return (
        Seen(person, Track(from_micros(at), UUID(bytes=id_)), id_ in doubtful)
        for id_, (person, at) in seen.items()
    )


def _is_here(seen: Iterable[Seen], rules: SiteRules) -> bool:
    tracks = (each.track for each in seen)
    return presence(movements(tracks, repeat_window=rules.repeat_window)) is Presence.SIGNED_IN


def _known(person: int, kind: str, name: str, year_group: int | None) -> Known:
    return Known(person, name, PersonKind(kind), year_group)
