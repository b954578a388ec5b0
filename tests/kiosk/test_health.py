import socket
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kiosk import health
from kiosk.backlog import Backlog
from kiosk.health import Standing, Supervisor
from kiosk.journal import Journal
from kiosk.protocol.clocks import Anchor
from tests.kiosk.made import BOOT, at, entry, reading_at, settings_in


def test_a_heartbeat_says_how_the_kiosk_is(tmp_path: Path, journal: Journal) -> None:
    journal.record(entry())
    journal.record(entry())
    journal.remember(Anchor(BOOT, at("07:00"), timedelta(minutes=5)))
    backlog = Backlog(tmp_path)

    told = health.heartbeat(
        settings_in(tmp_path),
        reading=reading_at("08:12"),
        backlog=backlog,
        standing=Standing(1, roster_version=4, heard_upto=at("08:00"), caught_up=True),
    )

    backlog.close()
    assert (told.first_seq, told.last_seq, told.queue) == (1, 2, 1)
    assert (told.roster_version, told.heard_upto) == (4, at("08:00"))
    assert (told.boot_id, told.uptime_ms, told.sent_at) == (BOOT, 3_600_000, at("08:12"))
    assert [anchor.boot_id for anchor in told.anchors] == [BOOT]
    assert told.software.startswith("muster 20")
    assert told.disk_free_mb > 0


def test_more_confirmed_than_recorded_is_no_queue(tmp_path: Path, journal: Journal) -> None:
    backlog = Backlog(tmp_path)

    told = health.heartbeat(
        settings_in(tmp_path),
        reading=reading_at("08:12"),
        backlog=backlog,
        standing=Standing(7, roster_version=0, heard_upto=None, caught_up=True),
    )

    backlog.close()
    assert told.queue == 0
    assert told.install != UUID(int=0)


def test_a_disk_that_cannot_be_asked_is_full(tmp_path: Path) -> None:
    assert health.disk_free_mb(tmp_path / "gone") == 0


@pytest.mark.covers("DES-06")
@pytest.mark.integration
def test_systemd_hears_that_the_kiosk_is_ready_once_alive_and_stopping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind(str(tmp_path / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    supervisor = Supervisor()

    supervisor.ready()
    supervisor.ready()
    supervisor.alive()
    supervisor.stopping()

    assert [heard.recv(99) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]
    heard.close()


@pytest.mark.fault
def test_the_watchdog_is_not_fed_while_a_thread_hangs() -> None:
    told: list[str] = []
    silent = ["card-reader"]
    supervisor = Supervisor(told.append, silent=lambda: tuple(silent), say=lambda: "Recording")

    supervisor.alive()
    supervisor.alive()
    silent.clear()
    supervisor.alive()

    assert told == [
        "STATUS=Hangs: card-reader; waiting for a restart",
        "WATCHDOG=1",
        "STATUS=Recording",
    ]


def test_systemd_is_told_how_the_kiosk_is_when_that_is_new() -> None:
    told: list[str] = []
    texts = iter(["Recording · online", "Recording · online", "Recording · offline"])
    supervisor = Supervisor(told.append, say=lambda: next(texts))

    for _ in range(3):
        supervisor.alive()

    assert [each for each in told if each != "WATCHDOG=1"] == [
        "STATUS=Recording · online",
        "STATUS=Recording · offline",
    ]
