"""A kiosk's voice at the broker, for tests of the gateway."""

import json
from collections import defaultdict
from collections.abc import Iterable

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from pydantic import BaseModel

from kiosk.protocol.messages import TrackMade, Tracks
from tests.gateway.school import Door

PATIENCE_S = 15


class KioskDouble:
    """Says what the test wants said, and remembers what the gateway answered."""

    def __init__(self, port: int) -> None:
        self.heard: dict[str, list[dict[str, object]]] = defaultdict(list)
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("muster/v1/#", qos=1)
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def say(self, topic: str, message: BaseModel | bytes) -> None:
        payload = message if isinstance(message, bytes) else message.model_dump_json().encode()
        self._client.publish(topic, payload, qos=1).wait_for_publish(PATIENCE_S)

    def tell(self, door: Door, *tracks: TrackMade) -> None:
        body = Tracks(kiosk=door.id, install=door.install, tracks=tracks)
        self.say(f"muster/v1/kiosk/{door.id}/up/tracks", body)

    def tell_at_once(self, told: Iterable[tuple[Door, TrackMade]]) -> None:
        """One message a track, none waiting for the one before it."""
        sent = []
        for door, track in told:
            body = Tracks(kiosk=door.id, install=door.install, tracks=(track,))
            topic = f"muster/v1/kiosk/{door.id}/up/tracks"
            sent.append(self._client.publish(topic, body.model_dump_json().encode(), qos=1))
        for message in sent:
            message.wait_for_publish(PATIENCE_S)

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        if "/up/" not in message.topic:
            self.heard[message.topic].append(json.loads(message.payload))
