"""Whose face it is: the measures of everybody who agreed to it, compared in one product."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from drivers.face.engine import MEASURES, Measures
from kiosk.protocol.remarks import FaceVerdict

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, Any]  # numpy's own way to say: of whatever shape and kind


@dataclass(frozen=True, slots=True)
class KnownFace:
    """One measuring of a person's face; a person may have several."""

    person: int
    measures: Measures


@dataclass(frozen=True, slots=True)
class Match:
    """Who it is, and how far the face is from theirs; 0 is the same picture."""

    person: int
    distance: float


class Gallery:
    """Faces to compare with. It never changes; a changed one is made anew."""

    def __init__(self, faces: Iterable[KnownFace]) -> None:
        import numpy as np  # noqa: PLC0415 - for kiosks with faces alone

        known = tuple(faces)
        rows = b"".join(face.measures.octets for face in known)
        self._people = np.array([face.person for face in known], dtype=np.int64)
        self._rows = np.frombuffer(rows, dtype="<f4").reshape(-1, MEASURES)
        self._squares = (self._rows * self._rows).sum(axis=1)

    def __len__(self) -> int:
        return len(self._people)

    def identify(self, measures: Measures, *, threshold: float, margin: float) -> Match | None:
        """The person whose face is nearest, if it is near enough and nobody else's is as near.

        None when the nearest is farther than `threshold`, or somebody else's is less than
        `margin` farther than it: a near tie is no match.
        """
        if not len(self):
            return None
        distances = self._distances(measures)
        nearest = int(distances.argmin())
        match = Match(int(self._people[nearest]), float(distances[nearest]))
        others = distances[self._people != match.person]
        is_tie = bool(others.size) and float(others.min()) - match.distance < margin
        return None if is_tie or match.distance > threshold else match

    def distance(self, person: int, measures: Measures) -> float | None:
        """How far the face is from this person's; None when theirs is not known."""
        own = self._people == person
        return float(self._distances(measures)[own].min()) if own.any() else None

    def _distances(self, measures: Measures) -> "Numbers":
        """|a - b| by |a|² - 2ab + |b|²: one product of a matrix and a vector.

        By einsum, which stays in this thread; `@` would wake one on every core.
        """
        import numpy as np  # noqa: PLC0415 - the same

        face = np.frombuffer(measures.octets, dtype="<f4")
        squared = self._squares - 2 * np.einsum("ij,j->i", self._rows, face) + face @ face
        distances: Numbers = np.sqrt(np.maximum(squared, 0))
        return distances


def verdict(distance: float, *, threshold: float, margin: float) -> FaceVerdict:
    """Whether a face at this distance is the holder's; within `margin` above it is left open."""
    if distance <= threshold:
        return FaceVerdict.HOLDER
    return FaceVerdict.UNSURE if distance <= threshold + margin else FaceVerdict.ANOTHER
