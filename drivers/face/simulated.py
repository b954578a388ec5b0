"""A face engine without a model: it finds the faces it was told to find."""

from collections import deque

from drivers.camera.camera import Frame
from drivers.errors import DriverError
from drivers.face.engine import Face


class SimulatedFaceEngine:
    """Answers what was put before it, one answer a frame, and counts the frames."""

    def __init__(self) -> None:
        self._answers: deque[tuple[Face, ...] | DriverError] = deque()
        self.measured = 0

    def expect(self, *faces: Face) -> None:
        """Let the next frame show these faces."""
        self._answers.append(faces)

    def fail(self, error: DriverError) -> None:
        """Let the next `measure` raise `error`."""
        self._answers.append(error)

    def measure(self, frame: Frame) -> tuple[Face, ...]:  # noqa: ARG002 - its faces are told beforehand
        """The faces expected next, largest first; none when nothing was expected."""
        answer = self._answers.popleft() if self._answers else ()
        if isinstance(answer, DriverError):
            raise answer
        self.measured += 1
        return tuple(sorted(answer, key=lambda face: -face.width * face.height))
