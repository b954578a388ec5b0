"""`python -m tests.bench.rolls`: rolls of a large school, with years of marks behind it.

5,000 students, 300 sessions a day, 4,000,000 marks: what `demo --size large` lays out.
"""

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.bench.ingest import prepare
from tests.bench.table import Figure, at_least, at_most, plain, scratch, show

STUDENTS, TEACHERS, MARKS = 5_000, 60, 4_000_000
LOOKS, SUMMARIES = 60, 10
TAPS, TOGETHER = 4_000, 200
"""Taps, and how many of them one turn of the ingest takes under load."""

_ROLL = """SELECT m.*, p.given_name, p.family_name FROM attendance_mark m
    JOIN people_person p ON p.id = m.person_id WHERE m.session_id = ?"""
_DAY = """SELECT m.session_id, m.base, COUNT(*) FROM attendance_session s
    JOIN attendance_mark m ON m.session_id = s.id
    WHERE s.site_id = ? AND s.day = ? GROUP BY m.session_id, m.base"""


def run(marks: int) -> dict[str, float]:
    """Everything, in one process with one store; milliseconds but where the name says else."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-", dir=scratch()) as name:
        prepare(Path(name), broker_port=1)
        from tests.bench.large import LargeRolls  # noqa: PLC0415 - only after the set-up

        rolls = LargeRolls.laid_out(students=STUDENTS, teachers=TEACHERS, marks=marks)
        store = Path(name) / "gateway.sqlite3"
        return {
            "laid_s": rolls.laid_s,
            "marks": float(rolls.marks),
            "store_mb": os.path.getsize(store) / 1e6,  # noqa: PTH202 - a plain number
            **_read(rolls, store),
            **_written(rolls),
        }


def _read(rolls: Any, store: Path) -> dict[str, float]:
    bare = sqlite3.connect(store)
    past = rolls.some_sessions(LOOKS)
    looks = _timed(rolls.look_at, past)
    asked = _timed(rolls.ask_for, past)
    bare_rolls = _timed(lambda pk: bare.execute(_ROLL, (pk,)).fetchall(), past)
    yesterday = rolls.yesterday()
    key = (rolls.site_id, yesterday.isoformat())
    days = _timed(lambda _: rolls.summarise(yesterday), range(SUMMARIES))
    asked_days = _timed(lambda _: rolls.ask_for_day(yesterday), range(SUMMARIES))
    bare_days = _timed(lambda _: bare.execute(_DAY, key).fetchall(), range(SUMMARIES))
    bare.close()
    return {
        "roll_p50": statistics.median(looks),
        "roll_p95": _p95(looks),
        "roll_asked_p95": _p95(asked),
        "roll_bare": statistics.median(bare_rolls),
        "day_p50": statistics.median(days),
        "day_p95": max(days),
        "day_asked": max(asked_days),
        "day_bare": statistics.median(bare_days),
        "queries_small": float(rolls.queries_of(past[0])),
        "queries_large": float(rolls.queries_of(rolls.longest_session())),
    }


def _written(rolls: Any) -> dict[str, float]:
    seconds, tracks = rolls.tap(TAPS, together=TOGETHER)
    singles = [1000 * rolls.tap_once() for _ in range(200)]
    closing, closed, absent = rolls.close_today()
    return {
        "taps_s": tracks / seconds,
        "tap_p99": sorted(singles)[int(0.99 * len(singles))],
        "tap_p50": statistics.median(singles),
        "closing_s": closing,
        "closed": float(closed),
        "absent": float(absent),
        "excuse_s": max(rolls.excuse_a_term(n) for n in range(5)),
        "excused": float(rolls.excused),
    }


def _timed(what: Callable[[Any], object], of: Iterable[Any]) -> list[float]:
    """Milliseconds of each call."""
    taken = []
    for each in of:
        begun = time.perf_counter()
        what(each)
        taken.append(1000 * (time.perf_counter() - begun))
    return taken


def _p95(taken: Sequence[float]) -> float:
    return sorted(taken)[int(0.95 * len(taken))]


def figures(told: dict[str, float]) -> list[Figure]:
    """The table of this bench."""
    return [
        plain("marks of history; laid out in", f"{told['marks']:,.0f}; {told['laid_s']:.0f} s"),
        plain("size of the store", f"{told['store_mb']:,.0f} MB"),
        at_most("roll with everything on it, p95", told["roll_p95"], 50, "ms"),
        at_most("the same by REST, p95", told["roll_asked_p95"], 50, "ms"),
        plain("ratio to the bare SQL, p50", f"{told['roll_p50'] / told['roll_bare']:.0f} ×"),
        at_most("a day's 300 sessions summed up, slowest", told["day_p95"], 100, "ms"),
        at_most("the same by REST, slowest", told["day_asked"], 100, "ms"),
        plain("ratio to the bare SQL, p50", f"{told['day_p50'] / told['day_bare']:.0f} ×"),
        plain("queries of a roll of 14; of the longest",
              f"{told['queries_small']:.0f}; {told['queries_large']:.0f}"),
        at_least("taps kept and judged, 200 together", told["taps_s"], 4000, "tracks/s"),
        at_most("one tap kept and judged, p99", told["tap_p99"], 50, "ms"),
        at_most(f"{told['closed']:.0f} sessions closed, {told['absent']:,.0f} absent",
                told["closing_s"], 5, "s", 2),
        at_most(f"an excuse over a term, {told['excused']:.0f} marks",
                told["excuse_s"], 1, "s", 2),
    ]  # fmt: skip


def child(marks: int) -> dict[str, float]:
    """Run in a process of its own, because Django is set up once a process."""
    command = [sys.executable, "-m", "tests.bench.rolls", "--marks", str(marks), "--child"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def main() -> int:
    """Measure and print; 0 when all bounds hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.rolls", description=__doc__)
    parser.add_argument("--marks", type=int, default=MARKS, help="marks that lie there before")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(run(options.marks)))
        return 0
    title = f"Rolls: {STUDENTS:,} students, 300 sessions a day, {options.marks:,} marks of history"
    return 0 if show(title, figures(child(options.marks))) else 1


if __name__ == "__main__":
    sys.exit(main())
