"""`python -m tests.bench.reconnect`: 200 kiosks come back after the broker was restarted.

Real links in a few processes (select knows 1,024 files in each), each kiosk with its own files
and some taps made meanwhile, one Mosquitto, one ingest process. Counted from the broker's start
until a kiosk's taps are confirmed, and until the gateway has stored its heartbeat.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event, Thread

import psutil

from drivers.clock.system import SystemClock
from kiosk import logs, site
from kiosk.devices import Devices
from kiosk.journal import open_journal
from kiosk.link.link import Link
from kiosk.link.state import LinkState
from kiosk.settings import Broker, KioskSettings
from tests.bench.ingest import cpu_of, prepare, running_role, tree
from tests.bench.table import Figure, at_most, plain, scratch, show
from tests.kiosk.made import entry
from tests.kiosk.neighbours import Mosquitto, eventually

KIOSKS, PROCESSES, TAPS = 200, 5, 3
DOWNS_S = (2.0, 30.0)
"""How long the broker is away: a restart, and long enough for pauses to have grown."""

BOUND_S, PATIENCE_S = 10, 120.0


class Door:
    """One kiosk: its files, and a link that says when all is confirmed."""

    def __init__(self, folder: Path, name: str, port: int) -> None:
        self.done_at = 0.0
        self.is_waiting = False
        folder.mkdir(parents=True)
        broker = Broker(port=port)
        settings = KioskSettings(kiosk=name, site="hill", data=folder, broker=broker)
        site.open_site(folder).close()
        self._journal = open_journal(folder)
        self._clock = SystemClock(assume_trusted=True)
        self._link = Link(
            settings, self._clock, devices=Devices(), tell=self._told, changed=lambda _: None
        )
        self.stop = Event()
        self.thread = Thread(target=partial(self._link.run, self.stop), daemon=True)

    def tap(self) -> None:
        """Some people come."""
        self.is_waiting = True
        for number in range(1, TAPS + 1):
            now = self._clock.read()
            made = entry(number=number, reading=now, at=now.utc)
            self._link.recorded(self._journal.record(made))

    def end(self) -> None:
        """Let the link go."""
        self.stop.set()
        self._link.wake()
        self.thread.join(timeout=5)
        self._journal.close()

    def _told(self, state: LinkState) -> None:
        if self.is_waiting and state.online and state.last and not state.queue:
            self.done_at, self.is_waiting = time.time(), False


def child(folder: Path, port: int, first: int, many: int) -> None:
    """Play kiosks: at each line read, tap, and print when each was confirmed."""
    logs.set_up("CRITICAL")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    names = [f"kiosk-{number}" for number in range(first, first + many)]
    doors = [Door(folder / name, name, port) for name in names]
    for door in doors:
        door.thread.start()
    for _ in sys.stdin:
        for door in doors:
            door.tap()
        print("tapped", flush=True)
        eventually(lambda: not any(door.is_waiting for door in doors), within=PATIENCE_S)
        print(json.dumps([door.done_at for door in doors]), flush=True)
    for door in doors:
        door.end()


class Fleet:
    """The processes that play kiosks."""

    def __init__(self, folder: Path, port: int) -> None:
        share = KIOSKS // PROCESSES
        self.processes = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.bench.reconnect", "--child", str(folder / str(n)),
                 str(port), str(n * share), str(share)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for n in range(PROCESSES)
        ]  # fmt: skip

    def tap(self) -> None:
        """Let people come at every kiosk; they have been recorded on return."""
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        self._lines()

    def confirmed(self) -> list[float]:
        """When the taps of each kiosk were confirmed."""
        return [at for line in self._lines() for at in json.loads(line)]

    def end(self) -> None:
        """Close the kiosks."""
        for process in self.processes:
            process.communicate(timeout=60)

    def _lines(self) -> list[str]:
        found = []
        for process in self.processes:
            assert process.stdout is not None
            found.append(process.stdout.readline())
        return found


def make_school() -> None:
    """A site with all the kiosks."""
    from gateway.fleet.models import Kiosk  # noqa: PLC0415 - only after the set-up
    from gateway.timetable.models import Site  # noqa: PLC0415 - the same

    hill = Site.objects.create(slug="hill", name="Hill", zone="UTC")
    Kiosk.objects.bulk_create(
        Kiosk(id=f"kiosk-{n}", site=hill, name=f"Kiosk {n}") for n in range(KIOSKS)
    )


def heard_since(begun: datetime) -> list[float]:
    """Seconds until the heartbeat of each kiosk was stored; empty while one is missing."""
    from gateway.fleet.models import Kiosk  # noqa: PLC0415 - only after the set-up

    at = [row.last_heard_at for row in Kiosk.objects.filter(last_heard_at__gte=begun)]
    return [(t - begun).total_seconds() for t in at if t] if len(at) == KIOSKS else []


def play(broker: Mosquitto, fleet: Fleet, *, down_s: float) -> tuple[list[float], list[float]]:
    """Restart the broker; seconds until each kiosk was confirmed, and until it was heard."""
    broker.stop()
    fleet.tap()
    time.sleep(down_s)
    begun = time.time()
    broker.start()
    heard = eventually(lambda: heard_since(datetime.fromtimestamp(begun, UTC)), within=PATIENCE_S)
    return [at - begun for at in fleet.confirmed()], heard


def measure(folder: Path) -> list[Figure]:
    """Both restarts, on one fleet."""
    broker = Mosquitto(folder)
    found: list[Figure] = []
    with ExitStack() as stack:
        broker.start()
        stack.callback(broker.stop)
        prepare(folder, broker.port)
        make_school()
        ingest = stack.enter_context(running_role("ingest"))
        fleet = Fleet(folder / "fleet", broker.port)
        stack.callback(fleet.end)
        fleet.tap()
        fleet.confirmed()
        for down_s in DOWNS_S:
            found += _figures(down_s, ingest, broker, fleet)
    return found


def _figures(
    down_s: float, ingest: psutil.Process, broker: Mosquitto, fleet: Fleet
) -> list[Figure]:
    players = [psutil.Process(each.pid) for each in fleet.processes]
    before = cpu_of(tree(ingest)), cpu_of(players)
    confirmed, heard = play(broker, fleet, down_s=down_s)
    used = cpu_of(tree(ingest)) - before[0], cpu_of(players) - before[1]
    what = f"broker away {timedelta(seconds=down_s).seconds} s"
    return [
        at_most(f"{what}: last of {KIOSKS} kiosks confirmed", max(confirmed), BOUND_S, "s"),
        at_most(f"{what}: last heartbeat stored", max(heard), BOUND_S, "s"),
        plain(f"{what}: median confirmed", f"{sorted(confirmed)[KIOSKS // 2]:.1f} s"),
        plain(f"{what}: CPU, ingest / a kiosk", f"{used[0]:.1f} / {used[1] / KIOSKS:.2f} s"),
    ]


def main() -> int:
    """Measure and print; 0 when the bounds hold."""
    if "--child" in sys.argv:
        folder, port, first, many = sys.argv[2:]
        child(Path(folder), int(port), int(first), int(many))
        return 0
    with tempfile.TemporaryDirectory(prefix="muster-bench-", dir=scratch()) as name:
        return 0 if show("A broker restarted under 200 kiosks", measure(Path(name))) else 1


if __name__ == "__main__":
    sys.exit(main())
