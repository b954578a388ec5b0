"""`python -m tests.bench.writes`: what a tap, and an idle hour, write to the SD card.

A kiosk process with a broker and a gateway that confirms, beside a process that commits the
same row alone. Bytes are those that make pages of the disk's cache dirty, as /proc/PID/io
counts them.
"""

import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from kiosk import site
from kiosk.journal import Journal, open_journal
from kiosk.protocol.messages import Method, Shown
from tests.bench.table import Figure, at_most, plain, scratch, show
from tests.kiosk.made import entry
from tests.kiosk.neighbours import (
    card_of,
    eventually,
    person,
    roster,
    running_gateway,
    running_kiosk,
    running_mosquitto,
)

TAPS = 300
WATCHED_S = 180.0
BOUND_RATIO, BOUND_IDLE_MB = 1.2, 1.0
PEOPLE = 400


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes and writes of a process so far."""

    octets: int
    calls: int

    @classmethod
    def by(cls, pid: int | str) -> "Written":
        told = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text().splitlines())
        return cls(int(told["write_bytes"]), int(told["syscw"]))

    def __sub__(self, earlier: "Written") -> "Written":
        return Written(self.octets - earlier.octets, self.calls - earlier.calls)


def of_journal(folder: Path) -> float:
    """Bytes a tap's commit writes, in this process, by the journal alone."""
    folder.mkdir()
    site.open_site(folder).close()
    journal = open_journal(folder)
    before = Written.by("self")
    for number in range(1, TAPS + 1):
        journal.record(entry(number=number))
    written = Written.by("self") - before
    journal.close()
    return written.octets / TAPS


def of_bare(folder: Path) -> float:
    """Bytes of a bare durable commit of the same row, in a table with the same indexes."""
    folder.mkdir()
    site.open_site(folder).close()
    schema = _schema(open_journal(folder))
    connection = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    for statement in schema:
        connection.execute(statement)
    before = Written.by("self")
    for number in range(1, TAPS + 1):
        _commit(connection, number)
    written = Written.by("self") - before
    connection.close()
    return written.octets / TAPS


def _schema(journal: Journal) -> list[str]:
    query = "SELECT sql FROM sqlite_master WHERE tbl_name = 'tracks' AND sql IS NOT NULL"
    statements = [sql for (sql,) in journal.database.execute(query)]
    journal.close()
    return statements


def _commit(connection: sqlite3.Connection, number: int) -> None:
    made = entry(number=number)
    now = time.time_ns() // 1000
    row = (made.id.bytes, now, now, made.reading.boot_id.bytes, 1000, True, Method.CARD.value,
           made.credential, number, Shown.SIGNED_IN.value, None)  # fmt: skip
    columns = "id, claimed, at, boot, uptime_ms, trusted, method, credential, person, shown"
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO tracks ({columns}, late_minutes) VALUES ({marks})", row)


@dataclass(frozen=True, slots=True)
class Kiosk:
    """Bytes of a whole kiosk: a tap until it is confirmed and heard back, and an idle hour."""

    tap: float
    idle_hour_mb: float


def of_kiosk(folder: Path) -> Kiosk:
    """What the whole process writes, link and all."""
    folder.mkdir()
    with (
        running_mosquitto(folder) as broker,
        running_gateway(broker.port) as gateway,
        running_kiosk(folder, broker_port=broker.port) as kiosk,
    ):
        assert kiosk.process is not None
        pid = kiosk.process.pid
        config = kiosk.config.read_text()
        kiosk.stop()
        kiosk.config.write_text(config.replace("heartbeat = 1", "heartbeat = 15"))
        kiosk.start()
        pid = kiosk.process.pid
        eventually(lambda: gateway.heartbeats)
        gateway.say_roster(roster(*(person(number) for number in range(1, PEOPLE))))
        eventually(lambda: gateway.heartbeats[-1].roster_version == 1)
        before = Written.by(pid)
        for number in range(1, TAPS + 1):
            kiosk.tap_and_see(card_of(number))
        eventually(lambda: gateway.heartbeats[-1].queue == 0)
        tapped = Written.by(pid) - before
        time.sleep(5)
        before, begun = Written.by(pid), time.monotonic()
        time.sleep(WATCHED_S)
        idle = Written.by(pid) - before
        hours = (time.monotonic() - begun) / 3600
    return Kiosk(tapped.octets / TAPS, idle.octets / hours / 1_000_000)


def figures() -> list[Figure]:
    """The table of this bench."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-", dir=scratch()) as name:
        folder = Path(name)
        journal, bare = of_journal(folder / "journal"), of_bare(folder / "bare")
        whole = of_kiosk(folder / "whole")
    return [
        at_most("bytes a tap's commit / a bare commit", journal / bare, BOUND_RATIO, "x", 2),
        plain("a tap's commit, the bare commit", f"{journal / 1000:.1f} / {bare / 1000:.1f} kB"),
        plain("a tap of the whole kiosk, confirmed", f"{whole.tap / 1000:.1f} kB"),
        at_most("an idle hour, connected", whole.idle_hour_mb, BOUND_IDLE_MB, "MB", 2),
    ]


def main() -> int:
    """Measure and print; 0 when the bounds hold."""
    return 0 if show("Writes to the SD card", figures()) else 1


if __name__ == "__main__":
    sys.exit(main())
