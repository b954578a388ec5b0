"""Automatic absence killed at random moments marks everybody once."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.stage import seed

STUDENTS = 4_000
MOST_KILLS = 12
LONGEST_LIFE_S = 0.5

MAKE = f"""
from tests.bench.ingest import prepare
from pathlib import Path
import sys
prepare(Path(sys.argv[1]), broker_port=1)
from gateway.fleet.models import Kiosk
from tests.bench import school
school.make(students={STUDENTS}, history=0, now=school.utc_now())
Kiosk.objects.update(in_service=False)
"""
RUN = """
from tests.bench.ingest import prepare
from pathlib import Path
import sys
prepare(Path(sys.argv[1]), broker_port=1)
from gateway.attendance import absence
from gateway.attendance.models import Session
from tests.bench import school
print("ready", flush=True)
site = Session.objects.get().site_id
absence.run(site_id=site, codes=lambda: frozenset("O"), now=school.utc_now())
"""


def program(text: str, folder: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"MUSTER_BENCH_DATABASE": ""}
    return subprocess.Popen(
        [sys.executable, "-c", text, str(folder)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def finished(folder: Path, chance: random.Random) -> bool:
    """Run automatic absence for a moment; whether it came to its end before it was killed."""
    running = program(RUN, folder)
    assert running.stdout is not None
    assert running.stdout.readline() == "ready\n"
    time.sleep(chance.random() * LONGEST_LIFE_S)
    running.kill()
    running.stdout.close()
    return running.wait() == 0


def marks(folder: Path) -> Counter[int]:
    store = sqlite3.connect(folder / "gateway.sqlite3")
    rows = store.execute("SELECT person_id FROM attendance_markrevision").fetchall()
    store.close()
    return Counter(person for (person,) in rows)


@pytest.mark.fault
@pytest.mark.covers("TRK-06")
def test_absence_that_is_killed_over_and_over_marks_everybody_once(tmp_path: Path) -> None:
    chance = seed()
    made = program(MAKE, tmp_path)
    made.communicate(timeout=120)
    assert made.returncode == 0

    kills = 0
    while kills < MOST_KILLS and not finished(tmp_path, chance):
        kills += 1
    program(RUN, tmp_path).communicate(timeout=120)

    print(f"killed {kills} times")
    assert len(marks(tmp_path)) == STUDENTS
    assert set(marks(tmp_path).values()) == {1}
    store = sqlite3.connect(tmp_path / "gateway.sqlite3")
    assert store.execute("SELECT COUNT(*) FROM outbox_delivery").fetchone() == (STUDENTS,)
    assert store.execute("SELECT state FROM attendance_absencerun").fetchall() == [("done",)]
    store.close()
