"""The roll call at this kiosk: the site's, while its alarm is on, or one that staff began here.

It needs no network: who is on site is read from the kiosk's own copy, ticks are kept here
first, and go to the gateway when they can.
"""

import sqlite3
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from threading import Event, Lock
from uuid import UUID

import structlog
from uuid_utils.compat import uuid7

from drivers.clock.clock import Clock
from kiosk import database as files
from kiosk import present, site
from kiosk.present import Copy
from kiosk.protocol.messages import Evacuation
from kiosk.protocol.remarks import MarkedSafe
from kiosk.protocol.ticks import Tick, next_instant, roll, standing
from kiosk.remarks import RemarkBook
from kiosk.screen.board import Board
from kiosk.screen.rollcall import MODE, Line, RollCallShown, lines
from kiosk.tickbook import Call, TickBook
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
        self._opened_book: TickBook | None = None
        self._wake = Event()
        self._lock = Lock()
        self._call: Call | None = None
        self._heard: tuple[Tick, ...] = ()
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
        if self._call is not None:
            self._wake.set()

    def look(self) -> bool:
        """Show what holds now; whether there is a roll call, or nothing could be read of one."""
        with self._lock:
            try:
                return self._look()
            except (sqlite3.Error, OSError) as failed:
                log.warning("roll_call_not_read", reason=str(failed))
                self._opened_book = None
                return True

    def toggle(self) -> None:
        """Staff ask for the roll call: begin one here, or put the one shown away."""
        with self._lock:
            try:
                self._toggle()
            except (sqlite3.Error, OSError) as failed:
                log.error("roll_call_not_begun", reason=str(failed))
        self.wake()

    def told(self, asked: Mapping[str, str]) -> object:  # noqa: ARG002 - as the page asks
        """Everybody on the roll, for the page. Raises ValueError while there is no roll call."""
        with self._lock:
            if self._call is None:
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
            if self._call is None or not any(str(each.person) == person for each in self._lines):
                raise ValueError("nobody of this number is on the roll call")
            try:
                self._tick(self._call, int(person), is_safe=is_safe)
            except (sqlite3.Error, OSError) as failed:
                log.error("tick_not_kept", reason=str(failed))
                raise ValueError("it cannot be kept now") from failed
        self._bring()
        return {}

    @property
    def _book(self) -> TickBook:
        """Opened when it is needed: a full disk must not keep the kiosk from starting.

        Raises sqlite3.Error and OSError.
        """
        if self._opened_book is None:
            self._opened_book = TickBook(self._folder)
        return self._opened_book

    def _look(self) -> bool:
        heard = self._read_heard()
        self._adopt(heard)
        self._call = self._current(heard)
        if self._call is None:
            self._heard, self._copy, self._lines = (), EMPTY, ()
            self._board.take_down(MODE)
            return False
        self._heard = _ticks(heard) if heard and heard.alarm == self._call.alarm else ()
        self._copy = present.read(self._folder, instant=self._call.began_at, otherwise=self._rules)
        self._show()
        return True

    def _current(self, heard: Evacuation | None) -> Call | None:
        """The site's alarm stands before a roll call of our own."""
        if heard is None or heard.alarm is None or heard.began_at is None:
            return self._book.own()
        if heard.alarm == self._book.put_away():
            return None
        return Call(heard.alarm, heard.began_at)

    def _adopt(self, heard: Evacuation | None) -> None:
        """What was ticked before the site's alarm was heard of counts for it."""
        own = self._book.own()
        if own is None or heard is None or heard.alarm is None:
            return
        self._keep(heard.alarm, self._book.ticks(own.alarm))
        self._book.set_own(None)
        self._bring()

    def _toggle(self) -> None:
        heard = self._read_heard()
        if heard is not None and heard.alarm is not None:
            is_away = self._book.put_away() == heard.alarm
            self._book.set_put_away(None if is_away else heard.alarm)
        elif self._book.own() is not None:
            self._book.set_own(None)
        else:
            self._book.set_own(self._begun())
        log.warning("roll_call_toggled")

    def _begun(self) -> Call:
        """With a clock that is not set, of the day on which somebody was seen last."""
        reading = self._clock.read()
        last = None if reading.trusted else present.newest(self._folder)
        return Call(uuid7(), max(reading.utc, last) if last else reading.utc)

    def _tick(self, call: Call, person: int, *, is_safe: bool) -> None:
        last = standing((*self._heard, *self._book.ticks(call.alarm))).get(person)
        now = max(self._clock.read().utc, call.began_at)
        self._keep(call.alarm, (Tick(person, next_instant(now, last), is_safe),))
        self._show()

    def _keep(self, alarm: UUID, ticks: tuple[Tick, ...]) -> None:
        """First for the gateway: what it is told comes back, what it is not told would not."""
        RemarkBook(self._folder).add(
            *(
                MarkedSafe(
                    id=uuid7(), alarm=alarm, person=each.person, is_safe=each.is_safe, at=each.at
                )
                for each in ticks
            )
        )
        self._book.keep(alarm, ticks)

    def _show(self) -> None:
        if self._call is None:
            return
        words = standing((*self._heard, *self._book.ticks(self._call.alarm)))
        safe = {person for person, tick in words.items() if tick.is_safe}
        on_roll = roll(self._copy.present, words.values())
        shown = lines(self._copy, on_roll, safe, language=self._language)
        if shown != self._lines:
            self._lines = shown
            self._version += 1
        to_find = sum(not each.is_safe for each in shown)
        self._board.put_up(RollCallShown(self._version, len(shown), to_find))

    def _read_heard(self) -> Evacuation | None:
        """What the gateway said last of an alarm; None when nothing."""
        path = self._folder / site.FILE
        if not path.exists():
            return None
        database = files.connect(path, durability=files.Durability.NORMAL)
        try:
            return site.noted(database, Evacuation)
        finally:
            database.close()


def _ticks(heard: Evacuation) -> tuple[Tick, ...]:
    safe = (Tick(each.person, each.at, is_safe=True) for each in heard.safe)
    not_safe = (Tick(each.person, each.at, is_safe=False) for each in heard.unticked)
    return (*safe, *not_safe)
