"""The face worker: a thread of its own, with an engine apart. No card ever waits for it."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event

import structlog

from drivers.camera.camera import GRAY, Frame
from drivers.clock.clock import Clock
from drivers.errors import DeviceAway, DeviceMisread
from drivers.face.engine import FaceEngine
from kiosk.album import Album
from kiosk.devices import Devices
from kiosk.eyes import Pauses
from kiosk.faces.confirming import Confirmer
from kiosk.faces.enrolling import Enroller
from kiosk.faces.identifying import Identifier
from kiosk.faces.judging import Asked
from kiosk.faces.known import KnownFaces
from kiosk.faces.looking import Looker
from kiosk.faces.shelf import FaceShelf
from kiosk.faces.wishes import Wishes, wishes
from kiosk.identify.gallery import Gallery
from kiosk.protocol.messages import Method, Wanted
from kiosk.protocol.remarks import Remark
from kiosk.remarks import RemarkBook
from kiosk.sealkey import seal_key
from kiosk.visit import Answer, Sighting

log = structlog.get_logger()

NAME = "face"
LEISURE = timedelta(seconds=1)
AT_ONCE = timedelta(0)
TIDIED_APART = timedelta(minutes=1)
MOST_ASKED = 5
"""Taps whose faces are still to be compared; of those before, nobody stands there any more."""

BLANK = Frame(80, 80, GRAY, bytes(80 * 80))
"""Shown to the engine so that it loads its models before somebody stands there."""


@dataclass(frozen=True, slots=True)
class _Files:
    """What the worker keeps on the disk, opened."""

    shelf: FaceShelf
    book: RemarkBook
    known: KnownFaces


class FaceWorker:
    """Confirms holders, identifies, enrols: what of that the site has switched on."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        album: Album,
        engine: FaceEngine,
        put: Callable[[Sighting], None],
        bring: Callable[[], None],
        devices: Devices,
        await_face: Callable[[Wanted | None], None],
    ) -> None:
        """`put` takes sightings; `bring` is called when there is a remark to send.

        `await_face` hears whose face is to be enrolled, None when nobody's is.
        """
        self._folder = folder
        self._clock = clock
        self._engine = engine
        self._devices = devices
        self._bring = bring
        self._await_face = await_face
        self._files: _Files | None = None
        looker = Looker(album, engine)
        self._confirmer = Confirmer(looker, remark=self._tell)
        self._identifier = Identifier(looker, clock, put=put)
        self._enroller = Enroller(looker, remark=self._tell)
        self._heard: SimpleQueue[Asked | None] = SimpleQueue()
        self._wishes = Wishes()
        self._pauses = Pauses()
        self._rests_until = AT_ONCE
        self._tidy_due = AT_ONCE
        self._is_warm = False

    def answered(self, sighting: Sighting, answer: Answer) -> None:
        """A tap made a track and was answered. Never waits."""
        if answer.track is None or answer.person is None or sighting.method is Method.FACE:
            return
        if self._wishes.options.confirm and self._heard.qsize() < MOST_ASKED:
            self._heard.put(Asked(answer.track, answer.person, sighting.reading.uptime))

    def changed(self) -> None:
        """The gateway said something new of settings, faces or enrolment. Never waits."""
        self._heard.put(None)

    wake = changed

    def run(self, stop: Event) -> None:
        """Work until `stop` is set and `wake` was called."""
        leisure = AT_ONCE
        self._heard.put(None)
        try:
            while not stop.is_set():
                leisure = self.turn(leisure)
        finally:
            self._engine.close()
            self._files = None

    def turn(self, leisure: timedelta) -> timedelta:
        """Hear what is new, waiting for `leisure`; look once; how long to wait next."""
        try:
            heard = self._drained(leisure)
            files = self._open()
            self._hear(heard, files)
            self._tidy(files)
            wanted = self._wishes.wanted
            self._await_face(wanted if self._enroller.is_due(wanted) else None)
            if self._clock.uptime() < self._rests_until:
                return LEISURE
            return self._look(files.known)
        except DeviceMisread as spoilt:
            log.debug("device_misread", device=NAME, reason=str(spoilt))
            return LEISURE / 5
        except DeviceAway as away:
            return self._rest(away)
        except (sqlite3.Error, OSError) as failed:
            log.warning("faces_wait_for_database", reason=str(failed))
            self._files = None
            return LEISURE

    def _drained(self, leisure: timedelta) -> list[Asked | None]:
        heard: list[Asked | None] = []
        try:
            heard.append(self._heard.get(timeout=leisure.total_seconds()))
            while True:
                heard.append(self._heard.get_nowait())
        except Empty:
            return heard

    def _open(self) -> _Files:
        """The worker's files, opened here and not before: a disk that fails stops no card.

        After a failure they are opened anew, and what is wanted is read again.
        """
        if self._files is None:
            shelf = FaceShelf(self._folder)
            known = KnownFaces(shelf, lambda: seal_key(self._folder))
            files = _Files(shelf, RemarkBook(self._folder), known)
            self._settle(known)
            self._files = files
        return self._files

    def _hear(self, heard: list[Asked | None], files: _Files) -> None:
        if None in heard:
            self._settle(files.known)
        for asked in heard:
            if asked is not None and files.known.knows(asked.person):
                self._confirmer.ask(asked, self._wishes.options)

    def _settle(self, known: KnownFaces) -> None:
        """Read anew what is wanted and who is known; while nothing is, hold nothing."""
        self._wishes = wishes(self._folder)
        if self._wishes.anything:
            known.read()
            return
        known.forget()
        self._engine.close()
        self._is_warm = False

    def _tidy(self, files: _Files) -> None:
        """Faces that expired or lapsed go, whatever else is wanted of this thread."""
        reading = self._clock.read()
        if reading.uptime < self._tidy_due:
            return
        self._tidy_due = reading.uptime + TIDIED_APART
        if gone := files.shelf.forget_stale(now=reading.utc):
            log.info("faces_forgotten", faces=gone)
            self._settle(files.known)

    def _look(self, known: KnownFaces) -> timedelta:
        """Do one step of what is most urgent."""
        if not self._wishes.anything:
            return LEISURE
        if not self._is_warm:
            self._engine.find(BLANK, smallest_px=BLANK.width)
            self._is_warm = True
        leisure = self._step(known.gallery)
        self._devices.well(NAME)
        self._pauses.seen(self._clock.uptime())
        return leisure

    def _step(self, gallery: Gallery | None) -> timedelta:
        reading, options = self._clock.read(), self._wishes.options
        if self._enroller.is_due(self._wishes.wanted):
            self._enroller.step(self._wishes, now=reading.utc)
            return AT_ONCE
        if gallery is None:
            return LEISURE
        if self._confirmer.is_busy:
            self._confirmer.step(gallery, options, now=reading.uptime)
            return AT_ONCE
        return self._identifier.step(gallery, options) if options.identify else LEISURE

    def _rest(self, away: DeviceAway) -> timedelta:
        """Leave an engine that failed alone, longer each time; it is reported once."""
        self._devices.away(NAME, str(away))
        self._confirmer.give_up()
        self._is_warm = False
        self._rests_until = self._clock.uptime() + self._pauses.after_failure()
        return LEISURE

    def _tell(self, remark: Remark) -> None:
        self._open().book.add(remark)
        self._bring()
