"""The connection to the broker: messages in by a bounded window, messages out without waiting."""

import threading
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from uuid import UUID, uuid4

import structlog
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import ValidationError

from gateway.ingest.parsing import Arrived
from kiosk.protocol.messages import GatewayState
from kiosk.protocol.topics import (
    ALL_HEARTBEATS,
    ALL_PHOTOS,
    ALL_REMARKS,
    ALL_STATES,
    ALL_TRACKS,
    GATEWAY_STATE,
)

log = structlog.get_logger()

WINDOW = 400
"""Messages the broker may hand over before we have committed them."""
SHARED = "$share/ingest/"
KEEPALIVE_S = 20


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker is and who we are there."""

    host: str
    port: int
    username: str
    password: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message not yet acknowledged to the broker; `connection` is the one it came by."""

    arrived: Arrived
    mid: int
    qos: int
    connection: int


class Inbox:
    """Receives by shared subscription, so that several processes may stand side by side.

    A message is acknowledged to the broker only by `acknowledge`, so one that a killed
    process held is handed to the next. Callbacks only enqueue; nothing here touches the
    store.
    """

    def __init__(self, address: BrokerAddress, *, run: UUID | None = None) -> None:
        self._run = run or uuid4()
        self._letters: SimpleQueue[Letter] = SimpleQueue()
        self._connection = 0
        self._connected = threading.Event()
        self._fresh = threading.Event()
        self._address = address
        self._client = self._new_client()

    def open(self) -> None:
        """Connect, and go on trying until the broker is there."""
        self._client.connect_async(
            self._address.host, self._address.port, KEEPALIVE_S, properties=_window()
        )
        self._client.loop_start()

    def close(self) -> None:
        """Tell kiosks that nobody takes their tracks now, and leave."""
        if self.is_connected:
            self._announce(online=False)
        self._connected.clear()
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def is_connected(self) -> bool:
        """Whether the broker knows us at this moment."""
        return self._connected.is_set()

    def take_reconnected(self) -> bool:
        """Whether there was a new connection since this was last asked."""
        was_new = self._fresh.is_set()
        self._fresh.clear()
        return was_new

    def next(self, timeout: float) -> Letter | None:
        """The next message; None when none came within `timeout` seconds, at once for 0."""
        try:
            return self._letters.get(timeout=timeout) if timeout else self._letters.get_nowait()
        except Empty:
            return None

    def acknowledge(self, letter: Letter) -> None:
        """The broker may forget this message; one of an earlier connection comes again anyway."""
        if letter.connection == self._connection:
            self._client.ack(letter.mid, letter.qos)

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:  # noqa: FBT001 - paho's order
        """Hand a message to the broker; while it is away, what is said now is said again later."""
        if self.is_connected:
            self._client.publish(topic, payload, qos=1, retain=retain)

    def _new_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"{self._address.username}-{self._run.hex[:12]}",
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
        )
        client.username_pw_set(self._address.username, self._address.password)
        client.max_inflight_messages_set(WINDOW)
        client.reconnect_delay_set(1, 2)
        client.will_set(GATEWAY_STATE, self._state(online=False), qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_subscribe = self._on_subscribe
        return client

    def _on_connect(
        self,
        client: mqtt.Client,
        _userdata: object,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            log.error("broker_refused", reason=str(reason))
            return
        self._connection += 1
        shared = [
            (SHARED + topic, 1) for topic in (ALL_TRACKS, ALL_HEARTBEATS, ALL_REMARKS, ALL_PHOTOS)
        ]
        client.subscribe([*shared, (ALL_STATES, 1), (GATEWAY_STATE, 0)])

    def _on_subscribe(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            log.error("broker_refused_subscription", reasons=[str(reason) for reason in reasons])
            return
        self._connected.set()
        self._fresh.set()
        self._announce(online=True)
        log.info("broker_connected")

    def _on_disconnect(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if self.is_connected:
            log.warning("broker_away", reason=str(reason))
        self._connected.clear()

    def _on_message(
        self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage
    ) -> None:
        if message.topic == GATEWAY_STATE:
            self._answer_for_the_gateway(message)
            return
        arrived = Arrived(message.topic, bytes(message.payload))
        self._letters.put(Letter(arrived, message.mid, message.qos, self._connection))

    def _answer_for_the_gateway(self, message: mqtt.MQTTMessage) -> None:
        """While one of us works, the gateway takes tracks, whoever else has left or died.

        The word of one that died comes when the broker notices, maybe after the next is up.
        """
        own = (self._state(online=False), self._state(online=True))
        state = bytes(message.payload)
        if self.is_connected and state not in own and not _online(state):
            self._announce(online=True)

    def _announce(self, *, online: bool) -> None:
        self._client.publish(GATEWAY_STATE, self._state(online=online), qos=1, retain=True)

    def _state(self, *, online: bool) -> bytes:
        return GatewayState(run=self._run, online=online).model_dump_json().encode()


def _online(state: bytes) -> bool:
    try:
        return GatewayState.model_validate_json(state).online
    except ValidationError:
        return False


def _window() -> Properties:
    """Let the broker keep no more than a window of messages under way to us."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho is half typed
    properties.ReceiveMaximum = WINDOW
    return properties
