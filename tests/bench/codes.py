"""`python -m tests.bench.codes`: QR decoders on generated frames; a code's way to the screen."""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from drivers.camera.camera import Frame, Shot
from drivers.camera.simulated import SimulatedCamera
from drivers.clock.system import SystemClock
from drivers.qr.decoder import QrDecoder
from drivers.qr.second_opinion import best_decoder
from drivers.qr.zbar import ZbarDecoder
from drivers.qr.zxing import ZxingDecoder
from kiosk import logs
from kiosk.assembly import Kiosk
from kiosk.simulated import SimulatedHardware
from tests.bench.table import Figure, at_least, at_most, plain, scratch, show
from tests.bench.tap import TimedBoard, settings_in
from tests.drivers.qr import frames
from tests.drivers.qr.frames import HD, LOOKS, VGA, Look, payload

A_SECOND = 15
"""Frames the camera delivers."""
ROW = 25
EMPTY = 60
MUTATED = 3_000
HELD_UP = 60
NOISES = (2, 4, 8, 15)
SHARE_BOUND, EMPTY_BOUND_MS, SHOWN_BOUND_MS = 99, 2, 150


@dataclass(frozen=True, slots=True)
class Score:
    """How one decoder fared on many frames."""

    read: tuple[bool, ...]
    wrong: int
    cpu_ms: float


def score(decoder: QrDecoder, shown: Iterable[tuple[Frame, str]]) -> Score:
    """Show the decoder frames with the text each holds, empty for none."""
    read, wrong, spent = [], 0, []
    for frame, text in shown:
        begun = time.thread_time()
        found = decoder.decode(frame)
        spent.append(time.thread_time() - begun)
        read.append(found == (text,))
        wrong += bool(set(found) - {text})
    return Score(tuple(read), wrong, statistics.mean(spent) * 1000)


class Comparison:
    """Each library alone, and both behind one, on the same frames."""

    def __init__(self) -> None:
        self.decoders: dict[str, QrDecoder] = {
            "zxing": ZxingDecoder(),
            "zbar": ZbarDecoder(),
            "both": best_decoder(),
        }
        self.either = 0
        self.together = 0
        self.wrong = 0

    def row(self, name: str, shown: list[tuple[Frame, str]]) -> None:
        """Print success in per cent and CPU of each decoder."""
        scores = {who: score(decoder, shown) for who, decoder in self.decoders.items()}
        alone = zip(scores["zxing"].read, scores["zbar"].read, strict=True)
        self.either += sum(first or second for first, second in alone)
        self.together += sum(scores["both"].read)
        self.wrong += sum(each.wrong for each in scores.values())
        told = (f"{_share(s.read):>6.0f} % {s.cpu_ms:>6.2f} ms" for s in scores.values())
        print(f"  {name:<28}{''.join(told)}")


def decoders(comparison: Comparison) -> list[Figure]:
    """Every look at both sizes; the figures asked for."""
    print(f"  {'':<28}{'zxing-cpp':>18}{'pyzbar':>18}{'both':>18}")
    for size in (VGA, HD):
        for name, look in LOOKS.items():
            comparison.row(f"{size[0]}×{size[1]} {name}", _row(look, size))
    share = 100 * comparison.together / comparison.either
    return [
        at_least("read by both, where either alone reads", share, SHARE_BOUND, "%"),
        *(_empty(noise) for noise in NOISES),
        _mutated(comparison),
    ]


def _row(look: Look, size: tuple[int, int]) -> list[tuple[Frame, str]]:
    made = ((seed, payload(seed)) for seed in range(ROW))
    return [(frames.frame(text, look, seed=seed, size=size), text) for seed, text in made]


def _empty(noise: float) -> Figure:
    shown = [(frames.empty(seed=seed, noise=noise), "") for seed in range(EMPTY)]
    cpu_ms = score(best_decoder(), shown).cpu_ms
    what = f"CPU of an empty frame at 640×480, noise σ {noise:g}"
    return at_most(what, cpu_ms, EMPTY_BOUND_MS, "ms", 2)


