"""What systemd hears of a whole kiosk whose card reader is well, away, or hangs."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from drivers.card.reader import CardReader, CardUid
from drivers.errors import DeviceAway
from kiosk.app import PROBES_APART
from kiosk.assembly import Kiosk
from kiosk.pulse import PATIENCE
from kiosk.screen.board import Board
from kiosk.settings import Broker, Screen
from kiosk.simulated import SimulatedHardware
from tests.kiosk.made import clock_at, settings_in
from tests.kiosk.neighbours import eventually, free_port

pytestmark = [pytest.mark.integration, pytest.mark.fault]


class Systemd:
    """Listens to what a service tells it."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)
        self._heard: list[str] = []

    def heard(self) -> list[str]:
        while True:
            try:
                self._heard.append(self._socket.recv(999).decode())
            except BlockingIOError:
                return list(self._heard)

    def fed(self) -> int:
        """How often the watchdog was fed."""
        return self.heard().count("WATCHDOG=1")

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    systemd = Systemd(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    yield systemd
    systemd.close()


class Reader:
    """A card reader that does at each reading what it was made for."""

    def __init__(self, deed: Callable[[], None]) -> None:
        self._deed = deed

    def read(self, timeout: timedelta) -> CardUid | None:
        self._deed()
        Event().wait(min(timeout.total_seconds(), 0.01))
        return None

    def close(self) -> None:
        """Nothing to let go of."""


class Wired(SimulatedHardware):
    """Simulated hardware with this card reader."""

    def __init__(self, reader: CardReader) -> None:
        super().__init__()
        self._reader = reader

    @property
    def readers(self) -> dict[str, CardReader]:
        return {"card-reader": self._reader}


@contextmanager
def running(folder: Path, reader: CardReader) -> Iterator[Callable[[timedelta], None]]:
    """A kiosk with this reader; answers how to let time pass for it."""
    settings = settings_in(
        folder / "kiosk", broker=Broker(port=free_port()), screen=Screen(port=free_port())
    )
    clock = clock_at("08:00")
    board = Board(shown_for=timedelta(seconds=3))
    kiosk = Kiosk(settings, clock, hardware=Wired(reader), board=board)
    thread = Thread(target=kiosk.run)
    thread.start()
    try:
        yield clock.advance
    finally:
        kiosk.stop()
        thread.join(timeout=20)


def half_minutes(systemd: Systemd, advance: Callable[[timedelta], None], count: int) -> None:
    """Let time pass; the watchdog is fed in each half minute."""
    for _ in range(count):
        before = systemd.fed()
        advance(PROBES_APART)
        eventually(lambda: systemd.fed() > before)  # noqa: B023 - looked at before the next turn


@pytest.mark.covers("DES-06")
def test_a_kiosk_that_works_is_ready_feeds_the_watchdog_and_says_how_it_is(
    systemd: Systemd, tmp_path: Path
) -> None:
    with running(tmp_path, Reader(lambda: None)) as advance:
        eventually(lambda: "READY=1" in systemd.heard())
        half_minutes(systemd, advance, 2)

    told = systemd.heard()
    assert any(each.startswith("STATUS=Recording · offline") for each in told)
    assert told[-1] == "STOPPING=1"


@pytest.mark.parametrize("error", [DeviceAway("unplugged"), ZeroDivisionError("nobody foresaw it")])
def test_a_kiosk_whose_reader_is_dead_is_not_restarted(
    systemd: Systemd, tmp_path: Path, error: Exception
) -> None:
    def dead() -> None:
        raise error

    with running(tmp_path, Reader(dead)) as advance:
        eventually(lambda: "READY=1" in systemd.heard())
        half_minutes(systemd, advance, 4)

        eventually(lambda: any(each.endswith("away: card-reader") for each in systemd.heard()))


def test_a_kiosk_whose_readers_thread_hangs_starves_the_watchdog(
    systemd: Systemd, tmp_path: Path
) -> None:
    hanging, go_on = Event(), Event()

    def hang() -> None:
        hanging.set()
        go_on.wait(30)

    with running(tmp_path, Reader(hang)) as advance:
        hanging.wait(20)
        eventually(lambda: systemd.fed() == 1)

        advance(PATIENCE + PROBES_APART)

        eventually(lambda: "STATUS=Hangs: card-reader; waiting for a restart" in systemd.heard())
        assert systemd.fed() == 1
        go_on.set()
