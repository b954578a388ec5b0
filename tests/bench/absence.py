"""`python -m tests.bench.absence`: how long automatic absence takes to decide and to mark."""

import json
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from tests.bench.ingest import prepare
from tests.bench.table import Figure, at_most, plain, scratch, show

SIZES = (5_000, 10_000, 20_000)
BOUND_S = 3.0
LINEAR = 1.3
"""How much more than linearly the largest school may take against the half of it."""


def decide(students: int) -> dict[str, float]:
    """Seconds to preview and to run for a school in which half of the students came."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-", dir=scratch()) as name:
        prepare(Path(name), broker_port=1)
        return _timed(students)


def _timed(students: int) -> dict[str, float]:
    from gateway.attendance import absence  # noqa: PLC0415 - only after the set-up
    from gateway.attendance.models import Mark  # noqa: PLC0415 - the same
    from gateway.fleet.models import Kiosk  # noqa: PLC0415 - the same
    from tests.bench import school as schools  # noqa: PLC0415 - the same

    now = schools.utc_now()
    school = schools.make(students=students, history=0, now=now)
    Kiosk.objects.update(in_service=False)
    _half_came(school, now - timedelta(minutes=10))
    codes = frozenset({"O"})

    begun = time.perf_counter()
    plan = absence.preview(session_id=school.session_id, codes=lambda: codes, now=now)
    decided = time.perf_counter()
    absence.run(site_id=school.site_id, codes=lambda: codes, now=now)
    marked = time.perf_counter()

    assert len(plan.to_mark) == students // 2
    assert Mark.objects.filter(base="absent").count() == students // 2
    return {"decided": decided - begun, "marked": marked - decided}


def _half_came(school: object, at: object) -> None:
    from gateway.ingest.parsing import Told  # noqa: PLC0415 - only after the set-up
    from gateway.ingest.services import keep_batch  # noqa: PLC0415 - the same
    from tests.bench import school as schools  # noqa: PLC0415 - the same

    made = schools.taps(school, len(school.students) // 2, since=at)  # type: ignore[arg-type,attr-defined]  # a LargeSchool and an instant
    for start in range(0, len(made), 400):
        told = [Told(mouth.id, mouth.install, track) for mouth, track in made[start : start + 400]]
        keep_batch(told=told, asides=(), now=schools.utc_now())


def figures(times: dict[int, dict[str, float]]) -> list[Figure]:
    """The table of this bench."""
    small, large = times[SIZES[1]]["decided"], times[SIZES[2]]["decided"]
    rows = [
        plain(f"decided for {size:,}; half of them then marked",
              f"{taken['decided']:.2f} s; {taken['marked']:.2f} s")
        for size, taken in times.items()
    ]  # fmt: skip
    return [
        *rows,
        at_most(f"decided for {SIZES[2]:,} students", large, BOUND_S, "s", 2),
        at_most("growth from 10,000 to 20,000 against linear", large / small / 2, LINEAR, "×", 2),
    ]


def child(students: int) -> dict[str, float]:
    """Run in a process of its own, because Django is set up once a process."""
    command = [sys.executable, "-m", "tests.bench.absence", str(students)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def main() -> int:
    """Measure and print; 0 when all bounds hold."""
    if len(sys.argv) > 1:
        print(json.dumps(decide(int(sys.argv[1]))))
        return 0
    return 0 if show("Automatic absence", figures({size: child(size) for size in SIZES})) else 1


if __name__ == "__main__":
    sys.exit(main())
