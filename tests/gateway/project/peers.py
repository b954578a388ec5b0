"""A client of a real broker that says what became of each thing it tried."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

PATIENCE = 10.0


class Peer:
    """Connects as one user; every answer of the broker can be waited for."""

    def __init__(self, username: str | None, password: str = "", *, port: int) -> None:
        self.came: queue.Queue[str] = queue.Queue()
        self.gone: queue.Queue[str] = queue.Queue()
        self._welcomes: queue.Queue[str] = queue.Queue()
        self._answers: queue.Queue[str] = queue.Queue()
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        if username is not None:
            self._client.username_pw_set(username, password)
        self._client.on_connect = self._on_connect
        self._client.on_publish = self._on_publish
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self._client.on_disconnect = self._on_disconnect
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self.welcome = self._welcomes.get(timeout=PATIENCE)

    def publish(self, topic: str, payload: str = "{}") -> str:
        """The broker's word on a message."""
        self._client.publish(topic, payload, qos=1)
        return self._answer()

    def subscribe(self, topic: str) -> None:
        """Hear a topic, as far as one may."""
        self._client.subscribe(topic, qos=1)
        self._answer()

    def next_topic(self) -> str:
        """The topic of the next message that came."""
        return self.came.get(timeout=PATIENCE)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _answer(self) -> str:
        return self._answers.get(timeout=PATIENCE)

    def _on_connect(
        self, _: Client, __: Any, ___: Any, code: ReasonCode, ____: Properties | None
    ) -> None:
        self._welcomes.put(str(code))

    def _on_publish(self, _: Client, __: Any, ___: int, code: ReasonCode, ____: Properties) -> None:
        self._answers.put(str(code))

    def _on_subscribe(
        self, _: Client, __: Any, ___: int, codes: list[ReasonCode], ____: Properties
    ) -> None:
        self._answers.put(str(codes[0]))

    def _on_message(self, _: Client, __: Any, message: MQTTMessage) -> None:
        self.came.put(message.topic)

    def _on_disconnect(
        self, _: Client, __: Any, ___: Any, code: ReasonCode, ____: Properties | None
    ) -> None:
        self.gone.put(str(code))


@contextmanager
def connected(username: str | None, password: str = "", *, port: int) -> Iterator[Peer]:
    """A peer that leaves when the block ends."""
    peer = Peer(username, password, port=port)
    try:
        yield peer
    finally:
        peer.close()
