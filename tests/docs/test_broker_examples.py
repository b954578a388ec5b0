"""The examples for an external broker, tried on a real Mosquitto."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.project.peers import connected
from tests.kiosk.neighbours import Mosquitto

CONFIG = Path(__file__).parents[2] / "config" / "broker"
REFUSED, TAKEN = "Not authorized", "No matching subscribers"

pytestmark = pytest.mark.integration


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """The example's listener for passwords, with its rights, on a free port."""
    passwords, rights = tmp_path / "passwords", tmp_path / "rights"
    rights.write_text((CONFIG / "rights.example").read_text())
    passwords.touch(mode=0o644)
    for name in ("gateway", "front-door", "gym"):
        subprocess.run(["mosquitto_passwd", "-b", str(passwords), name, "secret"], check=True)
    tmp_path.chmod(0o755)
    broker = Mosquitto(tmp_path)
    example = (CONFIG / "mosquitto.example.conf").read_text()
    ours = example[example.index("listener 1883") :]
    ours = ours.replace("listener 1883", f"listener {broker.port}")
    ours = ours.replace("/etc/mosquitto/muster.passwords", str(passwords))
    ours = ours.replace("/etc/mosquitto/muster.rights", str(rights))
    (tmp_path / "mosquitto.conf").write_text(f"user root\nper_listener_settings true\n{ours}")
    broker.start()
    yield broker
    broker.stop()


def test_a_kiosk_writes_for_itself_alone(broker: Mosquitto) -> None:
    with connected("front-door", "secret", port=broker.port) as kiosk:
        own = kiosk.publish("muster/v1/kiosk/front-door/up/tracks")
        foreign = kiosk.publish("muster/v1/kiosk/gym/up/tracks")
        deeper = kiosk.publish("muster/v1/kiosk/front-door/up/tracks/more")

    assert (own, foreign, deeper) == (TAKEN, REFUSED, REFUSED)


def test_a_kiosk_hears_its_own_site_and_no_other(broker: Mosquitto) -> None:
    with (
        connected("front-door", "secret", port=broker.port) as inside,
        connected("gateway", "secret", port=broker.port) as gateway,
    ):
        inside.subscribe("muster/v1/#")
        for topic in ("site/park/down/tracks", "kiosk/gym/down/upto", "site/main/down/tracks"):
            gateway.publish(f"muster/v1/{topic}")

        assert inside.next_topic() == "muster/v1/site/main/down/tracks"


def test_a_kiosk_without_a_site_line_hears_no_names(broker: Mosquitto) -> None:
    with (
        connected("gym", "secret", port=broker.port) as gym,
        connected("gateway", "secret", port=broker.port) as gateway,
    ):
        gym.subscribe("muster/v1/#")
        for topic in ("site/main/down/tracks", "kiosk/gym/down/upto"):
            gateway.publish(f"muster/v1/{topic}")

        assert gym.next_topic() == "muster/v1/kiosk/gym/down/upto"
