"""Looks at the camera's pictures for the nearest face, and notices when it holds still."""

from collections import deque
from dataclasses import dataclass
from datetime import timedelta

from drivers.camera.camera import Frame
from drivers.face.engine import Face, FaceEngine, Measures
from kiosk.album import Album
from kiosk.identify.steady import has_blinked, is_near, is_steady

REMEMBERED = 60
"""Looks; some four seconds of the quickest camera."""


@dataclass(frozen=True, slots=True)
class Look:
    """One picture: its nearest face, if it has any, and how many it has."""

    uptime: timedelta
    frame: Frame
    face: Face | None
    faces: int


class Looker:
    """Remembers how the nearest face moved, and how its eyes did. Belongs to one thread."""

    def __init__(self, album: Album, engine: FaceEngine) -> None:
        self._album = album
        self._engine = engine
        self._after = timedelta(0)
        self._recent: deque[Face | None] = deque(maxlen=REMEMBERED)

    def look(self, *, smallest_px: int, wait: timedelta, eyes: bool = False) -> Look | None:
        """The next picture, waited for as long as `wait`; None when there is none.

        Raises the engine's errors.
        """
        glance = self._album.latest(self._after, wait=wait)
        if glance is None:
            return None
        self._after = glance.uptime
        frame = glance.shot.gray
        found = self._engine.find(frame, smallest_px=smallest_px, eyes=eyes)
        face = found[0] if found else None
        self._note(face)
        return Look(glance.uptime, frame, face, len(found))

    def begin_at(self, uptime: timedelta) -> None:
        """Forget what was seen, and go on with pictures made after `uptime`."""
        self._after = uptime
        self.forget()

    def forget(self) -> None:
        """Whoever comes next has to hold still, and to blink, anew."""
        self._recent.clear()

    def is_steady(self) -> bool:
        """Whether the nearest face held still in the last pictures."""
        return is_steady(tuple(self._recent))

    def has_blinked(self) -> bool:
        """Whether the eyes of the face that is there now were seen to blink."""
        seen = (face.openness for face in self._recent if face is not None)
        return has_blinked([each for each in seen if each is not None])

    def measure(self, look: Look) -> Measures | None:
        """The measures of the look's face; None when it has none. Raises the engine's errors."""
        return None if look.face is None else self._engine.measure(look.frame, look.face)

    def _note(self, face: Face | None) -> None:
        """Another face, or none, is the end of what was seen of the last one."""
        last = self._recent[-1] if self._recent else None
        if face is None or (last is not None and not is_near(last, face)):
            self._recent.clear()
        self._recent.append(face)
