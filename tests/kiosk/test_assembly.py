"""The whole kiosk in this process, with a real Mosquitto and a gateway that the test drives."""

import os
import signal
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest

from drivers.clock.system import SystemClock
from drivers.errors import DeviceMisread
from drivers.feedback.feedback import Signal
from drivers.feedback.simulated import SimulatedFeedback
from kiosk import database as files, logs, site
from kiosk.__main__ import main
from kiosk.assembly import AlreadyRunning, Kiosk
from kiosk.protocol import topics
from kiosk.protocol.messages import SiteTrack
from kiosk.screen.board import Board
from kiosk.settings import Broker, KioskSettings, Screen
from kiosk.simulated import SimulatedHardware
from kiosk.visit import Outcome
from tests.kiosk.made import settings_in, site_settings
from tests.kiosk.neighbours import (
    KIOSK,
    SITE,
    GatewayDouble,
    KioskProcess,
    Mosquitto,
    card_of,
    eventually,
    free_port,
    person,
    roster,
    zone_at_noon,
)

pytestmark = pytest.mark.integration


class Running:
    """A kiosk running in a thread of this process."""

    def __init__(self, settings: KioskSettings, hardware: SimulatedHardware | None = None) -> None:
        self.settings = settings
        self.hardware = hardware or SimulatedHardware()
        self.board = Board(shown_for=timedelta(seconds=3))
        clock = SystemClock(assume_trusted=True)
        self.kiosk = Kiosk(settings, clock, hardware=self.hardware, board=self.board)
        self.clock = clock
        self.thread = Thread(target=self.kiosk.run)

    def outcomes(self) -> list[Outcome]:
        view = self.board.view(now=self.clock.read().uptime)
        return [shown.answer.outcome for shown in view.answers]

    def tap(self, number: int) -> Outcome:
        """Hold up a card, and what it was answered."""
        before = self.board._count
        self.hardware.hold_up("card", card_of(number))
        eventually(lambda: self.board._count > before)
        return self.outcomes()[0]

    def lamp(self) -> list[Signal]:
        assert isinstance(self.hardware.feedback, SimulatedFeedback)
        return list(self.hardware.feedback.shown)

    def link_is(self, *, online: bool, queue: int) -> bool:
        link = self.board.view(now=self.clock.read().uptime).link
        return (link.online, link.queue) == (online, queue)


@contextmanager
def running(
    folder: Path, port: int, *, hardware: SimulatedHardware | None = None
) -> Iterator[Running]:
    settings = settings_in(
        folder,
        zone=zone_at_noon(),
        heartbeat=timedelta(seconds=1),
        assume_trusted_clock=True,
        broker=Broker(port=port),
        screen=Screen(port=free_port()),
    )
    running = Running(settings, hardware)
    running.thread.start()
    try:
        yield running
    finally:
        running.kiosk.stop()
        running.thread.join(timeout=20)
        assert not running.thread.is_alive()


@pytest.fixture
def kiosk(broker: Mosquitto, gateway: GatewayDouble, tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "kiosk", broker.port) as kiosk:
        eventually(lambda: gateway.heartbeats)
        gateway.say_roster(roster(*(person(number) for number in range(1, 10))))
        eventually(lambda: gateway.heartbeats[-1].roster_version == 1)
        yield kiosk


@pytest.mark.fault
@pytest.mark.covers("BIO-01")
def test_cards_that_cannot_be_read_are_answered_and_recorded_nowhere(kiosk: Running) -> None:
    def is_answered() -> bool:
        kiosk.hardware.cards.fail(DeviceMisread("several cards"))
        return bool(kiosk.lamp())

    eventually(is_answered)

    assert (kiosk.outcomes(), kiosk.lamp()) == ([Outcome.UNREAD], [Signal.REFUSED])
    assert kiosk.link_is(online=True, queue=0)


@pytest.mark.covers("DES-03", "DES-07")
def test_a_tap_goes_all_the_way(kiosk: Running, gateway: GatewayDouble) -> None:
    assert kiosk.tap(1) is Outcome.SIGNED_IN

    eventually(lambda: gateway.seqs() == [1])
    eventually(lambda: kiosk.link_is(online=True, queue=0))
    assert eventually(kiosk.lamp) == [Signal.IN]


def test_a_qr_badge_goes_the_same_way(kiosk: Running, gateway: GatewayDouble) -> None:
    kiosk.hardware.hold_up("qr", "M-1-17")

    eventually(lambda: kiosk.outcomes() == [Outcome.UNKNOWN])
    eventually(lambda: [t.credential for t in gateway.tracks.values()] == ["M-1-17"])


def test_only_cards_and_codes_can_be_held_up() -> None:
    for method, value in (("face", "x"), ("qr", ""), ("card", "xyz"), ("card", "00")):
        with pytest.raises(ValueError, match=r"held up|digits 0-9|bytes"):
            SimulatedHardware().hold_up(method, value)


