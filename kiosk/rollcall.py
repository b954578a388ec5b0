"""The roll call at this kiosk: the site's, while its alarm is on, or one that staff began here.

It needs no network: who is on site is read from the kiosk's own copy, ticks are kept here
first, and go to the gateway when they can.
"""

import sqlite3
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from threading import Event, Lock

import structlog

from drivers.clock.clock import Clock
from kiosk import present
from kiosk.calls import Calls, Holding
from kiosk.present import Copy
from kiosk.protocol.ticks import Tick, next_instant, roll, safe_people, standing
from kiosk.screen.board import Board
from kiosk.screen.rollcall import MODE, Line, RollCallShown, lines
from kiosk.visit import SiteRules

log = structlog.get_logger()

LOOK_AGAIN = timedelta(seconds=5)
EMPTY = Copy({}, {}, {})


class RollCall:
    """Lives in a thread of its own. `bring` says that there are new remarks to carry."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        board: Board,
        bring: Callable[[], None],
        rules: SiteRules,
        language: str,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._board = board
        self._bring = bring
        self._rules = rules
        self._language = language
        self._calls = Calls(folder)
        self._wake = Event()
        self._lock = Lock()
        self._holding: Holding | None = None
        self._copy = EMPTY
        self._lines: tuple[Line, ...] = ()
        self._version = 0

    def run(self, stop: Event) -> None:
        """Follow alarm, taps and ticks until `stop` is set and `wake` was called."""
        while not stop.is_set():
            self._wake.clear()
            is_on = self.look()
            self._wake.wait(LOOK_AGAIN.total_seconds() if is_on else None)

    def wake(self) -> None:
        """Let the thread look again. Never waits; safe from every thread."""
        self._wake.set()

    def moved(self) -> None:
        """Somebody signed in or out, or the roster changed: look again, if there is a roll call."""
        if self._holding is not None:
            self._wake.set()

    def look(self) -> bool:
        """Show what holds now; whether there is a roll call, or nothing could be read of one."""
        with self._lock:
            try:
                return self._look()
            except (sqlite3.Error, OSError) as failed:
                log.warning("roll_call_not_read", reason=str(failed))
                self._calls.forget()
                return True

    def toggle(self) -> None:
        """Staff ask for the roll call: begin one here, or put the one shown away."""
        with self._lock:
            try:
                self._calls.toggle(self._clock.read())
            except (sqlite3.Error, OSError) as failed:
                log.error("roll_call_not_begun", reason=str(failed))
        self.wake()

    def told(self, asked: Mapping[str, str]) -> object:  # noqa: ARG002 - as the page asks
        """Everybody on the roll, for the page. Raises ValueError while there is no roll call."""
        with self._lock:
            if self._holding is None:
                raise ValueError("there is no roll call now")
            return {
                "version": self._version,
                "people": [
                    [each.person, each.name, each.group, each.is_safe, each.approximate]
                    for each in self._lines
                ],
            }

    def tick(self, said: Mapping[str, str]) -> object:
        """Tick the `person` safe, or with `safe` "no" not safe; kept before it is answered.

        Raises ValueError for no such person, while there is no roll call, and when it cannot
        be kept.
        """
        person, is_safe = said.get("person", ""), said.get("safe", "") != "no"
        with self._lock:
            if self._holding is None or not any(str(each.person) == person for each in self._lines):
                raise ValueError("nobody of this number is on the roll call")
            try:
                self._tick(self._holding, int(person), is_safe=is_safe)
            except (sqlite3.Error, OSError) as failed:
                log.error("tick_not_kept", reason=str(failed))
                raise ValueError("it cannot be kept now") from failed
        self._bring()
        return {}

    def _look(self) -> bool:
        self._holding = holding = self._calls.holding()
        if holding is None:
            self._copy, self._lines = EMPTY, ()
            self._board.take_down(MODE)
            return False
        if holding.adopted:
            self._bring()
        began = holding.call.began_at
        self._copy = present.read(self._folder, instant=began, otherwise=self._rules)
        self._show(holding)
        return True

    def _tick(self, holding: Holding, person: int, *, is_safe: bool) -> None:
        last = standing(self._calls.ticks(holding)).get(person)
        now = max(self._clock.read().utc, holding.call.began_at)
        tick = Tick(person, next_instant(now, last), is_safe)
        self._calls.keep(holding.call, (tick,))
        self._show(holding)

    def _show(self, holding: Holding) -> None:
        ticks = self._calls.ticks(holding)
        on_roll, safe = roll(self._copy.present, ticks), safe_people(ticks)
        shown = lines(self._copy, on_roll, safe, language=self._language)
        if shown != self._lines:
            self._lines = shown
            self._version += 1
        to_find = sum(not each.is_safe for each in shown)
        self._board.put_up(RollCallShown(self._version, len(shown), to_find))
