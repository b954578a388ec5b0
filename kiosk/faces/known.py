"""The faces on the shelf, opened: in memory alone, as a gallery to compare with."""

from collections.abc import Callable

import structlog

from drivers.face.engine import Measures
from kiosk.faces.shelf import FaceShelf
from kiosk.identify.gallery import Gallery, KnownFace
from kiosk.protocol.sealing import NotUnsealed, SealingKey, unseal

log = structlog.get_logger()


class KnownFaces:
    """Belongs to one thread. What is still sealed as before is not opened again.

    `key` gives the kiosk's own; it is asked for when there is a face to open.
    """

    def __init__(self, shelf: FaceShelf, key: Callable[[], SealingKey]) -> None:
        self._shelf = shelf
        self._key = key
        self._opened: dict[tuple[int, bytes], Measures] = {}
        self.gallery: Gallery | None = None

    def read(self) -> None:
        """Take over what is on the shelf now. Raises sqlite3.Error.

        What was sealed to another key, or broke, is let go, and told anew by the gateway.
        """
        try:
            opened = {
                (face.person, face.sealed): self._measures(face.person, face.sealed)
                for face in self._shelf.faces()
            }
        except (NotUnsealed, ValueError) as wrong:
            log.warning("faces_not_readable", reason=str(wrong))
            self._shelf.forget_all()
            opened = {}
        if opened.keys() != self._opened.keys():
            self._opened = opened
            known = [KnownFace(person, measures) for (person, _), measures in opened.items()]
            self.gallery = Gallery(known) if known else None

    def forget(self) -> None:
        """Hold no face in memory while there is no use for any."""
        self._opened, self.gallery = {}, None

    def knows(self, person: int) -> bool:
        """Whether there is anything to compare this person with."""
        return any(known == person for known, _ in self._opened)

    def _measures(self, person: int, sealed: bytes) -> Measures:
        opened = self._opened.get((person, sealed))
        if opened is not None:
            return opened
        return Measures(unseal(self._key(), sealed, about=str(person).encode()))
