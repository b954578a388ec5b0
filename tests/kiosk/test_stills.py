import io
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from uuid import UUID, uuid4

import pytest
import structlog
from PIL import Image

from drivers.camera.camera import GRAY, RGB, Frame, Shot
from drivers.clock.clock import Reading
from kiosk import site
from kiosk.album import Album, Glance
from kiosk.photos import PhotoBox
from kiosk.protocol.messages import Method, SiteSettings
from kiosk.protocol.options import PhotoOptions
from kiosk.protocol.sealing import NotUnsealed, new_key, unseal
from kiosk.stills import MOST_WAITING, NAME, Stills
from kiosk.visit import Answer, Outcome, Sighting
from tests.kiosk.made import BOOT, at, site_settings
from tests.kiosk.neighbours import eventually

KEY = new_key()
PUBLIC = b64encode(KEY.public).decode()
WANTED = site_settings(photo=PhotoOptions(on=True), seal_key=PUBLIC)


class Scene:
    """A worker beside an album that the test fills."""

    def __init__(self, folder: Path, *, spared: int = 0) -> None:
        self.folder = folder
        self.album = Album()
        self.brought = 0
        self.stills = Stills(folder, self.album, bring=self._bring, spared=spared)
        self.box = PhotoBox(folder)
        self._stop = Event()
        self._thread = Thread(target=self.stills.run, args=(self._stop,))

    def start(self, told: SiteSettings | None = None) -> None:
        self.tell(told or WANTED)
        self.turn()

    def turn(self) -> None:
        self._thread.start()

    def tell(self, told: SiteSettings) -> None:
        database = site.open_site(self.folder)
        site.take_settings(database, told)
        database.close()
        self.stills.settings_changed()

    def wants_colour(self) -> bool:
        return NAME in self.album._wanted_by

    def see(self, uptime: float, red: int = 100) -> None:
        """The camera gives a picture in one colour."""
        colour = Frame(8, 8, RGB, bytes((red, 0, 0)) * 64)
        gray = Frame(8, 8, GRAY, bytes(64))
        self.album.add(Glance(timedelta(seconds=uptime), Shot(gray, colour)))

    def tap(
        self, uptime: float, outcome: Outcome = Outcome.SIGNED_IN, *, track: UUID | None = None
    ) -> UUID:
        track = track or uuid4()
        reading = Reading(at("08:00"), BOOT, timedelta(seconds=uptime), trusted=True)
        answer = Answer(outcome, at("08:00"), seq=1, track=track)
        self.stills.took(Sighting(Method.CARD, "04A2B1C9", reading), answer)
        return track

    def close(self) -> None:
        self._stop.set()
        self.stills.wake()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _bring(self) -> None:
        self.brought += 1


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.close()


def red_of(scene: Scene, track: UUID) -> int:
    """How red the kept still is, opened with the gateway's key."""
    still = scene.box.oldest()
    assert still is not None
    octets = unseal(KEY, still.sealed, about=track.bytes)
    pixel = Image.open(io.BytesIO(octets)).getpixel((4, 4))
    assert isinstance(pixel, tuple)
    return int(pixel[0])


@pytest.mark.covers("QR-04")
def test_the_picture_nearest_to_the_tap_is_kept_for_the_gateway_alone(scene: Scene) -> None:
    scene.start()
    eventually(scene.wants_colour)
    for uptime, red in ((9.0, 30), (9.9, 100), (10.4, 200)):
        scene.see(uptime, red)

    track = scene.tap(10.0)

    eventually(lambda: scene.brought == 1)
    assert abs(red_of(scene, track) - 100) < 8


def test_a_picture_made_after_the_tap_is_waited_for(scene: Scene) -> None:
    scene.start()
    eventually(scene.wants_colour)
    scene.see(9.2, 30)
    track = scene.tap(10.0)

    scene.see(10.1, 200)

    eventually(lambda: scene.brought == 1)
    assert abs(red_of(scene, track) - 200) < 8


