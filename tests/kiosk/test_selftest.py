"""The installer's round, with somebody there, with nobody, and with parts that fail."""

import subprocess
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from drivers.card.reader import CardUid
from drivers.card.simulated import SimulatedCardReader
from drivers.clock.simulated import SimulatedClock
from drivers.errors import DeviceAway, DeviceMisread
from drivers.feedback.feedback import Signal
from drivers.feedback.simulated import SimulatedFeedback
from drivers.qr.simulated import frame_of
from kiosk import selftest
from kiosk.checks.finding import Verdict
from kiosk.settings import Broker, KioskSettings, Screen
from kiosk.simulated import SimulatedHardware
from tests.kiosk.made import clock_at, settings_in
from tests.kiosk.neighbours import (
    GatewayDouble,
    KioskProcess,
    Mosquitto,
    eventually,
    free_port,
    running_kiosk,
)

WELL, WARNING, FAULT = Verdict.WELL, Verdict.WARNING, Verdict.FAULT


@dataclass
class Somebody:
    """Answers each question the same, and remembers what was said."""

    answer: bool = True
    is_there: bool = False
    patience: timedelta = timedelta(0)
    heard: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def tell(self, text: str) -> None:
        self.heard.append(text)

    def confirms(self, question: str) -> bool:
        self.asked.append(question)
        return self.answer


def test_every_signal_is_said_and_shown() -> None:
    lamp, installer = SimulatedFeedback(), Somebody()

    found = selftest.try_output(lamp, installer)

    assert found.verdict is WELL
    assert list(lamp.shown) == list(Signal)
    assert len(installer.heard) == len(Signal)
    assert lamp.is_closed


def test_a_lamp_that_looked_wrong_fails() -> None:
    found = selftest.try_output(SimulatedFeedback(), Somebody(answer=False))

    assert (found.verdict, found.remedy) == (FAULT, "check its wires, colour by colour")


@pytest.mark.fault
def test_a_buzzer_that_is_away_fails_in_words() -> None:
    buzzer = SimulatedFeedback("buzzer")
    buzzer.fail(DeviceAway("not wired"))

    found = selftest.try_output(buzzer, Somebody())

    assert (found.check, found.verdict, found.what) == ("buzzer", FAULT, "not wired")


def reader(*held: CardUid | DeviceMisread | DeviceAway) -> SimulatedCardReader:
    found = SimulatedCardReader()
    for each in held:
        if isinstance(each, CardUid):
            found.tap(each)
        else:
            found.fail(each)
    return found


CARD = CardUid.parse("04A224B1C95E80")


@pytest.mark.parametrize(
    ("held", "is_there", "verdict"),
    [
        ((CARD,), True, WELL),
        ((DeviceMisread("left too early"), CARD), True, WELL),
        ((), False, WELL),
        ((), True, WARNING),
        ((DeviceAway("unplugged"),), True, FAULT),
    ],
)
@pytest.mark.fault
def test_a_reader_passes_with_a_card_or_where_nobody_could_hold_one(
    held: tuple[CardUid | DeviceMisread | DeviceAway, ...], is_there: bool, verdict: Verdict
) -> None:
    installer = Somebody(is_there=is_there, patience=2 * selftest.A_LOOK)
    cards = reader(*held)

    assert selftest.try_reader("card-reader", cards, installer).verdict is verdict
    assert cards.is_closed


def test_a_camera_passes_with_a_code() -> None:
    hardware = SimulatedHardware()
    hardware.camera.show(frame_of("M-1-17"))

    found = selftest.try_camera(hardware.camera, hardware.decoder.decode, Somebody())

    assert (found.verdict, found.what) == (WELL, "a code was read")


@pytest.mark.fault
def test_a_camera_that_is_away_fails_in_words() -> None:
    hardware = SimulatedHardware()
    hardware.camera.fail(DeviceAway("no camera found"))

    found = selftest.try_camera(hardware.camera, hardware.decoder.decode, Somebody())

    assert (found.verdict, found.what) == (FAULT, "no camera found")


@pytest.fixture
def settings(tmp_path: Path) -> KioskSettings:
    return settings_in(tmp_path, screen=Screen(port=free_port()), broker=Broker(port=free_port()))


@pytest.fixture
def clock() -> SimulatedClock:
    return clock_at("08:00")


@pytest.mark.parametrize(("answer", "verdict"), [(True, WELL), (False, FAULT)])
def test_the_screen_is_served_while_it_is_looked_at(
    settings: KioskSettings, clock: SimulatedClock, answer: bool, verdict: Verdict
) -> None:
    installer = Somebody(answer=answer)

    assert selftest.try_screen(settings, clock, installer).verdict is verdict
    assert f":{settings.screen.port}/" in installer.asked[0]


@pytest.mark.fault
def test_a_gateway_that_is_not_there_fails(settings: KioskSettings, clock: SimulatedClock) -> None:
    found = selftest.try_gateway(settings, clock, patience=timedelta(seconds=0.2))

    assert (found.check, found.verdict) == ("gateway", FAULT)


def answer_heartbeat(gateway: GatewayDouble) -> Thread:
    """Tell what the kiosk has not heard, as a gateway does after its heartbeat."""

    def wait() -> None:
        eventually(lambda: gateway.heartbeats)
        gateway.say_tracks(catch_up=True)

    waiting = Thread(target=wait)
    waiting.start()
    return waiting


@pytest.mark.integration
def test_the_whole_round_passes_unattended(
    broker: Mosquitto, gateway: GatewayDouble, tmp_path: Path
) -> None:
    kiosk = KioskProcess(tmp_path, broker_port=broker.port)
    waiting = answer_heartbeat(gateway)
    command = [sys.executable, "-m", "kiosk", "selftest", "--no-input"]

    done = subprocess.run(
        [*command, "--config", str(kiosk.config)], capture_output=True, text=True, check=False
    )

    waiting.join()
    assert done.stderr == ""
    results = [line.split()[:2] for line in done.stdout.splitlines() if line[0] != " "]
    assert results == [
        ["passed", "lamp"],
        ["passed", "card-reader"],
        ["passed", "camera"],
        ["passed", "screen"],
        ["passed", "gateway"],
        ["The", "kiosk"],
    ]
    assert done.returncode == 0


@pytest.mark.integration
def test_a_running_kiosk_keeps_its_devices(broker: Mosquitto, tmp_path: Path) -> None:
    installer = Somebody()
    with running_kiosk(tmp_path, broker_port=broker.port) as kiosk:
        settings = settings_in(kiosk.folder, screen=Screen(port=free_port()))

        code = selftest.run(
            settings, clock_at("08:00"), hardware=SimulatedHardware(), installer=installer
        )

    assert code == 1
    assert "stop muster-kiosk first" in installer.heard[0]
