"""A kiosk's neighbours in tests: a Mosquitto, a gateway the test drives, a kiosk process."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID, uuid4

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from kiosk.protocol import topics
from kiosk.protocol.messages import (
    Credential,
    GatewayState,
    Heartbeat,
    Method,
    PersonKind,
    RosterPart,
    RosterPerson,
    SiteTrack,
    SiteTracks,
    TrackMade,
    Tracks,
    Upto,
)
from kiosk.protocol.wire import Wire

T = TypeVar("T")
PATIENCE_S = 20.0
KIOSK, SITE = "front-door", "main"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def eventually(look: Callable[[], T], *, within: float = PATIENCE_S) -> T:
    """What `look` answers as soon as it is truthy; fails when it is not within the time."""
    deadline = time.monotonic() + within
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {look}")
        time.sleep(0.01)
    return found


def zone_at_noon() -> str:
    """A time zone in which it is about noon now, so that minutes ago was the same day."""
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"


class Mosquitto:
    """A private broker on loopback, which keeps nothing over a restart."""

    def __init__(self, folder: Path, *, rules: str = "allow_anonymous true") -> None:
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\n{rules}\npersistence false\nuser root\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["mosquitto", "-c", str(self._config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        eventually(self._answers)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True


@contextmanager
def running_mosquitto(folder: Path, *, rules: str = "allow_anonymous true") -> Iterator[Mosquitto]:
    broker = Mosquitto(folder, rules=rules)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


class GatewayDouble:
    """Keeps what kiosks send, and says what the test tells it to; by itself it confirms."""

    def __init__(self, port: int, *, confirms: bool = True) -> None:
        self.confirms = confirms
        self.tracks: dict[tuple[UUID, int], TrackMade] = {}
        self.messages: list[Tracks] = []
        self.heartbeats: list[Heartbeat] = []
        self.states: list[str] = []
        self.run = uuid4()
        self._lock = Lock()
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        self._client.on_message = self._on_message
        self._client.on_connect = self._on_connect
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def say(self, topic: str, message: Wire, *, retain: bool = False) -> None:
        self._client.publish(topic, message.model_dump_json(), qos=1, retain=retain)

    def say_raw(self, topic: str, payload: bytes) -> None:
        self._client.publish(topic, payload, qos=1)

    def say_state(self, *, online: bool = True) -> None:
        self.say(topics.GATEWAY_STATE, GatewayState(run=self.run, online=online), retain=True)

    def confirm(self, install: UUID, upto: int, *, kiosk: str = KIOSK) -> None:
        self.say(topics.KioskTopics(kiosk).upto, Upto(install=install, upto=upto))

    def say_tracks(self, *tracks: SiteTrack, catch_up: bool = False) -> None:
        topic = topics.KioskTopics(KIOSK).catch_up if catch_up else topics.SiteTopics(SITE).tracks
        self.say(topic, SiteTracks(site=SITE, committed_at=datetime.now(UTC), tracks=tracks))

    def say_roster(self, part: RosterPart) -> None:
        self.say(topics.KioskTopics(KIOSK).roster, part)

    def seqs(self) -> list[int]:
        with self._lock:
            return sorted(seq for _, seq in self.tracks)

    def _on_connect(self, client: Client, *_: Any) -> None:
        for each in (topics.ALL_TRACKS, topics.ALL_HEARTBEATS, topics.ALL_STATES):
            client.subscribe(each, 1)
        self.say_state()

    def _on_message(self, _: Client, __: Any, message: MQTTMessage) -> None:
        if message.topic.endswith("/tracks"):
            self._keep(Tracks.model_validate_json(message.payload))
        elif message.topic.endswith("/heartbeat"):
            self.heartbeats.append(Heartbeat.model_validate_json(message.payload))
        else:
            self.states.append(message.payload.decode())

    def _keep(self, told: Tracks) -> None:
        with self._lock:
            self.messages.append(told)
            self.tracks |= {(told.install, each.seq): each for each in told.tracks}
            upto = 0
            while (told.install, upto + 1) in self.tracks:
                upto += 1
        if self.confirms:
            self.confirm(told.install, upto, kiosk=told.kiosk)


@contextmanager
def running_gateway(port: int, *, confirms: bool = True) -> Iterator[GatewayDouble]:
    gateway = GatewayDouble(port, confirms=confirms)
    try:
        yield gateway
    finally:
        gateway.close()


class KioskProcess:
    """`python -m kiosk` on simulated hardware, tapped over its page."""

    def __init__(
        self, folder: Path, *, broker_port: int, kiosk: str = KIOSK, broker: str = ""
    ) -> None:
        self.folder = folder / kiosk
        self.page_port = free_port()
        self.config = folder / f"{kiosk}.toml"
        self.log = folder / f"{kiosk}.log"
        self.config.write_text(
            f'kiosk = "{kiosk}"\nsite = "{SITE}"\ndata = "{self.folder}"\n'
            f'assume_trusted_clock = true\nheartbeat = 1\nzone = "{zone_at_noon()}"\n'
            f"[broker]\nport = {broker_port}\n{broker}\n[screen]\nport = {self.page_port}\n"
        )
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.page_port}/"

    def start(self, *, limits: Callable[[], None] | None = None) -> None:
        self.start_within(PATIENCE_S, limits=limits)

    def start_within(self, seconds: float, *, limits: Callable[[], None] | None = None) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kiosk", "--config", str(self.config)],
                stderr=log,
                stdout=log,
                preexec_fn=limits,  # noqa: PLW1509 - no threads run in a test's child yet
            )
        eventually(self._answers, within=seconds)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        return self._end(signal.SIGTERM)

    def tap(self, card: str) -> int:
        """The page's answer to a card held up: its HTTP status."""
        return self.post("/tap", json.dumps({"card": card}))

    def post(self, path: str, body: str, **headers: str) -> int:
        request = urllib.request.Request(
            self.url.rstrip("/") + path,
            data=body.encode(),
            headers={"Content-Type": "application/json"} | headers,
        )
        return self._status(request)

    def get(self, path: str, **headers: str) -> int:
        return self._status(urllib.request.Request(self.url.rstrip("/") + path, headers=headers))

    def picture(self) -> dict[str, Any]:
        """What the page would show now."""
        with urllib.request.urlopen(self.url + "picture", timeout=PATIENCE_S) as answer:
            told: dict[str, Any] = json.load(answer)
        return told

    def result(self) -> str:
        """The icon of the answer standing large, empty when there is none."""
        told = self.picture()["result"]
        return str(told["icon"]) if told else ""

    def tap_and_see(self, card: str) -> dict[str, Any]:
        """Tap, and the answer that this tap brought."""
        before = self._number()
        self.tap(card)
        eventually(lambda: self._number() > before)
        told: dict[str, Any] = self.picture()["result"]
        return told

    def _number(self) -> int:
        told = self.picture()["result"]
        return int(told["number"]) if told else 0

    def _end(self, how: signal.Signals) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(how)
        code = self.process.wait(timeout=PATIENCE_S)
        self.process = None
        return code

    def _answers(self) -> bool:
        try:
            return self.get("/") == 200
        except OSError:
            return False

    @staticmethod
    def _status(request: urllib.request.Request) -> int:
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            refused.close()
            return refused.code


@contextmanager
def running_kiosk(
    folder: Path, *, broker_port: int, kiosk: str = KIOSK, broker: str = ""
) -> Iterator[KioskProcess]:
    process = KioskProcess(folder, broker_port=broker_port, kiosk=kiosk, broker=broker)
    process.start()
    try:
        yield process
    finally:
        process.kill()


def card_of(person: int) -> str:
    return person.to_bytes(7, "big").hex().upper()


def person(number: int, name: str = "", **more: Any) -> RosterPerson:
    card = Credential(method=Method.CARD, value=card_of(number))
    told = {"kind": PersonKind.STUDENT, "year_group": 7, "credentials": (card,)} | more
    return RosterPerson(id=number, name=name or f"Person {number}", **told)


def roster(*people: RosterPerson, base: int = 0, version: int = 1, **more: Any) -> RosterPart:
    return RosterPart(base=base, version=version, people=people, **more)