def test_settings_of_the_site_reach_the_loop(kiosk: Running, gateway: GatewayDouble) -> None:
    kiosk.tap(1)
    settings = site_settings(repeat_window_s=0, zone="Asia/Tokyo")
    gateway.say(topics.SiteTopics(SITE).settings, settings, retain=True)
    eventually(lambda: kiosk.kiosk.front.draw().zone == "Asia/Tokyo")

    assert kiosk.tap(1) is Outcome.SIGNED_OUT


def test_tracks_of_the_site_reach_the_loop(kiosk: Running, gateway: GatewayDouble) -> None:
    earlier = datetime.now(UTC) - timedelta(minutes=2)
    gateway.say_tracks(SiteTrack(id=uuid4(), person=1, kiosk="other", made_at=earlier))
    gateway.say_tracks(catch_up=True)
    eventually(lambda: gateway.heartbeats[-1].heard_upto)

    assert kiosk.tap(1) is Outcome.SIGNED_OUT


def test_what_was_lost_on_the_way_is_sent_again_after_a_while(
    kiosk: Running, gateway: GatewayDouble
) -> None:
    gateway.confirms = False
    kiosk.tap(1)
    eventually(lambda: gateway.messages)
    gateway.tracks.clear()
    gateway.confirms = True

    eventually(lambda: gateway.seqs() == [1])


def test_a_missed_part_of_the_roster_and_noise_are_survived(
    kiosk: Running, gateway: GatewayDouble
) -> None:
    gateway.say_roster(roster(person(50), base=7, version=8))
    gateway.say_raw(topics.KioskTopics(KIOSK).upto, b"noise")

    assert kiosk.tap(50) is Outcome.UNKNOWN
    eventually(lambda: gateway.seqs() == [1])


@pytest.mark.fault
def test_a_broker_that_goes_and_comes_is_met_again(
    kiosk: Running, gateway: GatewayDouble, broker: Mosquitto
) -> None:
    broker.stop()
    eventually(lambda: kiosk.link_is(online=False, queue=0))
    kiosk.tap(1)
    eventually(lambda: kiosk.link_is(online=False, queue=1))

    broker.start()

    eventually(lambda: kiosk.link_is(online=True, queue=0), within=40)


@pytest.mark.fault
def test_a_link_whose_database_breaks_opens_it_again(
    kiosk: Running, gateway: GatewayDouble
) -> None:
    break_site_file(kiosk.settings.data)
    heard = len(gateway.heartbeats)

    kiosk.tap(1)

    eventually(lambda: len(gateway.heartbeats) > heard + 1)
    eventually(lambda: gateway.seqs() == [1])


def break_site_file(folder: Path) -> None:
    database = files.connect(folder / site.FILE, durability=files.Durability.NORMAL)
    database.execute("DROP TABLE hearing")
    database.close()


@pytest.mark.fault
def test_a_kiosk_whose_journal_cannot_be_opened_is_red_until_it_can(
    broker: Mosquitto, gateway: GatewayDouble, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "kiosk" / "journal.sqlite3"
    in_the_way.mkdir(parents=True)
    with running(tmp_path / "kiosk", broker.port) as kiosk:
        assert kiosk.tap(1) is Outcome.NOT_RECORDED

        in_the_way.rmdir()

        assert kiosk.tap(2) is Outcome.UNKNOWN
        eventually(lambda: gateway.seqs() == [1])


def test_the_tray_knows_the_roster(kiosk: Running) -> None:
    url = f"http://127.0.0.1:{kiosk.settings.screen.port}/tray?search=Person%203"

    with urllib.request.urlopen(url, timeout=10) as answer:
        assert (
            answer.read().decode()
            == f'[{{"card": "{card_of(3)}", "name": "Person 3", "badge": ""}}]'
        )


def test_one_folder_is_one_kiosks(kiosk: Running) -> None:
    settings = kiosk.settings.model_copy(update={"screen": Screen(port=free_port())})

    with pytest.raises(AlreadyRunning, match="another kiosk works in"):
        Running(settings).kiosk.run()


@pytest.fixture
def signals_as_before() -> Iterator[None]:
    kept = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    yield
    for each, handler in kept.items():
        signal.signal(each, handler)
    logs.set_up("INFO")


def when_it_answers(kiosk: KioskProcess, act: Callable[[], None]) -> Thread:
    def wait() -> None:
        eventually(kiosk._answers)
        act()

    waiting = Thread(target=wait)
    waiting.start()
    return waiting


@pytest.mark.usefixtures("signals_as_before")
@pytest.mark.covers("DES-06")
def test_the_program_ends_cleanly_when_asked(tmp_path: Path) -> None:
    kiosk = KioskProcess(tmp_path, broker_port=free_port())
    waiting = when_it_answers(kiosk, lambda: os.kill(os.getpid(), signal.SIGTERM))

    assert main(["--config", str(kiosk.config)]) == 0

    waiting.join()


@pytest.mark.usefixtures("signals_as_before")
def test_the_program_says_why_it_cannot_start(
    kiosk: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "second.toml"
    config.write_text(
        f'kiosk = "second"\nsite = "main"\ndata = "{tmp_path}/second"\n'
        f"[screen]\nport = {kiosk.settings.screen.port}\n"
    )

    assert main(["--config", str(config)]) == 3

    assert "the kiosk cannot start" in capsys.readouterr().err