def test_who_was_not_known_is_kept_too(scene: Scene) -> None:
    scene.start()
    eventually(scene.wants_colour)
    scene.see(10.1)

    track = scene.tap(10.0, Outcome.UNKNOWN)

    eventually(lambda: scene.brought == 1)
    assert (kept := scene.box.oldest()) is not None
    assert (kept.track, kept.made_at) == (track, at("08:00"))


@pytest.mark.covers("DES-05")
def test_nobody_can_be_seen_on_a_stolen_card(scene: Scene) -> None:
    scene.start()
    eventually(scene.wants_colour)
    scene.see(10.1)
    track = scene.tap(10.0)
    eventually(lambda: scene.brought == 1)

    everything = [path.read_bytes() for path in scene.folder.rglob("*") if path.is_file()]

    assert [octets for octets in everything if b"\xff\xd8\xff" in octets or b"JFIF" in octets] == []
    still = scene.box.oldest()
    assert still is not None
    with pytest.raises(NotUnsealed):
        unseal(new_key(), still.sealed, about=track.bytes)


@pytest.mark.parametrize(
    "told",
    [
        site_settings(seal_key=PUBLIC),
        site_settings(photo=PhotoOptions(on=True)),
    ],
    ids=["not wanted", "no key to seal to"],
)
def test_nothing_is_kept_unless_it_is_wanted_and_can_be_sealed(
    scene: Scene, told: SiteSettings
) -> None:
    scene.start(told)
    scene.see(10.1)
    scene.tap(10.0)

    scene.close()

    assert scene.box.count() == 0
    assert not scene.wants_colour()


def test_stills_end_as_soon_as_the_site_switches_them_off(scene: Scene) -> None:
    scene.start()
    eventually(scene.wants_colour)

    scene.tell(site_settings(seal_key=PUBLIC))

    eventually(lambda: not scene.wants_colour())


def test_without_a_picture_near_enough_there_is_no_still(scene: Scene) -> None:
    scene.start()
    eventually(scene.wants_colour)
    scene.see(12.0)
    scene.tap(10.0)
    scene.tap(12.0)

    eventually(lambda: scene.brought == 1)

    assert scene.box.count() == 1


def test_a_key_that_is_none_drops_the_still_and_goes_on(scene: Scene) -> None:
    scene.start(site_settings(photo=PhotoOptions(on=True), seal_key="AAAA"))
    eventually(scene.wants_colour)
    scene.see(10.1)
    scene.tap(10.0)
    scene.tell(WANTED)

    scene.tap(10.2)

    eventually(lambda: scene.brought == 1)


@pytest.mark.fault
def test_a_disk_that_takes_nothing_drops_the_still_and_goes_on(scene: Scene) -> None:
    scene.start()
    eventually(scene.wants_colour)
    scene.see(10.1)
    track = UUID(int=5)
    (scene.folder / "photos" / f"{track}.new").mkdir()
    scene.tap(10.0, track=track)

    scene.tap(10.2)

    eventually(lambda: scene.brought == 1)
    assert scene.box.count() == 1


@pytest.mark.covers("QR-04")
def test_a_short_disk_keeps_its_room_for_tracks(tmp_path: Path) -> None:
    scene = Scene(tmp_path, spared=2**63)
    scene.start()
    eventually(scene.wants_colour)
    scene.see(10.1)
    with structlog.testing.capture_logs() as lines:
        scene.tap(10.0)
        eventually(lambda: lines)
    scene.close()

    assert [(line["event"], line["reason"]) for line in lines] == [
        ("still_dropped", "the disk is short")
    ]
    assert (scene.box.count(), scene.brought) == (0, 0)


@pytest.mark.fault
def test_a_site_file_that_cannot_be_read_is_read_when_it_can(scene: Scene) -> None:
    scene.turn()

    scene.tell(WANTED)

    eventually(scene.wants_colour)


def test_a_rush_never_waits_and_leaves_out_what_is_long_gone(scene: Scene) -> None:
    for second in range(MOST_WAITING + 30):
        scene.tap(float(second))

    assert scene.stills._heard.qsize() == MOST_WAITING
