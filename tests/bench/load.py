"""A process that plays many kiosks over MQTT and notes when each message was acknowledged."""

import json
import statistics
import sys
import time
from collections import deque
from pathlib import Path
from threading import Condition

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

PATIENCE_S = 300.0


class Load:
    """Publishes given messages and listens for `upto` of each kiosk."""

    def __init__(self, port: int, *, username: str, password: str, window: int) -> None:
        self._waiting: dict[str, deque[tuple[int, float]]] = {}
        self._changed = Condition()
        self.latencies: list[float] = []
        self._left = 0
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=username, protocol=MQTTv5)
        self._client.username_pw_set(username, password)
        self._client.max_inflight_messages_set(window)
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._client.subscribe("muster/v1/kiosk/+/down/upto", qos=0)
        time.sleep(0.5)

    def play(self, messages: list[tuple[str, int, bytes]], *, per_second: float) -> float:
        """Publish (topic, last seq, payload), so many a second; seconds until all are confirmed."""
        begun = time.perf_counter()
        self._left = len(messages)
        for place, (topic, last_seq, payload) in enumerate(messages):
            if per_second:
                due = begun + place / per_second
                while (left := due - time.perf_counter()) > 0:
                    time.sleep(left)
            kiosk = topic.split("/")[3]
            with self._changed:
                self._waiting.setdefault(kiosk, deque()).append((last_seq, time.perf_counter()))
            self._client.publish(topic, payload, qos=1)
        with self._changed:
            done = self._changed.wait_for(lambda: self._left == 0, timeout=PATIENCE_S)
        if not done:
            raise AssertionError(f"{self._left} messages were never acknowledged")
        return time.perf_counter() - begun

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        heard = time.perf_counter()
        upto = json.loads(message.payload)["upto"]
        with self._changed:
            held = self._waiting.get(message.topic.split("/")[3])
            while held and held[0][0] <= upto:
                _, sent = held.popleft()
                self.latencies.append(heard - sent)
                self._left -= 1
            self._changed.notify_all()


def main() -> None:
    """Arguments: a JSON file with port, user, password, rate, window and the messages' file."""
    order = json.loads(Path(sys.argv[1]).read_text())
    lines = Path(order["messages"]).read_text().splitlines()
    messages = [(m["topic"], m["seq"], m["payload"].encode()) for m in map(json.loads, lines)]
    load = Load(
        order["port"],
        username=order["username"],
        password=order["password"],
        window=order["window"],
    )
    seconds = load.play(messages, per_second=order["rate"])
    load.close()
    cuts = statistics.quantiles(load.latencies, n=100) if len(messages) > 1 else [0.0] * 99
    answer = {"seconds": seconds, "p50": cuts[49], "p99": cuts[98]}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
