"""A face engine without a model: it sees who was told to stand before it."""

from collections import deque
from dataclasses import dataclass, replace

from drivers.camera.camera import Frame
from drivers.errors import DeviceMisread, DriverError
from drivers.face.engine import Face, Measures

OPEN = 0.3
"""How open the eyes of somebody are who was told nothing else."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody before the kiosk: where the face is, its measures, how open its eyes are."""

    face: Face
    measures: Measures
    openness: float = OPEN


class SimulatedFaceEngine:
    """Answers with who stands there, whatever the frame shows, and counts what it was asked."""

    def __init__(self) -> None:
        self._standing: tuple[Standing, ...] = ()
        self._failures: deque[DriverError] = deque()
        self.found = 0
        self.measured = 0
        self.is_closed = False

    def stand(self, *people: Standing) -> None:
        """From now on these stand before the kiosk, and nobody else."""
        self._standing = tuple(sorted(people, key=lambda each: -each.face.width))

    def fail(self, error: DriverError) -> None:
        """Let the next call raise `error`."""
        self._failures.append(error)

    def find(self, frame: Frame, *, smallest_px: int, eyes: bool = False) -> tuple[Face, ...]:  # noqa: ARG002 - who stands there is told beforehand
        """The faces of who stands there, the largest first."""
        self._maybe_fail()
        self.found += 1
        return tuple(
            replace(each.face, openness=each.openness if eyes else None)
            for each in self._standing
            if each.face.width >= smallest_px
        )

    def measure(self, frame: Frame, face: Face) -> Measures:  # noqa: ARG002 - the same
        """The measures of who has this face. Raises DeviceMisread when they have gone."""
        self._maybe_fail()
        self.measured += 1
        for each in self._standing:
            if each.face == replace(face, openness=None):
                return each.measures
        raise DeviceMisread("nobody stands there any more")

    def close(self) -> None:
        """Remember that it was closed."""
        self.is_closed = True

    def _maybe_fail(self) -> None:
        if self._failures:
            raise self._failures.popleft()
