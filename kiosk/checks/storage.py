"""The data folder: can it be written, is there room, are journal and roster sound and current."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from kiosk import journal, site
from kiosk.checks.finding import Finding, fault, warning, well
from kiosk.database import from_micros
from kiosk.health import disk_free_mb

NEEDED_MB, COMFORTABLE_MB = 50, 500
STALE = timedelta(days=7)
PATIENCE_S = 3.0
NEVER = "the kiosk makes it when it is started"


def check_folder(folder: Path) -> Finding:
    """Whether files can be made where the kiosk keeps its own."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return well("folder", f"{folder} can be written")
    except FileNotFoundError:
        return warning("folder", f"{folder} is not there yet", NEVER)
    except OSError as refused:
        return fault(
            "folder",
            f"{folder} cannot be written: {refused.strerror}",
            f"see that it is a folder that belongs to muster-kiosk, on a disk that is mounted "
            f"for writing: ls -ld {folder}; findmnt -T {folder}",
        )


def check_room(folder: Path, *, free_mb: int | None = None) -> Finding:
    """Whether the disk has room for the tracks to come."""
    free = disk_free_mb(_there(folder)) if free_mb is None else free_mb
    what = f"{free} MB free"
    if free < NEEDED_MB:
        return fault("disk", what, f"free the disk: du -xh {folder} /var/log | sort -h | tail")
    if free < COMFORTABLE_MB:
        return warning(
            "disk", what, "free the disk before it is full: journalctl --vacuum-size=50M"
        )
    return well("disk", what)


def _there(folder: Path) -> Path:
    """The folder, or the nearest above it that there is."""
    return next(path for path in (folder, *folder.parents) if path.is_dir() or not path.name)


def check_journal(folder: Path, *, patience_s: float = PATIENCE_S) -> Finding:
    """Whether the kiosk's own tracks are sound and take writes."""
    path = folder / journal.FILE
    if not path.exists():
        return warning("journal", "there is no journal yet", NEVER)
    try:
        with _opened(path, patience_s) as database:
            (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
            database.execute("BEGIN IMMEDIATE")
            database.execute("ROLLBACK")
    except sqlite3.OperationalError as refused:
        return fault(
            "journal",
            f"{path} takes no writes: {refused}",
            "stop what holds it, or free the disk; `fuser -v` on the file names who has it open",
        )
    except sqlite3.DatabaseError as broken:
        verdict = str(broken)
    if verdict == "ok":
        return well("journal", "sound, and takes writes")
    return fault(
        "journal",
        f"{path} is damaged: {verdict}",
        "restart the kiosk: it sets the file aside and begins a new one; keep the old one for "
        "the office, and put in a new SD card soon",
    )


def check_set_aside(folder: Path) -> Finding:
    """Whether a damaged file lies there, which may hold tracks that were never sent."""
    kept = sorted(path.name for path in folder.glob("*.broken-*"))
    if not kept:
        return well("damage", "no file was ever set aside")
    return warning(
        "damage",
        f"set aside as damaged: {', '.join(kept)}",
        "the SD card may be failing: replace it, and send the files to whoever looks after "
        "Muster before deleting them",
    )


def check_roster(folder: Path, *, now: datetime) -> Finding:
    """Whether the kiosk knows people, and has heard of the gateway lately."""
    found = _heard(folder)
    if found is None or not found.people:
        return fault(
            "roster",
            "the kiosk knows nobody yet: every card is answered as not known",
            "let it reach the gateway once; see that its site has people: on the gateway, "
            "the page Kiosks",
        )
    if found.heard_upto is None or now - found.heard_upto > STALE:
        since = "never" if found.heard_upto is None else f"{found.heard_upto:%Y-%m-%d}"
        return warning(
            "roster",
            f"{found.people} people, but last brought up to date: {since}",
            "new people and blocked cards are not known here: let it reach the gateway",
        )
    return well("roster", f"{found.people} people, current up to {found.heard_upto:%Y-%m-%d %H:%M}")


class _Heard:
    """What the site's file holds."""

    def __init__(self, database: sqlite3.Connection) -> None:
        (self.people,) = database.execute("SELECT COUNT(*) FROM people").fetchone()
        (micros,) = database.execute("SELECT heard_upto FROM hearing").fetchone()
        self.heard_upto = None if micros is None else from_micros(micros)


def _heard(folder: Path) -> _Heard | None:
    try:
        with _opened(folder / site.FILE) as database:
            return _Heard(database)
    except sqlite3.Error:
        return None


@contextmanager
def _opened(path: Path, patience_s: float = PATIENCE_S) -> Iterator[sqlite3.Connection]:
    """The file, which is never made anew here."""
    uri = f"{path.absolute().as_uri()}?mode=rw"
    database = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=patience_s)
    try:
        yield database
    finally:
        database.close()
