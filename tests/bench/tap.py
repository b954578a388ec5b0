"""`python -m tests.bench.tap`: what a tap costs, beside a bare durable commit of the same row."""

import argparse
import os
import socket
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from uuid import uuid4

from drivers.card.reader import CardUid
from drivers.card.simulated import SimulatedCardReader
from drivers.clock.system import SystemClock
from kiosk import logs, site
from kiosk.assembly import Kiosk
from kiosk.identify import roster
from kiosk.protocol.messages import Credential, Method, PersonKind, RosterPart, RosterPerson
from kiosk.screen.board import Board
from kiosk.settings import Broker, KioskSettings, Screen
from kiosk.simulated import SimulatedHardware
from kiosk.visit import Answer
from tests.bench.table import scratch

PEOPLE = 20_000
PART = 500
TAPS = 1_000
PAUSE_S = 0.001
P50_BOUND, P99_BOUND = 1.5, 2.0
MEMORY_BOUND_MB = 80

_BARE = """CREATE TABLE tracks (
    seq INTEGER PRIMARY KEY, id BLOB NOT NULL, claimed INTEGER NOT NULL, at INTEGER NOT NULL,
    boot BLOB NOT NULL, uptime_ms INTEGER NOT NULL, trusted INTEGER NOT NULL,
    method TEXT NOT NULL, credential TEXT NOT NULL, person INTEGER, shown TEXT NOT NULL,
    late_minutes INTEGER)"""
_COLUMNS = (
    "id, claimed, at, boot, uptime_ms, trusted, method, credential, person, shown, late_minutes"
)


class TimedReader(SimulatedCardReader):
    """A card reader that notes when it had the number whole."""

    def __init__(self) -> None:
        super().__init__()
        self.had_it_at = 0.0

    def read(self, timeout: timedelta) -> CardUid | None:
        """The next card, and the moment it was read."""
        card = super().read(timeout)
        if card is not None:
            self.had_it_at = time.perf_counter()
        return card


class TimedBoard(Board):
    """A screen that says when an answer stood on it."""

    def __init__(self) -> None:
        super().__init__(shown_for=timedelta(seconds=3))
        self.shown_at: SimpleQueue[float] = SimpleQueue()

    def show(self, answer: Answer, *, now: timedelta) -> None:
        """Put the answer up, then note the moment."""
        super().show(answer, now=now)
        self.shown_at.put(time.perf_counter())


class TimedHardware(SimulatedHardware):
    """Simulated hardware whose card reader notes the time."""

    def __init__(self) -> None:
        super().__init__()
        self.cards: TimedReader = TimedReader()


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds."""

    p50: float
    p99: float


def card_of(person: int) -> CardUid:
    """A card number for a person of the bench."""
    return CardUid(person.to_bytes(7, "big"))


def fill_roster(folder: Path, people: int = PEOPLE) -> None:
    """A roster of `people` with a card each."""
    folder.mkdir(parents=True, exist_ok=True)
    database = site.open_site(folder)
    for base in range(0, people, PART):
        part = RosterPart(base=base, version=base + PART, people=tuple(map(_person, _ids(base))))
        roster.apply(database, part)
    database.close()


def _ids(base: int) -> range:
    return range(base + 1, base + PART + 1)


def _person(number: int) -> RosterPerson:
    card = Credential(method=Method.CARD, value=str(card_of(number)))
    return RosterPerson(
        id=number,
        kind=PersonKind.STUDENT,
        name=f"Person {number}",
        year_group=7,
        credentials=(card,),
    )


def measure(folder: Path, *, taps: int) -> tuple[Spread, Spread, float]:
    """Tap to shown, the bare commit in turn with it, and the process's resident megabytes."""
    fill_roster(folder)
    hardware, board = TimedHardware(), TimedBoard()
    kiosk = Kiosk(
        settings_in(folder), SystemClock(assume_trusted=True), hardware=hardware, board=board
    )
    thread = Thread(target=kiosk.run)
    thread.start()
    bare = _bare(folder / "bare.sqlite3")
    try:
        _one_tap(hardware, board, 1)
        times = [_pair(hardware, board, bare, person) for person in range(2, taps + 2)]
        memory = _resident_mb()
    finally:
        kiosk.stop()
        thread.join()
    return _spread([tap for tap, _ in times]), _spread([commit for _, commit in times]), memory


