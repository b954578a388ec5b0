"""What the gateway has told of the site: its tracks, its settings, and what it has confirmed.

One SQLite file, apart from the journal, so that a roster of 20,000 people being written
never holds up a tap. The link alone writes it; all of it can be asked for again.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlite_utils import Database

from kiosk import database as files
from kiosk.database import from_micros, to_micros, transaction
from kiosk.identify import roster
from kiosk.protocol.badges import Verifier
from kiosk.protocol.messages import SiteSettings, SiteTracks
from kiosk.protocol.wire import Message
from kiosk.visit import SiteRules

M = TypeVar("M", bound=Message)

FILE = "site.sqlite3"
TRACKS_KEPT = timedelta(days=3)

_UPSERT = """INSERT INTO site_tracks VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE
    SET person = excluded.person, kiosk = excluded.kiosk, at = excluded.at"""


def open_site(folder: Path) -> Database:
    """The site's file, sound and with all its tables."""
    database = files.open_sound(folder / FILE, durability=files.Durability.NORMAL)
    with files.closing_on_error(database):
        roster.create(database)
        _create(database)
    return database


def take_tracks(database: Database, heard: SiteTracks) -> None:
    """Keep committed tracks; a later word about the same id replaces the earlier."""
    rows = [(t.id.bytes, t.person, t.kiosk, to_micros(t.made_at)) for t in heard.tracks]
    with transaction(database):
        database.conn.executemany(_UPSERT, rows)


def forget_tracks(database: Database, *, now: datetime) -> None:
    """Let go of tracks of days long past."""
    oldest = to_micros(now - TRACKS_KEPT)
    database.execute("DELETE FROM site_tracks WHERE at < ?", (oldest,))


def heard_upto(database: Database) -> datetime | None:
    """When the gateway committed the newest track of which none before it is missing."""
    row = database.execute("SELECT heard_upto FROM hearing").fetchone()
    return None if row[0] is None else from_micros(row[0])


def set_heard_upto(database: Database, committed_at: datetime) -> None:
    """Nothing committed up to then is missing any more."""
    newest = (to_micros(committed_at),)
    database.execute("UPDATE hearing SET heard_upto = MAX(COALESCE(heard_upto, 0), ?)", newest)


def confirmed(database: Database, install: UUID) -> int:
    """How far the gateway has committed the tracks of this install."""
    found = database.execute("SELECT upto FROM confirmed WHERE install = ?", (install.bytes,))
    row = found.fetchone()
    return row[0] if row else 0


def confirm(database: Database, install: UUID, upto: int) -> None:
    """Take the gateway's word. It may fall: a gateway restored from a backup knows less.

    Hearing it again writes nothing.
    """
    if confirmed(database, install) == upto:
        return
    database.execute("INSERT OR REPLACE INTO confirmed VALUES (?, ?)", (install.bytes, upto))


def note(database: Database, message: Message) -> None:
    """Keep the last message of its kind, whole."""
    row = (type(message).__name__, message.model_dump_json())
    database.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", row)


def noted(database: Database, kind: type[M]) -> M | None:
    """The last message of its kind; None when none was heard, or it is of another version."""
    found = database.execute("SELECT body FROM notes WHERE kind = ?", (kind.__name__,))
    row = found.fetchone()
    try:
        return kind.model_validate_json(row[0]) if row else None
    except ValidationError:
        return None


def take_settings(database: Database, settings: SiteSettings) -> None:
    """Keep the site's settings. Raises ValueError when they cannot be followed."""
    rules_of(settings)
    note(database, settings)


def rules(database: Database, *, otherwise: SiteRules) -> SiteRules:
    """The site's rules as last told, or `otherwise` when nothing was told yet."""
    told = noted(database, SiteSettings)
    return rules_of(told) if told else otherwise


def rules_of(settings: SiteSettings) -> SiteRules:
    """The rules a message tells.

    Raises ValueError for a time zone this machine lacks, and for a badge key that is none.
    """
    try:
        zone = ZoneInfo(settings.zone)
    except (KeyError, ValueError, OSError) as unknown:
        raise ValueError(f"no time zone {settings.zone!r} here") from unknown
    Verifier(settings.badge_keys)
    return SiteRules(
        zone=zone,
        day_starts=settings.day_starts,
        repeat_window=timedelta(seconds=settings.repeat_window_s),
        late_periods=settings.late_periods,
        badge_keys=settings.badge_keys,
        pin_key=settings.fallback.pin_key if settings.fallback.pin else "",
        finds_names=settings.fallback.names,
        show_names=settings.show_names,
        ask_late_reason=settings.ask_late_reason,
        identifies_faces=settings.face.identify,
        session_codes=settings.session_codes,
    )


def _create(database: Database) -> None:
    database.conn.executescript("""
        CREATE TABLE IF NOT EXISTS site_tracks (
            id BLOB PRIMARY KEY, person INTEGER NOT NULL, kiosk TEXT NOT NULL, at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS site_tracks_of_person ON site_tracks (person, at);
        CREATE TABLE IF NOT EXISTS confirmed (install BLOB PRIMARY KEY, upto INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS notes (kind TEXT PRIMARY KEY, body TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS hearing (heard_upto INTEGER);
        INSERT INTO hearing SELECT NULL WHERE NOT EXISTS (SELECT * FROM hearing);
    """)
