"""After a tap was answered: is it the holder's face that stands there?"""

from collections.abc import Callable
from datetime import timedelta

from uuid_utils.compat import uuid7

from kiosk.faces.judging import Asked, Confirmation
from kiosk.faces.looking import Looker
from kiosk.identify.gallery import Gallery
from kiosk.protocol.options import FaceOptions
from kiosk.protocol.remarks import FaceSeen

WAIT = timedelta(seconds=0.3)
BEFORE = timedelta(seconds=0.5)
"""Pictures made this shortly before the tap show its holder too."""


class Confirmer:
    """One comparison at a time; a new tap ends the one before. Belongs to one thread."""

    def __init__(self, looker: Looker, *, remark: Callable[[FaceSeen], None]) -> None:
        self._looker = looker
        self._remark = remark
        self._current: Confirmation | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a face is being compared."""
        return self._current is not None

    def ask(self, asked: Asked, options: FaceOptions) -> None:
        """Compare from now on whoever stands there with the holder of this track."""
        self._finish(options)
        self._looker.begin_at(asked.uptime - BEFORE)
        self._current = Confirmation(asked)

    def step(self, gallery: Gallery, options: FaceOptions, *, now: timedelta) -> None:
        """Look once. Raises the engine's errors."""
        comparing = self._current
        if comparing is None:
            return
        look = self._looker.look(smallest_px=options.smallest_px, wait=WAIT)
        if look is not None:
            comparing.looks += 1
            if self._looker.is_steady() and (measures := self._looker.measure(look)):
                distance = gallery.distance(comparing.asked.person, measures)
                if distance is not None:
                    comparing.hear(distance)
        if comparing.is_over(options, now=now):
            self._finish(options)

    def give_up(self) -> None:
        """The engine went away: nothing can be said of this face."""
        self._current = None

    def _finish(self, options: FaceOptions) -> None:
        """Say what was found; nothing where the camera gave no picture to look at."""
        compared, self._current = self._current, None
        if compared is None or not compared.looks:
            return
        distance = None if compared.best is None else round(compared.best, 3)
        verdict = compared.verdict(options)
        track = compared.asked.track
        self._remark(FaceSeen(id=uuid7(), track=track, verdict=verdict, distance=distance))
