"""Two kiosks, a broker and a gateway as real processes that can be killed, and what they kept."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from tests.kiosk.neighbours import SITE, KioskProcess, Mosquitto, eventually

PEOPLE = 400
KIOSKS = ("front-door", "park-door")
REPEAT_WINDOW = timedelta(seconds=1)
_SETTINGS = "SELECT COUNT(*) FROM notes WHERE kind = 'SiteSettings'"
DIRECTIONS = {"signed_in": "in", "signed_out": "out"}


@dataclass(frozen=True, slots=True, order=True)
class Kept:
    """A track as some store holds it."""

    at: datetime
    id: UUID
    person: int
    shown: str


class GatewayProcess:
    """The ingest role of a gateway on a SQLite store, in a process that can be killed."""

    def __init__(self, folder: Path, *, broker_port: int) -> None:
        self.folder = folder
        self._log = folder / "gateway.log"
        self._environment = os.environ | {
            "MUSTER_SECRET_KEY": "faults" * 8,
            "MUSTER_DATA": str(folder),
            "MUSTER_DATABASE": "",
            "MUSTER_CONFIG": str(folder / "none.toml"),
            "MUSTER_BROKER__KIND": "external",
            "MUSTER_BROKER__PORT": str(broker_port),
            "MUSTER_BROKER__PASSWORD": "none",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> None:
        """One command of the gateway's own command line."""
        self._run(*words).check_returncode()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gateway", "run", "--role", "ingest"],
                env=self._environment,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def store(self) -> sqlite3.Connection:
        """The store, to look into."""
        return sqlite3.connect(self.folder / "gateway.sqlite3")

    def _run(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "gateway", *words]
        return subprocess.run(command, env=self._environment, capture_output=True, check=False)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=30)
            self._process = None


class Stage:
    """Everything between two doors and the gateway's store."""

    def __init__(self, folder: Path) -> None:
        self.broker = Mosquitto(folder)
        self.gateway = GatewayProcess(folder, broker_port=self.broker.port)
        self.kiosks = [
            KioskProcess(folder, broker_port=self.broker.port, kiosk=name) for name in KIOSKS
        ]
        self._folder = folder

    def open(self) -> None:
        """Make the school, start everything, and wait until both kiosks know everybody."""
        self._make_school()
        self.broker.start()
        self.gateway.start()
        for kiosk in self.kiosks:
            kiosk.start()
        eventually(lambda: all(map(_knows_everybody, self.kiosks)), within=60)

    def close(self) -> None:
        """End whatever still runs."""
        for kiosk in self.kiosks:
            kiosk.kill()
        self.gateway.kill()
        self.broker.stop()

    def settle(self) -> None:
        """Wait until the gateway holds everything the kiosks have journalled."""
        journalled = {track.id for kiosk in self.kiosks for track in journal(kiosk)}
        eventually(lambda: journalled <= {track.id for track in self.stored()}, within=120)

    def stored(self) -> list[Kept]:
        """The gateway's tracks."""
        rows = self._rows("SELECT at, id, person_id, shown FROM attendance_track")
        return [Kept(_instant(at), UUID(id_), person, shown) for at, id_, person, shown in rows]

    def days(self) -> dict[int, tuple[str, int]]:
        """(presence, movements) of each person, as the gateway folded it."""
        rows = self._rows("SELECT person_id, presence, movements FROM attendance_personday")
        return {person: (presence, movements) for person, presence, movements in rows}

    def differences(self) -> dict[UUID, str]:
        """The tracks whose kiosk showed something else than the whole day gives."""
        rows = self._rows("SELECT track_id, truth FROM attendance_difference")
        return {UUID(id_): truth for id_, truth in rows}

    def holes(self) -> list[tuple[int, int]]:
        """Numbers the gateway still misses."""
        return self._rows("SELECT first, last FROM fleet_hole WHERE closed_at IS NULL")

    def set_aside(self) -> list[str]:
        """Why messages were set aside."""
        return [reason for (reason,) in self._rows("SELECT reason FROM ingest_setaside")]

    def _rows(self, statement: str) -> list[tuple]:  # type: ignore[type-arg]  # as sqlite3 gives them
        store = self.gateway.store()
        try:
            return store.execute(statement).fetchall()
        finally:
            store.close()

    def _make_school(self) -> None:
        people = self._folder / "people.csv"
        lines = [f"p{n},student,Given{n},Family{n},{card(n)}" for n in range(PEOPLE)]
        people.write_text(
            "\n".join(["external_id,kind,given_name,family_name,card", *lines]) + "\n"
        )
        self.gateway.command("migrate")
        self.gateway.command("site", "add", "--zone", noon_zone(), SITE, "Main")
        for name in KIOSKS:
            self.gateway.command("kiosk", "add", "--site", SITE, name)
        self.gateway.command("import", "people", str(people))
        store = self.gateway.store()
        window = int(REPEAT_WINDOW.total_seconds())
        store.execute("UPDATE timetable_site SET repeat_window_s = ?", (window,))
        store.commit()
        store.close()


def card(number: int) -> str:
    """The card of the n-th person."""
    return (0x04000000000000 + number).to_bytes(7, "big").hex().upper()


def noon_zone() -> str:
    """A zone in which it is about noon, so that no test runs over midnight."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def journal(kiosk: KioskProcess) -> list[Kept]:
    """What the kiosk has on its own disk."""
    store = sqlite3.connect(kiosk.folder / "journal.sqlite3")
    try:
        rows = store.execute("SELECT at, id, person, shown FROM tracks ORDER BY seq").fetchall()
    finally:
        store.close()
    return [Kept(_micros(at), UUID(bytes=id_), person, shown) for at, id_, person, shown in rows]


def numbers(kiosk: KioskProcess) -> list[int]:
    """The numbers the kiosk has given out."""
    store = sqlite3.connect(kiosk.folder / "journal.sqlite3")
    try:
        return [seq for (seq,) in store.execute("SELECT seq FROM tracks ORDER BY seq")]
    finally:
        store.close()


def truth(tracks: Iterable[Kept]) -> tuple[dict[int, tuple[str, int]], dict[UUID, str]]:
    """Presence and movements by person, and the differences: told once more, in other words.

    One pass over everybody's tracks in the order they were made.
    """
    last: dict[int, datetime] = {}
    moves: dict[int, int] = defaultdict(int)
    wrong: dict[UUID, str] = {}
    for track in sorted(tracks):
        if track.person in last and track.at - last[track.person] < REPEAT_WINDOW:
            is_truly = "repeat"
        else:
            last[track.person] = track.at
            moves[track.person] += 1
            is_truly = "in" if moves[track.person] % 2 else "out"
        if DIRECTIONS[track.shown] != is_truly:
            wrong[track.id] = is_truly
    days = {p: ("signed_in" if n % 2 else "signed_out", n) for p, n in moves.items()}
    return days, wrong


def seed() -> random.Random:
    """Chance that can be repeated: the seed is MUSTER_SEED, or new and printed."""
    number = int(os.environ.get("MUSTER_SEED", random.SystemRandom().randrange(2**32)))
    print(f"MUSTER_SEED={number}")
    return random.Random(number)


def _knows_everybody(kiosk: KioskProcess) -> bool:
    path = kiosk.folder / "site.sqlite3"
    store = sqlite3.connect(path)
    try:
        (people,) = store.execute("SELECT COUNT(*) FROM people").fetchone()
        (zones,) = store.execute(_SETTINGS).fetchone()
    except sqlite3.OperationalError:
        return False
    finally:
        store.close()
    return bool(people == PEOPLE and zones)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _micros(value: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=value)
