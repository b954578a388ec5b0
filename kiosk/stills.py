"""A still of the moment of each tap, for staff: made after the answer, in a thread of its own.

It is sealed to the gateway's key before it touches the disk, so that a stolen card of this
kiosk shows nobody.
"""

import sqlite3
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import Protocol
from uuid import UUID

import structlog

from drivers.camera.camera import Frame
from kiosk import database as files, jpeg, site
from kiosk.photos import SPARED, PhotoBox, Still
from kiosk.protocol.messages import SiteSettings
from kiosk.protocol.sealing import seal
from kiosk.visit import Answer, Sighting

log = structlog.get_logger()

NAME = "stills"
WITHIN = timedelta(seconds=1)
"""A picture made this long before or after the tap still shows it."""
MOST_WAITING = 20
"""Taps whose still is not made yet; the pictures of older ones are gone anyway."""


class Pictures(Protocol):
    """The camera's newest pictures; `kiosk.album.Album` is one."""

    def want_colour(self, who: str) -> None:
        """Have pictures taken in colour until `who` spares it."""
        ...

    def spare_colour(self, who: str) -> None:
        """Need colour no more."""
        ...

    def latest(
        self, after: timedelta, *, in_colour: bool = False, wait: timedelta = timedelta(0)
    ) -> object:
        """The newest picture made after the uptime `after`, waited for as long as `wait` says."""
        ...

    def still_at(self, uptime: timedelta, *, within: timedelta) -> Frame | None:
        """The coloured picture made nearest to `uptime`; None without one near enough."""
        ...


@dataclass(frozen=True, slots=True)
class Moment:
    """A tap that made a track."""

    track: UUID
    at: datetime
    uptime: timedelta


@dataclass(frozen=True, slots=True)
class _Settle:
    """The site's settings are new."""


class Stills:
    """Keeps a sealed still of every journalled tap while the site wants it.

    `bring` is called when there is one more to send. Off until the gateway has said that the
    site wants stills, and to which key they are sealed. `spared` bytes of the disk stay free.
    """

    def __init__(
        self,
        folder: Path,
        pictures: Pictures,
        *,
        bring: Callable[[], None],
        spared: int = SPARED,
    ) -> None:
        self._folder = folder
        self._spared = spared
        self._pictures = pictures
        self._bring = bring
        self._heard: SimpleQueue[Moment | _Settle | None] = SimpleQueue()
        self._seal_key: bytes | None = None

    def took(self, sighting: Sighting, answer: Answer) -> None:
        """A tap made a track and was answered. Never waits."""
        if answer.track is not None and self._heard.qsize() < MOST_WAITING:
            self._heard.put(Moment(answer.track, answer.at, sighting.reading.uptime))

    def settings_changed(self) -> None:
        """The gateway has told the site's settings anew. Never waits."""
        self._heard.put(_Settle())

    def wake(self) -> None:
        """Let the thread look whether it should stop."""
        self._heard.put(None)

    def run(self, stop: Event) -> None:
        """Work until `stop` is set and `wake` was called."""
        self._settle()
        while not stop.is_set():
            match self._heard.get():
                case Moment() as moment if self._seal_key is not None:
                    self._keep(moment, self._seal_key)
                case _Settle():
                    self._settle()
        self._pictures.spare_colour(NAME)

    def _settle(self) -> None:
        self._seal_key = self._wanted_for()
        if self._seal_key is None:
            self._pictures.spare_colour(NAME)
        else:
            self._pictures.want_colour(NAME)

    def _wanted_for(self) -> bytes | None:
        """The key to seal stills to; None where the site wants none."""
        try:
            told = _told(self._folder)
        except sqlite3.Error as failed:
            log.warning("stills_wait_for_database", reason=str(failed))
            return None
        if told is None or not told.photo.on or not told.seal_key:
            return None
        return b64decode(told.seal_key)

    def _keep(self, moment: Moment, key: bytes) -> None:
        self._pictures.latest(moment.uptime, in_colour=True, wait=WITHIN)
        picture = self._pictures.still_at(moment.uptime, within=WITHIN)
        if picture is None:
            log.info("still_missing", track=str(moment.track))
            return
        try:
            sealed = seal(key, jpeg.of(picture), about=moment.track.bytes)
            box = PhotoBox(self._folder, spared=self._spared)
            is_kept = box.add(Still(moment.track, moment.at, sealed))
        except (OSError, ValueError) as failed:
            log.warning("still_dropped", track=str(moment.track), reason=str(failed))
            return
        if is_kept:
            self._bring()
        else:
            log.warning("still_dropped", track=str(moment.track), reason="the disk is short")


def _told(folder: Path) -> SiteSettings | None:
    database = files.connect(folder / site.FILE, durability=files.Durability.NORMAL)
    try:
        return site.noted(database, SiteSettings)
    finally:
        database.close()