def _pair(
    hardware: TimedHardware, board: TimedBoard, bare: Callable[[int], float], person: int
) -> tuple[float, float]:
    """One tap and one bare commit, a breath apart, so that both meet the same disk."""
    time.sleep(PAUSE_S)
    tap = _one_tap(hardware, board, person)
    time.sleep(PAUSE_S)
    return tap, bare(person)


def _one_tap(hardware: TimedHardware, board: TimedBoard, person: int) -> float:
    hardware.cards.tap(card_of(person))
    return board.shown_at.get(timeout=30) - hardware.cards.had_it_at


def _bare(path: Path) -> Callable[[int], float]:
    """A function that commits one such row with nothing around it, and says how long it took.

    It runs in a thread that waits for its turn, as the kiosk's loop does.
    """
    asked: SimpleQueue[int] = SimpleQueue()
    done: SimpleQueue[float] = SimpleQueue()

    def work() -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(_BARE)
        insert = f"INSERT INTO tracks ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        boot = uuid4().bytes
        while True:
            person = asked.get()
            now, card = time.time_ns() // 1000, str(card_of(person))
            row = (
                uuid4().bytes,
                now,
                now,
                boot,
                1000,
                True,
                "card",
                card,
                person,
                "signed_in",
                None,
            )
            begun = time.perf_counter()
            connection.execute(insert, row)
            done.put(time.perf_counter() - begun)

    Thread(target=work, daemon=True).start()

    def commit(person: int) -> float:
        asked.put(person)
        return done.get(timeout=30)

    return commit


def _spread(seconds: list[float]) -> Spread:
    cuts = statistics.quantiles(seconds, n=100)
    return Spread(cuts[49] * 1000, cuts[98] * 1000)


def settings_in(folder: Path) -> KioskSettings:
    """A kiosk's settings: no broker to reach, its page on a free port."""
    return KioskSettings(
        kiosk="bench",
        site="bench",
        data=folder,
        assume_trusted_clock=True,
        broker=Broker(port=1),
        screen=Screen(port=_free_port()),
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


def report(tap: Spread, bare: Spread, memory: float) -> bool:
    """Print the table; whether all bounds hold."""
    rows = [
        ("p50", tap.p50, bare.p50, tap.p50 / bare.p50, P50_BOUND),
        ("p99", tap.p99, bare.p99, tap.p99 / bare.p99, P99_BOUND),
    ]
    print(f"{'':14}{'tap → shown':>14}{'bare commit':>14}{'ratio':>8}{'bound':>8}")
    for name, ours, theirs, ratio, bound in rows:
        print(f"{name:14}{ours:>11.3f} ms{theirs:>11.3f} ms{ratio:>8.2f}{bound:>8.1f}")
    print(f"{'memory':14}{memory:>11.1f} MB{'':14}{'':8}{MEMORY_BOUND_MB:>5} MB")
    return all(ratio <= bound for *_, ratio, bound in rows) and memory <= MEMORY_BOUND_MB


def main() -> int:
    """Measure and print; 0 when all bounds hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.tap", description=__doc__)
    parser.add_argument("--taps", type=int, default=TAPS)
    options = parser.parse_args()
    logs.set_up("ERROR")
    with tempfile.TemporaryDirectory(prefix="muster-bench-", dir=scratch()) as folder:
        return 0 if report(*measure(Path(folder) / "kiosk", taps=options.taps)) else 1


if __name__ == "__main__":
    sys.exit(main())
