"""A face engine in a process of its own, so that a card never waits for one.

The child works only while nobody else wants the processor; one that dies, or does not answer
in time, is ended, and a new one is started by the next call.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection, Pipe
from typing import TypeVar

from drivers.camera.camera import Frame
from drivers.errors import DeviceAway, DriverError
from drivers.face.engine import Face, FaceEngine, Measures

COMMAND = (sys.executable, "-m", "drivers.face")
PATIENCE = timedelta(seconds=10)
START_PATIENCE = timedelta(seconds=60)
"""Loading the models from an SD card takes a while."""

NICENESS = 10


@dataclass(frozen=True, slots=True)
class Find:
    """Asks for the faces in a frame."""

    frame: Frame
    smallest_px: int
    eyes: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """Asks for the measures of a face."""

    frame: Frame
    face: Face


READY = "ready"
A = TypeVar("A")


class FaceEngineApart:
    """Asks the engine of a child process. Belongs to one thread."""

    def __init__(self, *, command: Sequence[str] = COMMAND, patience: timedelta = PATIENCE) -> None:
        """`command` is run with the number of its open end of the line as last argument."""
        self._command = tuple(command)
        self._patience = patience
        self._child: _Child | None = None

    def find(self, frame: Frame, *, smallest_px: int, eyes: bool = False) -> tuple[Face, ...]:
        """The faces, the largest first. Raises what the engine raised, or DeviceAway."""
        return self._ask(Find(frame, smallest_px, eyes), kind=tuple)

    def measure(self, frame: Frame, face: Face) -> Measures:
        """The face's measures. Raises what the engine raised, or DeviceAway."""
        return self._ask(Measure(frame, face), kind=Measures)

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def _ask(self, question: Find | Measure, *, kind: type[A]) -> A:
        try:
            answer = self._running().ask(question, patience=self._patience)
        except (OSError, EOFError) as broken:
            self.close()
            raise DeviceAway(f"the face engine ended: {broken or 'no word of why'}") from broken
        except DeviceAway:
            self.close()
            raise
        if isinstance(answer, DriverError):
            raise answer
        if not isinstance(answer, kind):
            self.close()
            raise DeviceAway(f"the face engine answered nonsense: {answer!r:.80}")
        return answer

    def _running(self) -> "_Child":
        if self._child is None:
            self._child = _Child(self._command)
            self._child.wait_ready()
        return self._child


class _Child:
    """The process and our end of the line to it."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self._line, far_end = Pipe()
        try:
            self._process = subprocess.Popen(
                [*command, str(far_end.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[far_end.fileno()],
            )
        except OSError:
            self._line.close()
            raise
        finally:
            far_end.close()

    def wait_ready(self) -> None:
        """Wait for the models. Raises what kept the engine from starting."""
        answer = self._hear(START_PATIENCE)
        if isinstance(answer, DriverError):
            raise answer

    def ask(self, question: Find | Measure, *, patience: timedelta) -> object:
        """The child's answer. Raises DeviceAway when it takes too long."""
        self._line.send(question)
        return self._hear(patience)

    def end(self) -> None:
        """Kill it: it holds nothing that could be spoilt."""
        self._process.kill()
        self._process.wait()
        self._line.close()

    def _hear(self, patience: timedelta) -> object:
        if not self._line.poll(patience.total_seconds()):
            raise DeviceAway(f"the face engine did not answer within {patience}")
        return self._line.recv()


def serve(line: Connection, make: Callable[[], FaceEngine]) -> None:
    """The child's side: answer until the other end hangs up."""
    os.nice(NICENESS)
    with suppress(EOFError, ConnectionError):
        try:
            engine = make()
        except DriverError as cannot:
            line.send(cannot)
            return
        _stand_back()
        line.send(READY)
        while True:
            line.send(_answer(engine, line.recv()))


def _stand_back() -> None:
    """From now on everything else goes first, at once: a merely nice process keeps its turn."""
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _answer(engine: FaceEngine, question: Find | Measure) -> object:
    try:
        match question:
            case Find(frame, smallest_px, eyes):
                return engine.find(frame, smallest_px=smallest_px, eyes=eyes)
            case Measure(frame, face):
                return engine.measure(frame, face)
    except DriverError as refused:
        return refused
