"""Plays patterns on a lamp or buzzer in a thread of its own, one cutting off the other."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Protocol

from drivers.errors import DeviceAway
from drivers.feedback.feedback import Signal
from drivers.feedback.patterns import NOTHING, PATTERNS, Pattern, Step

GOODBYE_S = 2.0

Inbox = SimpleQueue[Pattern | None]


class Output(Protocol):
    """The device that is driven. Its methods raise DeviceAway when it does not answer."""

    def put(self, step: Step) -> None:
        """Show and sound what the step says, and come back at once."""
        ...

    def close(self) -> None:
        """Let go of the pins."""
        ...


class PlayedFeedback:
    """A Feedback that plays each signal's pattern on an output, which it opens when needed.

    An output that failed is opened anew for the next signal.
    """

    def __init__(
        self, name: str, open_output: Callable[[], Output], *, inbox: Inbox | None = None
    ) -> None:
        self.name = name
        self._open_output = open_output
        self._inbox: Inbox = inbox or SimpleQueue()
        self._output: Output | None = None
        self._thread: Thread | None = None
        self._failure: DeviceAway | None = None

    def check(self) -> None:
        """Open the output if it is not. Raises DeviceAway, also for what failed since."""
        failure, self._failure = self._failure, None
        if failure is not None:
            self.close()
            raise failure
        if self._output is None:
            self._output = self._open_output()
            self._thread = Thread(target=self._run, name=self.name, daemon=True)
            self._thread.start()

    def show(self, signal: Signal) -> None:
        """Begin the signal's pattern. Raises DeviceAway."""
        self.check()
        self._inbox.put(PATTERNS[signal])

    def close(self) -> None:
        """All off, and let go of the output."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._inbox.put(None)
            thread.join(timeout=GOODBYE_S)
        output, self._output = self._output, None
        if output is not None:
            output.close()

    def _run(self) -> None:
        pattern = self._inbox.get()
        while pattern is not None:
            pattern = self._play(pattern)

    def _play(self, pattern: Pattern) -> Pattern | None:
        """Play it through, or until the next comes; answers the next."""
        for step in pattern:
            self._put(step)
            try:
                return self._inbox.get(timeout=step.lasts.total_seconds())
            except Empty:
                continue
        self._put(NOTHING)
        return self._inbox.get()

    def _put(self, step: Step) -> None:
        if self._output is None or self._failure is not None:
            return
        try:
            self._output.put(step)
        except DeviceAway as away:
            self._failure = away
