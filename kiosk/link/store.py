"""What the link reads and writes; it belongs to the link's thread."""

import random
from dataclasses import dataclass
from functools import partial

from sqlite_utils import Database

from drivers.clock.clock import Clock, Reading
from kiosk import database as files, remarks, site, tickbook
from kiosk.backlog import Backlog
from kiosk.database import Place
from kiosk.faces import shelf
from kiosk.faces.shelf import FaceShelf
from kiosk.link.hearing import Ear
from kiosk.link.leftovers import Leftovers
from kiosk.link.sending import Window
from kiosk.photos import PhotoBox
from kiosk.remarks import RemarkBook
from kiosk.settings import KioskSettings


@dataclass(slots=True)
class Store:
    """The kiosk's files as the link knows them, and how far each was told.

    `held` are open only so that whoever opens these small files now and then is not the last
    to close them: SQLite would make and delete two files each time.
    """

    backlog: Backlog
    leftovers: Leftovers
    ear: Ear
    window: Window
    database: Database
    remarks: RemarkBook
    photos: PhotoBox
    place: Place
    held: tuple[Database, ...]

    def is_current(self) -> bool:
        """Whether these are still the kiosk's files, and none was made anew meanwhile."""
        return self.place.still_holds() and self.backlog.is_current()

    def tidy(self, reading: Reading) -> None:
        """Let go of tracks of days long past; a clock that is not set knows of no such day."""
        if reading.trusted:
            site.forget_tracks(self.database, now=reading.utc)

    def close(self) -> None:
        """Let go of the files."""
        self.backlog.close()
        for database in (self.database, *self.held):
            database.close()


def open_store(settings: KioskSettings, clock: Clock) -> Store:
    """Open what there is. Raises sqlite3.Error and OSError while there is no journal.

    What the gateway told is made anew where it is broken; the journal is not, and then raises
    Damaged: the deciding loop sees to that.
    """
    backlog = Backlog(settings.data)
    with files.closing_on_error(backlog):
        database = site.open_site(settings.data)
        with files.closing_on_error(database):
            return _store(settings, clock, backlog, database)


def _store(settings: KioskSettings, clock: Clock, backlog: Backlog, database: Database) -> Store:
    confirmed, jitter = partial(site.confirmed, database), random.SystemRandom().random
    leftovers = Leftovers(backlog, confirmed=confirmed, jitter=jitter)
    ear = Ear(
        database,
        faces=FaceShelf(settings.data),
        clock=clock,
        kiosk=settings.kiosk,
        site_id=settings.site,
        installs=leftovers.installs | {backlog.install},
    )
    return Store(
        backlog=backlog,
        leftovers=leftovers,
        ear=ear,
        window=Window(confirmed=confirmed(backlog.install), jitter=jitter),
        database=database,
        remarks=RemarkBook(settings.data),
        photos=PhotoBox(settings.data),
        place=Place.of(settings.data / site.FILE),
        held=tuple(
            files.connect(settings.data / name, durability=files.Durability.NORMAL)
            for name in (remarks.FILE, shelf.FILE, tickbook.FILE)
        ),
    )
