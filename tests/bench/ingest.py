"""`python -m tests.bench.ingest`: MQTT to committed, folded, judged and acknowledged."""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import django
import psutil

from tests.bench.table import Figure, at_least, at_most, plain, scratch, show

STUDENTS, HISTORY = 20_000, 500_000
FLOOD, BACKLOG, STEADY = 40_000, 6_000, 1_500
ROUNDS = 2
"""Runs with and without history, in turn; of each the one least disturbed by others counts."""


@dataclass(frozen=True, slots=True)
class Played:
    """What one load came to; times in seconds, `cpu` of the ingest process."""

    tracks: int
    seconds: float
    p50: float
    p99: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.tracks / self.seconds


def prepare(folder: Path, broker_port: int) -> None:
    """Point this process and its children at a fresh store in `folder`."""
    os.environ.update(
        MUSTER_SECRET_KEY="bench" * 8,
        MUSTER_DATA=str(folder),
        MUSTER_DATABASE=os.environ.get("MUSTER_BENCH_DATABASE", ""),
        MUSTER_CONFIG=str(folder / "none.toml"),
        MUSTER_LOG_LEVEL="ERROR",
        MUSTER_BROKER__KIND="external",
        MUSTER_BROKER__PORT=str(broker_port),
        MUSTER_BROKER__PASSWORD="bench",
        DJANGO_SETTINGS_MODULE="gateway.project.settings",
    )
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - only after the set-up

    call_command("migrate", verbosity=0)


@contextmanager
def running_role(role: str) -> Iterator[psutil.Process]:
    """One role of the gateway in a process of its own."""
    process = subprocess.Popen([sys.executable, "-m", "gateway", "run", "--role", role])
    try:
        time.sleep(3)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)


def tree(process: psutil.Process) -> list[psutil.Process]:
    """The process with all its children."""
    return [process, *process.children(recursive=True)]


def cpu_of(processes: Sequence[psutil.Process]) -> float:
    """Seconds of CPU they have used."""
    return sum(sum(p.cpu_times()[:2]) for p in processes)


def resident_mb(processes: Sequence[psutil.Process]) -> float:
    """Megabytes of memory they hold together, shared pages counted once (PSS)."""
    return sum(p.memory_full_info().pss for p in processes) / 1_000_000


class Bench:
    """Plays loads on one running gateway and one school."""

    def __init__(
        self, folder: Path, port: int, ingest: psutil.Process, *, username: str = "load"
    ) -> None:
        self._folder = folder
        self._username = username
        self._port = port
        self._ingest = ingest

    def play(
        self, messages: list[tuple[str, bytes]], *, tracks: int, rate: float = 0, window: int = 100
    ) -> Played:
        """Let a process of its own publish the messages."""
        lines = self._folder / "messages.jsonl"
        with lines.open("w") as file:
            for topic, payload in messages:
                seq = json.loads(payload)["tracks"][-1]["seq"]
                told = {"topic": topic, "seq": seq, "payload": payload.decode()}
                file.write(json.dumps(told) + "\n")
        order = self._folder / "order.json"
        who = {"port": self._port, "username": self._username, "password": "bench"}
        order.write_text(
            json.dumps({**who, "rate": rate, "window": window, "messages": str(lines)})
        )
        before = cpu_of(tree(self._ingest))
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.load", str(order)],
            capture_output=True,
            text=True,
            check=True,
        )
        answer = json.loads(done.stdout)
        cpu = cpu_of(tree(self._ingest)) - before
        return Played(tracks, answer["seconds"], answer["p50"], answer["p99"], cpu)


def bare_insert_rate(folder: Path, tracks: int) -> float:
    """Rows a second of the same table in batches of 200, by sqlite3 alone, WAL and FULL."""
    source = sqlite3.connect(folder / "gateway.sqlite3")
    schema = source.execute(
        "SELECT sql FROM sqlite_master WHERE tbl_name = 'attendance_track' AND sql IS NOT NULL"
    ).fetchall()
    rows = source.execute("SELECT * FROM attendance_track LIMIT ?", (tracks,)).fetchall()
    source.close()
    bare = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
    bare.execute("PRAGMA journal_mode=WAL")
    bare.execute("PRAGMA synchronous=FULL")
    for (statement,) in schema:
        bare.execute(statement)
    insert = f"INSERT INTO attendance_track VALUES ({', '.join('?' * len(rows[0]))})"
    begun = time.perf_counter()
    for start in range(0, len(rows), 200):
        bare.execute("BEGIN")
        bare.executemany(insert, rows[start : start + 200])
        bare.execute("COMMIT")
    seconds = time.perf_counter() - begun
    bare.close()
    return len(rows) / seconds


def broker_rate(port: int, messages: int = 20_000, size: int = 400) -> float:
    """Messages a second of QoS 1 through the broker, one publisher and one subscriber."""
    name, payload = "bench/rate", "x" * size
    listen = subprocess.Popen(
        ["mosquitto_sub", "-p", str(port), "-V", "5", "-q", "1", "-t", name, "-C", str(messages)],
        stdout=subprocess.DEVNULL,
    )
    time.sleep(0.5)
    begun = time.perf_counter()
    subprocess.run(
        ["mosquitto_pub", "-p", str(port), "-V", "5", "-q", "1", "-t", name, "-l"],
        input="\n".join([payload] * messages) + "\n",
        text=True,
        check=True,
    )
    listen.wait(timeout=120)
    return messages / (time.perf_counter() - begun)


