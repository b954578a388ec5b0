"""A tap, its still, and staff who look at it: kiosk, broker and gateway all real."""

import io
import random
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import pytest
from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from PIL import Image
from pytest_django.fixtures import Settings

from drivers.camera.camera import GRAY, Frame
from gateway.attendance.models import Photo, Track
from gateway.attendance.photos import open_photo
from gateway.fleet.models import Kiosk
from gateway.fleet.options import Options, set_door_options
from gateway.ingest.inbox import BrokerAddress, Inbox
from gateway.ingest.listener import Listener
from gateway.people.queries import roster_version
from gateway.people.services import set_credential
from kiosk.jpeg import MOST_OCTETS
from kiosk.protocol.messages import Method
from kiosk.stills import NAME
from kiosk.visit import Outcome
from tests.gateway.school import make_school
from tests.kiosk.neighbours import KIOSK, card_of, eventually, running_mosquitto
from tests.kiosk.test_assembly import Running, running

pytestmark = [pytest.mark.integration, pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

NOISE = Frame(640, 480, GRAY, random.Random(7).randbytes(640 * 480))
"""The picture that is hardest to make small."""


class Overhearer:
    """Notes on which topics kiosks speak, in order."""

    def __init__(self, port: int) -> None:
        self.topics: list[str] = []
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("muster/v1/kiosk/+/up/#", qos=1)
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def spoken(self) -> list[str]:
        """What was said of taps."""
        kinds = (topic.rsplit("/", 1)[-1] for topic in self.topics)
        return [kind for kind in kinds if kind in ("tracks", "photos")]

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self.topics.append(message.topic)


class Door:
    """A kiosk with a camera, and the gateway that hears it, turned by the test."""

    def __init__(self, kiosk: Running, listener: Listener, overheard: Overhearer) -> None:
        self.kiosk = kiosk
        self.overheard = overheard
        self._listener = listener
        self._stop = threading.Event()

    def until(self, look: object) -> None:
        """Let the gateway work until `look` is true."""

        def turned() -> bool:
            self._listener.turn(self._stop)
            return bool(look())  # type: ignore[operator]  # a function of the test

        eventually(turned)

    def wants_stills(self) -> bool:
        eyes = self.kiosk.kiosk.eyes
        return eyes is not None and NAME in eyes.album._wanted_by

    def knows_everybody(self) -> bool:
        return Kiosk.objects.get().roster_version == roster_version()

    def tap(self, number: int) -> Outcome:
        """Somebody stands before the camera and holds up a card."""
        self.kiosk.hardware.camera.show(NOISE)
        outcome = self.kiosk.tap(number)
        self.kiosk.hardware.camera.show(NOISE)
        return outcome


@pytest.fixture
def door(tmp_path: Path, settings: Settings) -> Iterator[Door]:
    settings.PHOTOS = tmp_path / "photos"
    school = make_school()
    school.kiosk(KIOSK)
    set_door_options(site_id=school.site.pk, options=Options(photo_on=True))
    [mia] = school.pupils(1)
    set_credential(person_id=mia.pk, method=Method.CARD, value=card_of(1))
    with ExitStack() as stack:
        broker = stack.enter_context(running_mosquitto(tmp_path))
        inbox = Inbox(BrokerAddress("127.0.0.1", broker.port, "gateway", ""))
        inbox.open()
        stack.callback(inbox.close)
        overheard = Overhearer(broker.port)
        stack.callback(overheard.close)
        kiosk = stack.enter_context(running(tmp_path / "kiosk", broker.port))
        door = Door(kiosk, Listener(inbox), overheard)
        door.until(door.wants_stills)
        door.until(door.knows_everybody)
        yield door


@pytest.mark.covers("QR-04", "DES-05")
def test_a_tap_is_answered_told_and_then_seen_by_staff(door: Door) -> None:
    assert door.tap(1) is Outcome.SIGNED_IN

    door.until(Photo.objects.exists)
    track = Track.objects.get()
    jpeg = open_photo(track=track.pk, by=1)
    picture = Image.open(io.BytesIO(jpeg))
    assert (picture.format, picture.size) == ("JPEG", (480, 360))
    assert len(jpeg) <= MOST_OCTETS
    assert door.overheard.spoken() == ["tracks", "photos"]


@pytest.mark.covers("QR-04")
def test_nobody_can_be_seen_on_what_a_thief_of_the_kiosk_finds(door: Door) -> None:
    door.tap(99)
    folder = door.kiosk.settings.data
    eventually(lambda: list(folder.glob("photos/*.sealed")))

    found = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]

    assert [octets for octets in found if b"\xff\xd8\xff" in octets or b"JFIF" in octets] == []


def test_a_still_leaves_the_kiosk_only_when_the_gateway_has_it(door: Door) -> None:
    door.tap(99)
    kept = door.kiosk.settings.data / "photos"
    [still] = eventually(lambda: list(kept.glob("*.sealed")))

    door.until(Photo.objects.exists)

    door.until(lambda: not still.exists())
    assert still.stem.rsplit("_", 1)[-1] == str(UUID(str(Photo.objects.get().pk)))
