"""`python -m tests.bench.memory`: what the whole gateway holds in memory under the ingest load."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil

from tests.bench.ingest import HISTORY, STUDENTS, Bench, prepare, resident_mb, tree
from tests.bench.table import Figure, at_most, plain, scratch, show
from tests.kiosk.neighbours import eventually, free_port

TRACKS = 40_000
BOUND_MB = 250
AGO = timedelta(minutes=15)


class Peak(threading.Thread):
    """Looks at the processes twice a second and remembers the most they held."""

    def __init__(self, root: psutil.Process) -> None:
        super().__init__(daemon=True)
        self._root = root
        self._ended = threading.Event()
        self.most_mb = 0.0
        self.by_process: dict[int, float] = {}

    def run(self) -> None:
        while not self._ended.wait(0.5):
            held = {p.pid: resident_mb([p]) for p in tree(self._root) if p.is_running()}
            if sum(held.values()) > self.most_mb:
                self.most_mb, self.by_process = sum(held.values()), held

    def end(self) -> None:
        self._ended.set()
        self.join()


def measure(folder: Path, *, history: int) -> dict[str, object]:
    """Play a flood on a whole gateway with its own broker; the peak of all processes together."""
    broker, web, live = free_port(), free_port(), free_port()
    os.environ |= {"MUSTER_WEB__PORT": str(web), "MUSTER_WEB__LIVE_PORT": str(live)}
    prepare(folder, broker)
    os.environ["MUSTER_BROKER__KIND"] = "private"
    del os.environ["MUSTER_BROKER__PASSWORD"]
    from tests.bench import school as schools  # noqa: PLC0415 - only after the set-up

    now = schools.utc_now()
    school = schools.make(students=STUDENTS, history=history, now=now)
    door = school.kiosks[0]
    gateway = subprocess.Popen([sys.executable, "-m", "gateway", "run"])
    try:
        eventually(lambda: _answers(web), within=60)
        time.sleep(3)
        peak = Peak(psutil.Process(gateway.pid))
        peak.start()
        made = schools.taps(replace(school, kiosks=(door,)), TRACKS, since=now - AGO)
        bench = Bench(folder, broker, psutil.Process(gateway.pid), username=door.id)
        bench.play(list(schools.messages(made, together=1)), tracks=TRACKS)
        for _ in range(20):
            _answers(web)
        peak.end()
    finally:
        gateway.terminate()
        gateway.wait(timeout=60)
    return {"most": peak.most_mb, "each": sorted(peak.by_process.values(), reverse=True)}


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=5) as page:
            return bool(page.status == 200)
    except OSError:
        return False


def figures(found: dict[str, object]) -> list[Figure]:
    """The table of this bench."""
    each = " + ".join(f"{mb:.0f}" for mb in found["each"])  # type: ignore[attr-defined]  # a list of floats
    return [
        plain("each process (shared pages counted once)", f"{each} MB"),
        at_most("whole gateway, all roles", float(found["most"]), BOUND_MB, "MB", 0),  # type: ignore[arg-type]  # a float
    ]


def main() -> int:
    """Measure and print; 0 when the bound holds."""
    if "--child" in sys.argv:
        with tempfile.TemporaryDirectory(prefix="muster-bench-", dir=scratch()) as name:
            print(json.dumps(measure(Path(name), history=HISTORY)))
        return 0
    command = [sys.executable, "-m", "tests.bench.memory", "--child"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return 0 if show("Memory of the gateway under load (PSS)", figures(found)) else 1


if __name__ == "__main__":
    sys.exit(main())
