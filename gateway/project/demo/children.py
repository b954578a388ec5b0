"""The demo's child processes: each writes its own log, and none outlives the demo."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gateway.errors import Unavailable
from gateway.project.processes import tied

PATIENCE_S = 60.0
STOP_WITHIN_S = 12.0


class ChildEnded(Unavailable):
    """A part of the demo ended by itself."""


@dataclass(frozen=True, slots=True)
class Child:
    """One running program and where it writes what it says."""

    name: str
    command: tuple[str, ...]
    log: Path
    process: subprocess.Popen[bytes]

    def check(self) -> None:
        """Raises ChildEnded with the last lines it wrote."""
        status = self.process.poll()
        if status is not None:
            last = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
            raise ChildEnded("\n  ".join([f"{self.name} ended with {status}:", *last]))


@dataclass(slots=True)
class Children:
    """The programs of the demo, in the order they were started."""

    logs: Path
    running: list[Child] = field(default_factory=list)

    def start(self, name: str, module: str, arguments: Sequence[str]) -> Child:
        """Run `python -m module`."""
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{name}.log"
        command = (sys.executable, "-m", module, *arguments)
        with log.open("wb") as output:
            process = subprocess.Popen(
                tied(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        child = Child(name, command, log, process)
        self.running.append(child)
        return child

    def wait_for(self, child: Child, answers: Callable[[], bool]) -> None:
        """Wait until it answers. Raises ChildEnded, also when it takes too long."""
        give_up_at = time.monotonic() + PATIENCE_S
        while not answers():
            child.check()
            if time.monotonic() > give_up_at:
                raise ChildEnded(f"{child.name} does not answer: see {child.log}")
            time.sleep(0.1)

    def ended(self) -> tuple[Child, ...]:
        """Those that ended by themselves since the last question; the others go on."""
        gone = tuple(child for child in self.running if child.process.poll() is not None)
        self.running = [child for child in self.running if child not in gone]
        return gone

    def stop(self) -> None:
        """End all, the last started first, each in its own time."""
        for child in reversed(self.running):
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
            try:
                child.process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        self.running.clear()
