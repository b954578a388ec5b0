"""Stills over a real Mosquitto; the test turns the ingest loop itself."""

import base64
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pytest_django.fixtures import Settings

from gateway.attendance.models import Photo
from gateway.attendance.photos import JPEG, open_photo
from gateway.fleet.options import Options, set_door_options
from gateway.ingest.models import SetAside
from gateway.keys import gateway_key
from kiosk.protocol.messages import PhotoTaken
from kiosk.protocol.sealing import seal
from kiosk.protocol.topics import KioskTopics
from tests.gateway.ingest.test_listener import Scene
from tests.gateway.school import at
from tests.kiosk.neighbours import running_mosquitto

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def scene(tmp_path: Path, settings: Settings) -> Iterator[Scene]:
    settings.PHOTOS = tmp_path / "photos"
    with running_mosquitto(tmp_path) as broker:
        scene = Scene(broker)
        options = Options(photo_on=True, photo_days=3650)
        set_door_options(site_id=scene.school.site.pk, options=options)
        yield scene
        scene.close()


def still(track: UUID, *, kiosk: str = "gate", sealed: str = "") -> PhotoTaken:
    octets = seal(gateway_key().public, JPEG + b"a picture", about=track.bytes)
    return PhotoTaken(
        kiosk=kiosk,
        track=track,
        made_at=at("07:50"),
        sealed=sealed or base64.b64encode(octets).decode(),
    )


def send(scene: Scene, said: PhotoTaken) -> None:
    scene.kiosk.say(KioskTopics(said.kiosk).photos, said)


def kept(scene: Scene) -> list[object]:
    heard = scene.kiosk.heard[KioskTopics("gate").photos_kept]
    return [track for message in heard for track in message["tracks"]]  # type: ignore[attr-defined]  # JSON


@pytest.mark.covers("QR-04")
def test_a_still_is_kept_and_acknowledged(scene: Scene) -> None:
    [mia] = scene.school.pupils(1)
    track = scene.door.sees(mia, "07:50")
    scene.kiosk.tell(scene.door, track)

    send(scene, still(track.id))

    scene.until(lambda: kept(scene) == [str(track.id)])
    assert open_photo(track=track.id, by=1) == JPEG + b"a picture"


def test_a_still_that_cannot_be_read_is_set_aside_without_its_picture(scene: Scene) -> None:
    track = uuid4()

    send(scene, still(track, sealed="AAAAA"))

    scene.until(lambda: kept(scene) == [str(track)])
    aside = SetAside.objects.get()
    assert aside.reason.startswith("sealed: ")
    assert b"AAAAA" not in bytes(aside.payload)
    assert not Photo.objects.exists()


def test_a_still_of_anothers_track_is_set_aside(scene: Scene) -> None:
    yard = scene.school.kiosk("yard")
    [mia] = scene.school.pupils(1)
    track = yard.sees(mia, "07:50")
    scene.kiosk.tell(yard, track)
    scene.until(lambda: bool(scene.kiosk.heard[KioskTopics("yard").upto]))

    send(scene, still(track.id))

    scene.until(lambda: kept(scene) == [str(track.id)])
    assert "is of the kiosk yard" in SetAside.objects.get().reason


def test_a_kiosk_that_nobody_knows_is_to_send_again(scene: Scene) -> None:
    send(scene, still(uuid4(), kiosk="stranger"))

    scene.until(SetAside.objects.exists)
    assert "no kiosk is called stranger" in SetAside.objects.get().reason
    assert scene.kiosk.heard[KioskTopics("stranger").photos_kept] == []


@pytest.mark.fault
def test_a_disk_that_takes_no_still_leaves_it_with_the_kiosk(
    scene: Scene, settings: Settings
) -> None:
    in_the_way = Path(settings.PHOTOS)
    in_the_way.write_text("a file where the folder should be")
    track = uuid4()
    send(scene, still(track))
    send(scene, still(uuid4(), sealed="AAAAA"))
    scene.until(SetAside.objects.exists)
    assert str(track) not in kept(scene)

    in_the_way.unlink()
    send(scene, still(track))

    scene.until(lambda: str(track) in kept(scene))