def _mutated(comparison: Comparison) -> Figure:
    """Damaged frames, shown to each decoder: they may be unread, never misread."""
    shown = []
    for seed in range(MUTATED):
        text = payload(seed % 100)
        whole = frames.frame(text, Look(module=3), seed=seed % 100, size=(320, 240))
        shown.append((frames.mutated(whole, seed=seed), text))
    scores = [score(decoder, shown) for decoder in comparison.decoders.values()]
    wrong = comparison.wrong + sum(each.wrong for each in scores)
    unread = 100 - _share(scores[-1].read)
    return Figure(
        "wrong texts",
        f"{wrong} of {3 * MUTATED:,} damaged",
        f"0 ({unread:.0f} % unread)",
        wrong == 0,
    )


def _share(read: tuple[bool, ...]) -> float:
    return 100 * sum(read) / len(read)


class PacedCamera(SimulatedCamera):
    """Delivers a frame every fifteenth of a second: the empty entrance, or what is held up."""

    def __init__(self) -> None:
        super().__init__()
        self._entrance = frames.empty(seed=1)
        self.held_up = self._entrance
        self._due = time.monotonic()

    def capture(self, timeout: timedelta, *, colour: bool = False) -> Shot:
        """The frame that is due next, gray."""
        del timeout, colour
        self._due = max(self._due + 1 / A_SECOND, time.monotonic() - 1 / A_SECOND)
        time.sleep(max(0.0, self._due - time.monotonic()))
        return Shot(self.held_up)

    def clear(self) -> None:
        """Nobody stands there."""
        self.held_up = self._entrance


class DecodingHardware(SimulatedHardware):
    """Simulated hardware that really reads its frames."""

    def __init__(self) -> None:
        super().__init__()
        self.camera: PacedCamera = PacedCamera()
        self.decoder = best_decoder()


def way_to_the_screen(folder: Path) -> list[Figure]:
    """Codes held up one after another to a whole kiosk, each at any moment between two frames."""
    hardware, board = DecodingHardware(), TimedBoard()
    kiosk = Kiosk(
        settings_in(folder), SystemClock(assume_trusted=True), hardware=hardware, board=board
    )
    thread = Thread(target=kiosk.run)
    thread.start()
    try:
        taken = [_one_code(hardware.camera, board.shown_at, seed) for seed in range(HELD_UP)]
    finally:
        kiosk.stop()
        thread.join()
    cuts = statistics.quantiles(taken, n=100)
    return [
        plain("QR in view → shown, p50", f"{cuts[49] * 1000:.0f} ms"),
        at_most("QR in view → shown, p95", cuts[94] * 1000, SHOWN_BOUND_MS, "ms", 0),
    ]


def _one_code(camera: PacedCamera, shown_at: SimpleQueue[float], seed: int) -> float:
    shown = frames.frame(payload(seed), Look(module=4, turn=seed * 7, noise=4), seed=seed)
    time.sleep(0.02 + seed % 13 / 100)
    in_view_at = time.perf_counter()
    camera.held_up = shown
    taken = shown_at.get(timeout=30) - in_view_at
    camera.clear()
    return taken


def main() -> int:
    """Measure and print; 0 when all bounds hold."""
    argparse.ArgumentParser(prog="python -m tests.bench.codes", description=__doc__).parse_args()
    logs.set_up("ERROR")
    figures: list[Figure] = []
    parts: tuple[Callable[[Path], list[Figure]], ...] = (
        lambda _: decoders(Comparison()),
        way_to_the_screen,
    )
    with tempfile.TemporaryDirectory(prefix="muster-bench-", dir=scratch()) as folder:
        for part in parts:
            figures += part(Path(folder) / "kiosk")
    return 0 if show("codes", figures) else 1


if __name__ == "__main__":
    sys.exit(main())