def measure(folder: Path, port: int, *, history: int, floods: int = FLOOD) -> dict[str, Played]:
    """One gateway on a school with that much history."""
    from tests.bench import school as schools  # noqa: PLC0415 - only after the set-up

    now = schools.utc_now()
    school = schools.make(students=STUDENTS, history=history, now=now)
    since = now - timedelta(minutes=15)
    with running_role("ingest") as ingest:
        bench = Bench(folder, port, ingest)

        def load(tracks: int, together: int, *, rate: float = 0, begin: datetime) -> Played:
            made = schools.taps(school, tracks, since=begin)
            told = list(schools.messages(made, together=together))
            return bench.play(told, tracks=tracks, rate=rate)

        return {
            "single": load(floods, 1, begin=since),
            "together": load(floods, 100, begin=since + timedelta(minutes=3)),
            "backlog": load(BACKLOG, 100, begin=since + timedelta(minutes=6)),
            "steady": load(STEADY, 1, rate=100, begin=since + timedelta(minutes=8)),
        }


def figures(
    with_history: dict[str, Played], without: Played, bare: float, broker: float
) -> list[Figure]:
    """The table of this bench."""
    single, together = with_history["single"], with_history["together"]
    steady, backlog = with_history["steady"], with_history["backlog"]
    cpu = [1e6 * played.cpu / played.tracks for played in (single, together)]
    return [
        at_least("sustained, one track a message", single.rate, 4000, "tracks/s"),
        at_least("sustained, backlog messages of 100", together.rate, 4000, "tracks/s"),
        at_least("history / no history, same load", 100 * single.rate / without.rate, 90, "%"),
        at_most("publish → acknowledged at 100/s, p50", steady.p50 * 1000, 50, "ms"),
        at_most("publish → acknowledged at 100/s, p99", steady.p99 * 1000, 50, "ms"),
        at_most("backlog of 6,000 drained", backlog.seconds, 10, "s", 2),
        plain("CPU a track, single / 100 together", f"{cpu[0]:.0f} / {cpu[1]:.0f} µs"),
        plain("CPU at 100/s", f"{100 * steady.cpu / steady.seconds:.0f} % of a core"),
        plain("bare batched SQLite insert", f"{bare:,.0f} rows/s"),
        plain("ratio to it, single", f"{single.rate / bare:.2f}"),
        plain("ratio to it, 100 together", f"{together.rate / bare:.2f}"),
        plain("Mosquitto publish/subscribe", f"{broker:,.0f} msg/s"),
        plain("ratio to it, single", f"{single.rate / broker:.2f}"),
    ]


def run(*, history: int) -> None:
    """A child's whole job: one store, one gateway, one set of loads; prints JSON."""
    from tests.kiosk.neighbours import Mosquitto  # noqa: PLC0415 - beside the others

    with tempfile.TemporaryDirectory(prefix="muster-bench-", dir=scratch()) as name:
        folder = Path(name)
        broker = Mosquitto(folder)
        with (folder / "mosquitto.conf").open("a") as conf:
            conf.write("max_queued_messages 0\nmax_inflight_messages 400\nset_tcp_nodelay true\n")
        broker.start()
        try:
            prepare(folder, broker.port)
            played = measure(folder, broker.port, history=history)
            extra = (bare_insert_rate(folder, FLOOD), broker_rate(broker.port))
        finally:
            broker.stop()
    told = {name: (p.tracks, p.seconds, p.p50, p.p99, p.cpu) for name, p in played.items()}
    print(json.dumps({"played": told, "bare": extra[0], "broker": extra[1]}))


def child(history: int) -> tuple[dict[str, Played], float, float]:
    """Run in a process of its own, because Django is set up once a process."""
    command = [sys.executable, "-m", "tests.bench.ingest", "--history", str(history), "--child"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    answer = json.loads(done.stdout.splitlines()[-1])
    played = {name: Played(*values) for name, values in answer["played"].items()}
    return played, answer["bare"], answer["broker"]


def main() -> int:
    """Measure and print; 0 when all bounds hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.ingest", description=__doc__)
    parser.add_argument("--history", type=int, default=HISTORY, help="tracks that lie there before")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        run(history=options.history)
        return 0
    runs = [(child(0), child(options.history)) for _ in range(ROUNDS)]
    without = max((empty[0]["single"] for empty, _ in runs), key=lambda played: played.rate)
    played, bare, broker = max((full for _, full in runs), key=lambda full: full[0]["single"].rate)
    title = f"Ingest: {STUDENTS:,} students, {options.history:,} tracks of history, one process"
    return 0 if show(title, figures(played, without, bare, broker)) else 1


if __name__ == "__main__":
    sys.exit(main())
