"""`python -m tests.bench.confirm`: a card's own answer, without faces and while they are compared.

The engine is the real one, in its own process; a portrait stands before the camera all the
time, and is nobody's of the roster, so that every tap is compared for as long as there is time.
"""

import base64
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time as clock_time, timedelta
from pathlib import Path
from threading import Event, Thread

from drivers.clock.system import SystemClock
from drivers.face.apart import FaceEngineApart
from drivers.face.engine import MEASURES, Measures
from kiosk import logs, site
from kiosk.assembly import Kiosk
from kiosk.faces.shelf import FaceShelf
from kiosk.protocol.messages import FacesPart, SealedFace, SiteSettings
from kiosk.protocol.options import FaceOptions
from kiosk.protocol.sealing import seal
from kiosk.sealkey import seal_key
from tests.bench.table import at_most, plain, scratch, show
from tests.bench.tap import PART, TimedBoard, TimedHardware, card_of, fill_roster, settings_in
from tests.drivers.face import photographs
from tests.kiosk.neighbours import eventually

TAPS = 80
ROUNDS = 2
PAUSE_S = (0.15, 0.45)
FRAMES_PER_SECOND = 15
BOUND_MS = 1.0
LOADING_S = 90.0


class FacingHardware(TimedHardware):
    """Simulated hardware with the real face engine."""

    def __init__(self) -> None:
        super().__init__()
        self.faces = FaceEngineApart()  # type: ignore[assignment]  # the real one on purpose


def fill_faces(folder: Path, options: FaceOptions) -> None:
    """What the gateway would have told: the switches, and a face of everybody."""
    database = site.open_site(folder)
    told = SiteSettings(
        site="bench",
        name="Bench",
        zone="UTC",
        day_starts=clock_time(),
        repeat_window_s=60,
        face=options,
    )
    site.note(database, told)
    database.close()
    public = seal_key(folder).public
    faces = tuple(_face(person, public) for person in range(1, PART + 1))
    FaceShelf(folder).take(FacesPart(base=0, version=1, faces=faces), now=datetime.now(UTC))


def _face(person: int, public: bytes) -> SealedFace:
    rolled = random.Random(person)
    measures = Measures.of(rolled.gauss(0, 0.075) for _ in range(MEASURES))
    sealed = seal(public, measures.octets, about=str(person).encode())
    return SealedFace(
        person=person,
        sealed=base64.b64encode(sealed).decode(),
        expires_at=datetime.now(UTC) + timedelta(days=1),
    )


@contextmanager
def kiosk_with(folder: Path, options: FaceOptions) -> Iterator[tuple[Kiosk, FacingHardware]]:
    """A kiosk at work, its camera on a portrait."""
    fill_roster(folder, PART)
    fill_faces(folder, options)
    hardware, board, stop = FacingHardware(), TimedBoard(), Event()
    kiosk = Kiosk(
        settings_in(folder), SystemClock(assume_trusted=True), hardware=hardware, board=board
    )
    threads = [Thread(target=kiosk.run), Thread(target=_play, args=(hardware, stop))]
    for thread in threads:
        thread.start()
    try:
        if options.confirm:
            eventually(lambda: _has_engine(kiosk), within=LOADING_S)
        yield kiosk, hardware
    finally:
        stop.set()
        kiosk.stop()
        for thread in threads:
            thread.join()


def _has_engine(kiosk: Kiosk) -> bool:
    return any(each.name == "face" for each in kiosk.devices.reports())


def _play(hardware: FacingHardware, stop: Event) -> None:
    portrait = photographs.astronaut()
    while not stop.wait(1 / FRAMES_PER_SECOND):
        hardware.camera.show(portrait)


def taps(folder: Path, options: FaceOptions) -> list[float]:
    """Card read to shown, in milliseconds, for one tap after another."""
    rolled = random.Random(3)
    with kiosk_with(folder, options) as (kiosk, hardware):
        board = kiosk.board
        assert isinstance(board, TimedBoard)
        times = []
        for person in range(1, TAPS + 1):
            time.sleep(rolled.uniform(*PAUSE_S))
            hardware.cards.tap(card_of(person))
            times.append((board.shown_at.get(timeout=30) - hardware.cards.had_it_at) * 1000)
        return times


def main() -> int:
    """Measure and print; 0 when all bounds hold."""
    logs.set_up("ERROR")
    found: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(ROUNDS):
        for is_on in found:
            with tempfile.TemporaryDirectory(prefix="muster-bench-", dir=scratch()) as folder:
                found[is_on] += taps(Path(folder) / f"kiosk{turn}", FaceOptions(confirm=is_on))
    off, on = (statistics.quantiles(times, n=100) for times in found.values())
    figures = [
        plain("card read → shown, faces off, p50 / p95", f"{off[49]:.2f} / {off[94]:.2f} ms"),
        plain("the same while faces are compared", f"{on[49]:.2f} / {on[94]:.2f} ms"),
        plain("ratio", f"{on[49] / off[49]:.2f} / {on[94] / off[94]:.2f}"),
        at_most("delay, p50", on[49] - off[49], BOUND_MS, "ms", digits=2),
        at_most("delay, p95", on[94] - off[94], BOUND_MS, "ms", digits=2),
    ]
    return 0 if show("face confirm", figures) else 1


if __name__ == "__main__":
    sys.exit(main())
