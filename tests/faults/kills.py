"""People tap at two doors while parts of the system are killed at random."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException

from tests.faults.stage import PEOPLE, Stage, card
from tests.kiosk.neighbours import KioskProcess

LONGEST_DOWN_S = 1.5


@dataclass
class Ledger:
    """What people saw: (card, shown, when) of every green answer."""

    green: list[tuple[str, str, datetime]] = field(default_factory=list)
    kills: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def saw(self, held: str, icon: str) -> None:
        with self.lock:
            self.green.append((held, icon, datetime.now(UTC)))


class Morning:
    """Two doors tapped by one thread each, and a hand that kills."""

    def __init__(self, stage: Stage, chance: random.Random) -> None:
        self.ledger = Ledger()
        self._stage = stage
        self._chance = chance
        self._killing = [threading.Lock() for _ in stage.kiosks]

    def play(self, *, taps: int, kills: int) -> None:
        """Until so many taps were seen green and so many processes killed."""
        doors = [
            threading.Thread(target=self._queue_at, args=(place, taps, self._chance.random()))
            for place in range(len(self._stage.kiosks))
        ]
        for door in doors:
            door.start()
        self._kill(taps, kills)
        for door in doors:
            door.join()

    def _queue_at(self, place: int, taps: int, seed: float) -> None:
        chance = random.Random(seed)
        kiosk = self._stage.kiosks[place]
        while len(self.ledger.green) < taps:
            held = card(chance.randrange(PEOPLE))
            icon = _tap(kiosk, held)
            if icon in ("in", "out"):
                self.ledger.saw(held, icon)

    def _kill(self, taps: int, kills: int) -> None:
        for number in range(1, kills + 1):
            while len(self.ledger.green) < taps * number // (kills + 1):
                time.sleep(0.005)
            name, kill, start = self._chance.choice(self._victims())
            self.ledger.kills.append(name)
            kill()
            time.sleep(self._chance.random() * LONGEST_DOWN_S)
            start()

    def _victims(self) -> list[tuple[str, Callable[[], None], Callable[[], None]]]:
        stage = self._stage
        kiosks = [(kiosk.config.stem, kiosk.kill, kiosk.start) for kiosk in stage.kiosks]
        broker = ("broker", stage.broker.stop, stage.broker.start)
        return [*kiosks, broker, ("gateway", stage.gateway.kill, stage.gateway.start)]


def _tap(kiosk: KioskProcess, held: str) -> str:
    """The icon of the answer to this tap; empty when the kiosk was killed under it."""
    try:
        return str(kiosk.tap_and_see(held)["icon"])
    except (OSError, HTTPException, ValueError, AssertionError, TypeError):
        time.sleep(0.05)
        return ""
