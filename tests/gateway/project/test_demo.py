import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import psutil
import pytest

from gateway.project.demo.children import Children
from gateway.project.demo.crowd import Tap, arrivals, hold_up, play
from gateway.project.demo.plan import FINISHES_AFTER, free_ports, hours_around
from tests.gateway.project.gateways import eventually, free_port

NOW = datetime(2026, 11, 20, 9, 0, 30, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")


@pytest.mark.parametrize("hour", range(24))
def test_registration_lies_around_now_and_on_one_date(hour: int) -> None:
    now = NOW.replace(hour=hour, minute=58)

    hours = hours_around(now, home=UTC_ZONE)

    assert timedelta(0) < hours.am - now <= timedelta(minutes=2)
    assert hours.am.date() == (hours.pm + FINISHES_AFTER).date()
    assert now.astimezone(hours.zone).date() == hours.am.date()


def test_a_school_is_where_the_machine_is_in_daytime() -> None:
    assert hours_around(NOW, home=ZoneInfo("Europe/Berlin")).zone.key == "Europe/Berlin"


def test_no_two_parts_share_an_address() -> None:
    ports = free_ports()

    assert len({ports.web, ports.live, ports.broker, ports.erp, *ports.doors}) == 6


def test_most_come_in_time_some_late_and_some_not_at_all() -> None:
    starts = NOW + timedelta(minutes=2)
    cards = [(8091, f"card {n}") for n in range(400)]

    taps = arrivals(cards, now=NOW, starts=starts, finishes=starts + FINISHES_AFTER, seed=1)

    late = Counter(tap.at >= starts for tap in taps)
    assert late[False] > 300
    assert 10 < late[True] < 60
    assert len(taps) < 400
    assert all(NOW <= tap.at < starts + FINISHES_AFTER for tap in taps)
    assert list(taps) == sorted(taps)


def test_a_kiosk_that_is_away_disturbs_nobody() -> None:
    port = free_port()

    play([Tap(NOW, port, "04A2")], stop=threading.Event(), clock=lambda: NOW)

    assert not hold_up(port, "04A2")


@pytest.mark.integration
def test_what_ended_by_itself_is_named_once_and_the_rest_goes_on(tmp_path: Path) -> None:
    children = Children(tmp_path)
    lasting = children.start("lasting", "http.server", ["0", "--bind", "127.0.0.1"])
    brief = children.start("brief", "this", [])
    try:
        assert eventually(lambda: children.ended() == (brief,))

        assert lasting.process.poll() is None
        assert brief.command[1:] == ("-m", "this")
        assert children.ended() == ()
    finally:
        children.stop()
    assert lasting.process.poll() is not None


@pytest.mark.e2e
@pytest.mark.covers("QR-02", "QR-04")
def test_a_badge_of_the_tray_is_held_up_and_the_office_sees_by_whom(tmp_path: Path) -> None:
    demo = _Demo(tmp_path)
    try:
        assert eventually(lambda: "Ctrl-C ends it" in demo.said(), within=90), demo.said()
        door = demo.said().partition("Main door")[2].split()[0]
        assert eventually(lambda: bool(_badges(door)), within=60)

        for badge in _badges(door)[:3]:  # one of their holders may have come by card just now
            assert httpx.post(f"{door}tap", json={"qr": badge}).status_code == 202

        assert eventually(lambda: _stills_of_badges(tmp_path) >= 1, within=60)
    finally:
        demo.send_home()


@pytest.mark.e2e
@pytest.mark.covers("DES-02", "DES-03", "DES-04", "TRK-10")
def test_a_tap_becomes_a_code_in_the_erp_and_no_log_names_anybody(tmp_path: Path) -> None:
    demo = _Demo(tmp_path)
    try:
        assert eventually(lambda: "Ctrl-C ends it" in demo.said(), within=90), demo.said()
        erp = next(word for word in demo.said().split() if word.endswith("/_sandbox/registrations"))

        assert eventually(lambda: _registered(erp) >= 1, within=90), demo.said()
        everything = demo.processes()
        demo.process.send_signal(signal.SIGINT)
        assert demo.process.wait(30) == 0
        assert not [p for p in everything if p.is_running()]
        assert _logged(tmp_path, _private(tmp_path)) == []
    finally:
        demo.end()


@pytest.mark.integration
def test_a_folder_that_is_not_the_demos_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")

    demo = _Demo(tmp_path)

    assert demo.process.wait(60) == 2
    assert "is not empty and not the demo's" in demo.said()
    assert (tmp_path / "thesis.txt").exists()


class _Demo:
    """A small demo in a folder, and what it says."""

    def __init__(self, folder: Path) -> None:
        self._said = folder.with_name(f"{folder.name}.said")
        ours = {k: v for k, v in os.environ.items() if not k.startswith("MUSTER_")}
        with self._said.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gateway", "demo", "--folder", str(folder), "--size",
                 "small"],
                stdout=output,
                stderr=output,
                env=ours,
            )  # fmt: skip

    def said(self) -> str:
        return self._said.read_text(encoding="utf-8")

    def processes(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def send_home(self) -> None:
        """End it as Ctrl-C does, its children first."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        finally:
            self.end()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def _private(folder: Path) -> list[str]:
    """What no log may hold: whole names and card numbers."""
    with closing(sqlite3.connect(folder / "gateway" / "gateway.sqlite3")) as store:
        people = store.execute("SELECT given_name || ' ' || family_name FROM people_person")
        cards = store.execute("SELECT value FROM people_credential")
        return [text for (text,) in (*people, *cards)]


def _logged(folder: Path, words: list[str]) -> list[str]:
    logs = "".join(path.read_text(encoding="utf-8") for path in folder.glob("logs/*"))
    assert "gateway_ready" in logs
    return [word for word in words if word in logs]


def _registered(url: str) -> int:
    found = httpx.get(url).json()["registrations"]
    return sum(1 for entry in found if entry["isRegistered"])


def _badges(door: str) -> list[str]:
    cards = httpx.get(f"{door}tray", params={"search": ""}).json()
    return [each["badge"] for each in cards if each["badge"]]


def _stills_of_badges(folder: Path) -> int:
    """Stills of tracks that a badge made."""
    asked = """SELECT COUNT(*) FROM attendance_photo p JOIN attendance_track t ON t.id = p.track
        WHERE t.credential LIKE 'badge:%'"""
    with closing(sqlite3.connect(folder / "gateway" / "gateway.sqlite3")) as store:
        (many,) = store.execute(asked).fetchone()
    return int(many)
