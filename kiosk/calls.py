"""Which roll call holds at this kiosk, and every word that was said in it: heard, and its own."""

from dataclasses import dataclass
from pathlib import Path

import structlog
from uuid_utils.compat import uuid7

from drivers.clock.clock import Reading
from kiosk import database as files, present, site
from kiosk.protocol.messages import Evacuation
from kiosk.protocol.remarks import MarkedSafe
from kiosk.protocol.ticks import Tick
from kiosk.remarks import RemarkBook
from kiosk.tickbook import Call, TickBook

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Holding:
    """The roll call that holds, with what the gateway said of people; `adopted` just now."""

    call: Call
    heard: tuple[Tick, ...] = ()
    adopted: bool = False


class Calls:
    """The site's alarm and the roll calls begun here. Raises sqlite3.Error and OSError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened_book: TickBook | None = None

    def holding(self) -> Holding | None:
        """The site's alarm stands before a roll call of our own, whose ticks then count for it."""
        heard = self._read_heard()
        own = self._book.own()
        if heard is None or heard.alarm is None or heard.began_at is None:
            return Holding(own) if own else None
        if own is not None:
            self.keep(Call(heard.alarm, heard.began_at), self._book.ticks(own.alarm))
            self._book.set_own(None)
        if heard.alarm == self._book.put_away():
            return None
        return Holding(Call(heard.alarm, heard.began_at), _ticks(heard), adopted=own is not None)

    def toggle(self, reading: Reading) -> None:
        """Put what is shown away; else bring the site's alarm back, or begin one here."""
        heard = self._read_heard()
        if heard is not None and heard.alarm is not None:
            is_away = self._book.put_away() == heard.alarm
            self._book.set_put_away(None if is_away else heard.alarm)
        else:
            self._book.set_own(None if self._book.own() else self._begun(reading))
        log.warning("roll_call_toggled")

    def keep(self, call: Call, ticks: tuple[Tick, ...]) -> None:
        """First for the gateway: what it is told comes back, what it is not told would not."""
        remarks = (
            MarkedSafe(
                id=uuid7(), alarm=call.alarm, person=each.person, is_safe=each.is_safe, at=each.at
            )
            for each in ticks
        )
        RemarkBook(self._folder).add(*remarks)
        self._book.keep(call.alarm, ticks)

    def ticks(self, holding: Holding) -> tuple[Tick, ...]:
        """Everybody's words, in no order."""
        return (*holding.heard, *self._book.ticks(holding.call.alarm))

    def forget(self) -> None:
        """Something failed: open the book anew the next time, and set a broken one aside."""
        self._opened_book = None

    @property
    def _book(self) -> TickBook:
        """Opened when it is needed: a full disk must not keep the kiosk from starting."""
        if self._opened_book is None:
            self._opened_book = TickBook(self._folder)
        return self._opened_book

    def _begun(self, reading: Reading) -> Call:
        """With a clock that is not set, of the day on which somebody was seen last."""
        last = None if reading.trusted else present.newest(self._folder)
        return Call(uuid7(), max(reading.utc, last) if last else reading.utc)

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
