"""The MQTT client: connects, reconnects, and only queues what it hears."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

import structlog
from paho.mqtt.client import (
    Client,
    ConnectFlags,
    DisconnectFlags,
    MQTTMessage,
    MQTTv5,
)
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from kiosk import supervised
from kiosk.protocol import topics
from kiosk.protocol.messages import KioskState
from kiosk.settings import KioskSettings

log = structlog.get_logger()

KEEPALIVE_S = 15
FIRST_PAUSES_S = (1, 2)
LONGEST_PAUSES_S = (4, 7)
"""Of each range a kiosk takes one by chance, so that many do not come back in step."""

REFUSED = 128
"""From this reason code on, the broker refused."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The line is up and the subscriptions are asked for."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The line is down."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message came."""

    topic: str
    payload: bytes


BrokerEvent = Connected | Disconnected | Heard


class BrokerLine:
    """The kiosk's connection to the broker. Events go to `put`, which must not block.

    `trouble` is what the broker last refused, or why it is away; empty while all is well.
    """

    def __init__(self, settings: KioskSettings, *, put: Callable[[BrokerEvent], None]) -> None:
        self._settings = settings
        self._put = put
        self._topics = topics.KioskTopics(settings.kiosk)
        self._is_away = False
        self.trouble = ""
        self._client = self._make_client()

    def start(self, stop: Event) -> None:
        """Connect in the background, and keep connecting."""
        supervised.start("broker", self._stay_connected, stop=stop)

    def publish(self, topic: str, payload: str, *, retain: bool = False) -> None:
        """Hand a message to the client; it goes out with QoS 1 while the line is up."""
        self._client.publish(topic, payload, qos=1, retain=retain)

    def listen(self) -> None:
        """Subscribe, also once more: what is retained is then told again."""
        own, shared = self._topics, topics.SiteTopics(self._settings.site)
        filters = (own.all_down, shared.all_down, topics.GATEWAY_STATE)
        self._client.subscribe([(each, 1) for each in filters])

    def leave(self) -> None:
        """Say goodbye and let the line go."""
        self._say_online(online=False)
        self._client.disconnect()

    def _make_client(self) -> Client:
        own, broker = self._settings.kiosk, self._settings.broker
        client = Client(CallbackAPIVersion.VERSION2, client_id=own, protocol=MQTTv5)
        client.username_pw_set(own, broker.secret())
        if broker.tls:
            tls = broker.tls
            client.tls_set(
                ca_certs=str(tls.ca),
                certfile=str(tls.certificate) if tls.certificate else None,
                keyfile=str(tls.key) if tls.key else None,
            )
        gone = KioskState(kiosk=own, online=False).model_dump_json()
        client.will_set(self._topics.state, gone, qos=1, retain=True)
        chance = random.SystemRandom()
        client.reconnect_delay_set(
            min_delay=chance.randint(*FIRST_PAUSES_S), max_delay=chance.randint(*LONGEST_PAUSES_S)
        )
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        return client

    def _stay_connected(self) -> None:
        broker = self._settings.broker
        self._client.connect_async(
            broker.host, broker.port, keepalive=KEEPALIVE_S, clean_start=True
        )
        self._client.loop_forever(retry_first_connection=True)

    def _on_connect(
        self, _: Client, __: object, ___: ConnectFlags, code: ReasonCode, ____: Properties | None
    ) -> None:
        if code.is_failure:
            self.trouble = str(code)
            log.error("broker_refuses", reason=self.trouble)
            return
        self._is_away, self.trouble = False, ""
        log.info("broker_connected")
        self.listen()
        self._say_online(online=True)
        self._put(Connected())

    def _on_connect_fail(self, _: Client, __: object) -> None:
        self._say_away("cannot be reached")

    def _on_disconnect(
        self, _: Client, __: object, ___: DisconnectFlags, code: ReasonCode, ____: Properties | None
    ) -> None:
        self._say_away(str(code))
        self._put(Disconnected())

    def _on_message(self, _: Client, __: object, message: MQTTMessage) -> None:
        self._put(Heard(message.topic, bytes(message.payload)))

    def _on_publish(
        self, _: Client, __: object, mid: int, code: ReasonCode, ___: Properties | None
    ) -> None:
        if code.value >= REFUSED:
            self.trouble = str(code)
            log.error("broker_refused_message", reason=self.trouble, mid=mid)

    def _on_subscribe(
        self, _: Client, __: object, mid: int, codes: list[ReasonCode], ___: Properties | None
    ) -> None:
        for code in codes:
            if code.value >= REFUSED:
                log.error("broker_refused_subscription", reason=str(code), mid=mid)

    def _say_online(self, *, online: bool) -> None:
        state = KioskState(kiosk=self._settings.kiosk, online=online)
        self.publish(self._topics.state, state.model_dump_json(), retain=True)

    def _say_away(self, reason: str) -> None:
        if not self._is_away:
            self._is_away = True
            self.trouble = self.trouble or reason
            log.warning("broker_away", reason=reason)
