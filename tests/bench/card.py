"""`python -m tests.bench.card`: a card in the emulated reader's field, until the lamp is lit.

The whole kiosk works here: the unmodified `mfrc522` library on an emulated chip whose every
transfer over SPI keeps the processor busy for 50 µs, the loop, a journal on this disk, the lamp.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from queue import SimpleQueue
from random import Random
from threading import Thread

from drivers.card.mfrc522 import Mfrc522Reader
from drivers.card.reader import CardReader
from drivers.clock.system import SystemClock
from drivers.emulated.mfrc522_chip import Mfrc522Chip
from drivers.emulated.plugging import plugged_in
from drivers.emulated.proximity import EmulatedCard, Field
from drivers.emulated.times import BusyTime, SteppedTime
from drivers.feedback.feedback import Signal
from drivers.feedback.simulated import SimulatedFeedback
from kiosk import logs
from kiosk.assembly import Kiosk
from kiosk.screen.board import Board
from kiosk.simulated import SimulatedHardware
from tests.bench.table import Figure, at_most, plain, scratch, show
from tests.bench.tap import card_of, fill_roster, settings_in

PEOPLE = 2_000
TAPS = 200
IDLE_S = 5.0
LAMP_BOUND_MS, NEXT_BOUND_MS = 60, 300
POLL_BOUND_MS, POLL_BOUND_TRANSFERS = 50, 150
IDLE_BOUND = 10
BETWEEN_TAPS_S = (0.05, 0.15)
SHOWN_FOR = timedelta(seconds=3)


class TimedLamp(SimulatedFeedback):
    """A lamp that says when it was lit."""

    def __init__(self) -> None:
        super().__init__()
        self.lit_at: SimpleQueue[float] = SimpleQueue()

    def show(self, signal: Signal) -> None:
        """Light it, then note the moment."""
        super().show(signal)
        self.lit_at.put(time.perf_counter())


class BenchHardware(SimulatedHardware):
    """Simulated hardware with a card reader that is driven over its bus."""

    def __init__(self) -> None:
        super().__init__()
        self.reader = Mfrc522Reader()
        self.lamp = TimedLamp()
        self.feedback = self.lamp

    @property
    def readers(self) -> Mapping[str, CardReader]:
        """The card reader alone."""
        return {"card-reader": Mfrc522Reader()}


@dataclass(frozen=True, slots=True)
class Door:
    """A running kiosk, seen from outside."""

    field: Field
    lamp: TimedLamp
    chip: Mfrc522Chip

    def tap(self, person: int) -> float:
        """Milliseconds from the card in the field, in place of the last one, to the lamp."""
        self.field.take_away()
        held_at = time.perf_counter()
        self.field.put(EmulatedCard(card_of(person)))
        return (self.lamp.lit_at.get(timeout=30) - held_at) * 1000


@contextmanager
def running_kiosk(folder: Path) -> Iterator[Door]:
    """A whole kiosk on an emulated reader with the cost of its bus."""
    fill_roster(folder, PEOPLE)
    field, hardware = Field(), BenchHardware()
    chip = Mfrc522Chip(field, BusyTime())
    with plugged_in(chip):
        kiosk = Kiosk(
            settings_in(folder),
            SystemClock(assume_trusted=True),
            hardware=hardware,
            board=Board(shown_for=SHOWN_FOR),
        )
        thread = Thread(target=kiosk.run)
        thread.start()
        try:
            yield Door(field, hardware.lamp, chip)
        finally:
            kiosk.stop()
            thread.join()


def measure_taps(door: Door, *, taps: int) -> tuple[list[float], list[float]]:
    """Card to lamp in milliseconds: of cards held up alone, and of those that follow at once."""
    random, alone, following = Random(7), [], []
    door.tap(1)
    for person in range(2, 2 * taps + 2, 2):
        door.field.take_away()
        time.sleep(random.uniform(*BETWEEN_TAPS_S))
        alone.append(door.tap(person))
        following.append(door.tap(person + 1))
    door.field.take_away()
    return alone, following


def measure_idle(door: Door) -> tuple[float, float]:
    """Per cent of one core that the kiosk uses when nothing changes; its transfers a second."""
    time.sleep(1)
    began, transfers, used = time.perf_counter(), door.chip.transfers, time.process_time()
    time.sleep(IDLE_S)
    took = time.perf_counter() - began
    return (time.process_time() - used) / took * 100, (door.chip.transfers - transfers) / took


def measure_poll() -> tuple[float, int]:
    """The longest poll without a card: milliseconds by the chip's own clock, and transfers."""
    stepped = SteppedTime()
    chip = Mfrc522Chip(Field(), stepped)
    millisecond = timedelta(milliseconds=1)
    longest, most = timedelta(0), 0
    with plugged_in(chip):
        reader = Mfrc522Reader(pace=stepped)
        for _ in range(100):
            began, transfers = stepped.elapsed(), chip.transfers
            reader.read(millisecond)
            longest = max(longest, stepped.elapsed() - began)
            most = max(most, chip.transfers - transfers)
        reader.close()
    return longest / millisecond, most


def measure(folder: Path, *, taps: int) -> list[Figure]:
    """All figures, in the order in which they are shown."""
    poll_ms, poll_transfers = measure_poll()
    with running_kiosk(folder) as door:
        alone, following = measure_taps(door, taps=taps)
        idle, transfers = measure_idle(door)
        door.tap(1)
        resting, _ = measure_idle(door)
    return [
        plain("card → lamp, p50", f"{statistics.median(alone):.1f} ms"),
        at_most("card → lamp, p95", _p95(alone), LAMP_BOUND_MS, "ms"),
        at_most("the next card, at once → lamp, slowest", max(following), NEXT_BOUND_MS, "ms"),
        at_most("poll without a card, with its pause", poll_ms, POLL_BOUND_MS, "ms"),
        at_most("poll without a card", poll_transfers, POLL_BOUND_TRANSFERS, "transfers", 0),
        at_most("idle kiosk, its reader's bus included", idle, IDLE_BOUND, "% of a core"),
        plain("transfers a second while idle", f"{transfers:,.0f}"),
        plain("the same kiosk, a card left on its reader", f"{resting:.1f} % of a core"),
    ]


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def main() -> int:
    """Measure and print; 0 when all bounds hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.card", description=__doc__)
    parser.add_argument("--taps", type=int, default=TAPS)
    options = parser.parse_args()
    logs.set_up("ERROR")
    with tempfile.TemporaryDirectory(prefix="muster-bench-", dir=scratch()) as folder:
        figures = measure(Path(folder) / "kiosk", taps=options.taps)
    return 0 if show("Card reader", figures) else 1


if __name__ == "__main__":
    sys.exit(main())
