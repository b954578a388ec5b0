"""The ingest role beside a real Mosquitto; the test turns the loop itself."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.attendance.models import Track
from gateway.attendance.services import resolve_unknown
from gateway.fleet.models import Kiosk
from gateway.ingest.inbox import BrokerAddress, Inbox
from gateway.ingest.listener import Listener
from gateway.ingest.models import SetAside
from gateway.people.services import block_credential, set_credential
from kiosk.protocol.messages import KioskState, Method, Shown
from kiosk.protocol.topics import GATEWAY_STATE
from tests.gateway.ingest.kiosk_double import PATIENCE_S, KioskDouble
from tests.gateway.school import Door, School, card_of, make_school
from tests.kiosk.neighbours import Mosquitto, running_mosquitto

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]


class Scene:
    """A school, its broker, a gateway that is turned by hand, and a kiosk's voice."""

    def __init__(self, broker: Mosquitto) -> None:
        self.broker = broker
        self.school: School = make_school()
        self.door = self.school.kiosk("gate")
        self.inbox = Inbox(BrokerAddress("127.0.0.1", broker.port, "gateway", ""))
        self.stop = threading.Event()
        self.listener = Listener(self.inbox)
        self.inbox.open()
        self.kiosk = KioskDouble(broker.port)
        self.until(lambda: self.inbox.is_connected)

    def close(self) -> None:
        self.kiosk.close()
        self.inbox.close()

    def until(self, look: object) -> None:
        """Turn the loop until `look` is true."""
        deadline = time.monotonic() + PATIENCE_S
        while not look():  # type: ignore[operator]  # a function of the test
            assert time.monotonic() < deadline, "it did not happen"
            self.listener.turn(self.stop)

    def uptos(self) -> list[object]:
        return [m["upto"] for m in self.kiosk.heard[f"muster/v1/kiosk/{self.door.id}/down/upto"]]

    def gateway_states(self) -> list[object]:
        return [m["online"] for m in self.kiosk.heard[GATEWAY_STATE]]

    def site_tracks(self, topic: str) -> list[object]:
        return [t["id"] for m in self.kiosk.heard[topic] for t in m["tracks"]]  # type: ignore[attr-defined]  # JSON


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with running_mosquitto(tmp_path) as broker:
        scene = Scene(broker)
        yield scene
        scene.close()


@pytest.mark.covers("DES-03")
def test_a_track_is_acknowledged_and_told_to_the_site(scene: Scene) -> None:
    [mia] = scene.school.pupils(1)
    track = scene.door.sees(mia, "07:50")

    scene.kiosk.tell(scene.door, track)

    scene.until(lambda: scene.uptos() == [1])
    scene.until(lambda: scene.site_tracks("muster/v1/site/main/down/tracks") == [str(track.id)])
    assert Track.objects.get().person == mia


def test_rubbish_is_set_aside_and_what_follows_is_kept(scene: Scene) -> None:
    [mia] = scene.school.pupils(1)
    scene.kiosk.say("muster/v1/kiosk/gate/up/tracks", b"\xffrubbish")
    scene.kiosk.say("muster/v1/kiosk/gate/up/heartbeat", b"{}")
    scene.kiosk.tell(scene.door, scene.door.sees(mia, "07:50"))

    scene.until(lambda: scene.uptos() == [1])

    assert SetAside.objects.count() == 2


def test_a_heartbeat_is_answered_with_upto_roster_and_what_was_missed(scene: Scene) -> None:
    [mia] = scene.school.pupils(1)
    scene.kiosk.tell(scene.door, scene.door.sees(mia, "07:50"))
    scene.until(lambda: scene.uptos() == [1])

    scene.kiosk.say("muster/v1/kiosk/gate/up/heartbeat", scene.door.beats("07:51"))

    scene.until(lambda: scene.uptos() == [1, 1])
    scene.until(lambda: bool(scene.kiosk.heard["muster/v1/kiosk/gate/down/roster"]))
    [part] = scene.kiosk.heard["muster/v1/kiosk/gate/down/roster"]
    assert part["base"] == 0
    assert [person["id"] for person in part["people"]] == [mia.pk]  # type: ignore[attr-defined]  # JSON
    scene.until(lambda: bool(scene.kiosk.heard["muster/v1/kiosk/gate/down/tracks"]))


def test_a_heartbeat_of_a_kiosk_nobody_knows_is_set_aside(scene: Scene) -> None:
    stranger = Door("stranger")

    scene.kiosk.say("muster/v1/kiosk/stranger/up/heartbeat", stranger.beats("08:00"))

    scene.until(SetAside.objects.exists)
    assert "no kiosk is called stranger" in SetAside.objects.get().reason


def test_a_kiosk_hears_of_a_blocked_card_without_asking(scene: Scene) -> None:
    [mia] = scene.school.pupils(1)
    scene.kiosk.say("muster/v1/kiosk/gate/up/heartbeat", scene.door.beats("08:00"))
    parts = scene.kiosk.heard["muster/v1/kiosk/gate/down/roster"]
    scene.until(lambda: len(parts) == 1)

    block_credential(
        method=Method.CARD, value=card_of(mia), because="lost", now=scene.listener._clock()
    )

    scene.until(lambda: len(parts) == 2)
    assert parts[1]["blocked"] == [{"method": "card", "value": card_of(mia)}]


def test_a_track_resolved_later_is_told_to_the_site(scene: Scene) -> None:
    [mia] = scene.school.pupils(1)
    track = scene.door.sees(None, "07:50", card="04A2B1C9", shown=Shown.UNKNOWN)
    scene.kiosk.tell(scene.door, track)
    scene.until(lambda: scene.uptos() == [1])

    set_credential(person_id=mia.pk, method=Method.CARD, value="04A2B1C9")
    resolve_unknown(method="card", value="04A2B1C9", now=scene.listener._clock())

    scene.until(lambda: scene.site_tracks("muster/v1/site/main/down/tracks") == [str(track.id)])


def test_the_sites_settings_are_kept_at_the_broker(scene: Scene) -> None:
    scene.until(lambda: bool(scene.kiosk.heard["muster/v1/site/main/down/settings"]))

    [settings] = scene.kiosk.heard["muster/v1/site/main/down/settings"]
    assert settings["zone"] == "Europe/London"
    assert settings["repeat_window_s"] == 60


def test_the_brokers_word_of_a_lost_kiosk_is_kept(scene: Scene) -> None:
    for online in (True, False):
        state = KioskState(kiosk="gate", online=online)
        scene.kiosk.say("muster/v1/kiosk/gate/up/state", state)
        scene.until(lambda said=online: Kiosk.objects.get().online is said)


def test_kiosks_hear_that_the_gateway_takes_tracks_and_when_it_leaves(scene: Scene) -> None:
    states = scene.kiosk.heard["muster/v1/gateway/down/state"]
    scene.until(lambda: len(states) >= 1)
    assert states[0]["online"] is True

    scene.inbox.close()

    scene.until(lambda: states[-1]["online"] is False)


def test_kiosks_hear_that_tracks_are_taken_while_one_process_is_left(scene: Scene) -> None:
    other = Inbox(BrokerAddress("127.0.0.1", scene.broker.port, "gateway", ""))
    other.open()
    scene.until(lambda: other.is_connected)

    other.close()

    scene.until(lambda: False in scene.gateway_states())
    scene.until(lambda: scene.gateway_states()[-1] is True)
