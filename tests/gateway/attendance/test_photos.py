from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pytest_django.fixtures import Settings

from gateway.attendance import photos
from gateway.attendance.errors import NoPhoto, PhotoOfAnother, PhotoUnreadable
from gateway.attendance.models import Photo
from gateway.attendance.queries import day_of
from gateway.attendance.recording import Heard
from gateway.attendance.rules import photo_ages_from
from gateway.attendance.services import record_tracks
from gateway.fleet.models import Kiosk
from gateway.fleet.options import Options, set_door_options
from gateway.keys import gateway_key
from gateway.people.models import Person
from kiosk.protocol.messages import TrackMade
from kiosk.protocol.sealing import new_key, seal
from tests.gateway.school import MONDAY, Door, School, at, make_school

pytestmark = pytest.mark.django_db

PICTURE = photos.JPEG + b"a picture"


@dataclass
class Scene:
    """A school that wants stills, with one student and one kiosk."""

    school: School
    door: Door
    mia: Person
    folder: Path

    @property
    def kiosk(self) -> Kiosk:
        return Kiosk.objects.get(pk=self.door.id)

    def tap(self, clock: str = "08:00") -> TrackMade:
        track = self.door.sees(self.mia, clock)
        heard = Heard(self.door.id, self.school.site.pk, self.door.install, track)
        record_tracks(heard=[heard], now=track.made_at)
        return track

    def take(
        self, track: UUID, *, picture: bytes = PICTURE, clock: str = "08:01", kiosk: str = ""
    ) -> None:
        photos.keep_photo(
            kiosk=Kiosk.objects.get(pk=kiosk or self.door.id),
            track=track,
            made_at=at("08:00"),
            sealed=seal(gateway_key().public, picture, about=track.bytes),
            now=at(clock),
        )

    def purge(self, when: datetime) -> int:
        return photos.purge_photos(site_id=self.school.site.pk, now=when)

    def files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]


@pytest.fixture
def scene(settings: Settings, tmp_path: Path) -> Scene:
    settings.PHOTOS = tmp_path
    school = make_school()
    set_door_options(site_id=school.site.pk, options=Options(photo_on=True))
    [mia] = school.pupils(1)
    return Scene(school, school.kiosk(), mia, tmp_path)


@pytest.mark.covers("QR-04")
def test_a_still_is_opened_for_staff_and_stands_beside_its_track(scene: Scene) -> None:
    track = scene.tap()

    scene.take(track.id)

    assert photos.open_photo(track=track.id, by=1) == PICTURE
    day = day_of(scene.mia.pk, MONDAY)
    assert day is not None
    assert [line.has_photo for line in day.sites[0].tracks] == [True]


def test_a_still_heard_twice_is_kept_once(scene: Scene) -> None:
    track = scene.tap()
    scene.take(track.id)

    scene.take(track.id, picture=photos.JPEG + b"another", clock="08:09")

    assert photos.open_photo(track=track.id, by=1) == PICTURE
    assert len(scene.files()) == Photo.objects.count() == 1


def test_at_rest_a_still_shows_nobody(scene: Scene) -> None:
    scene.take(scene.tap().id)

    [file] = scene.files()

    assert photos.JPEG not in file.read_bytes()
    assert file.parent.stat().st_mode & 0o077 == 0


def test_a_site_that_wants_no_stills_keeps_none(scene: Scene) -> None:
    set_door_options(site_id=scene.school.site.pk, options=Options(photo_on=False))

    scene.take(scene.tap().id)

    assert scene.files() == []
    assert not Photo.objects.exists()


def test_a_still_older_than_the_site_keeps_them_is_let_go(scene: Scene) -> None:
    track = scene.tap()

    photos.keep_photo(
        kiosk=scene.kiosk,
        track=track.id,
        made_at=track.made_at,
        sealed=b"",
        now=track.made_at + timedelta(days=30),
    )

    assert scene.files() == []


@pytest.mark.covers("QR-04")
def test_after_thirty_days_a_still_is_gone(scene: Scene) -> None:
    track = scene.tap("08:00")
    scene.take(track.id)

    assert scene.purge(at("07:59") + timedelta(days=30)) == 0
    assert scene.purge(at("08:00") + timedelta(days=30)) == 1

    assert scene.files() == []
    with pytest.raises(NoPhoto, match="no still of the track"):
        photos.open_photo(track=track.id, by=1)


def test_each_site_keeps_stills_as_long_as_it_says(scene: Scene) -> None:
    scene.take(scene.tap().id)
    options = Options(photo_on=True, photo_days=2)
    set_door_options(site_id=scene.school.site.pk, options=options)

    assert scene.purge(at("09:00") + timedelta(days=2)) == 1


def test_a_still_waits_a_day_for_its_track(scene: Scene) -> None:
    scene.take(uuid4(), clock="08:01")

    assert scene.purge(at("08:00") + timedelta(days=1)) == 0
    assert scene.purge(at("08:01") + timedelta(days=1)) == 1


def test_a_still_that_came_before_its_track_is_shown_when_the_track_is_there(scene: Scene) -> None:
    early = scene.door.sees(scene.mia, "08:00")
    scene.take(early.id)
    with pytest.raises(NoPhoto):
        photos.open_photo(track=early.id, by=1)

    heard = Heard(scene.door.id, scene.school.site.pk, scene.door.install, early)
    record_tracks(heard=[heard], now=at("08:02"))

    assert photos.open_photo(track=early.id, by=1) == PICTURE


def test_a_file_whose_row_was_never_written_goes_with_its_day(scene: Scene) -> None:
    lost = scene.folder / str(scene.school.site.pk) / "2026-10-01" / "lost.sealed"
    lost.parent.mkdir(parents=True)
    lost.write_bytes(b"sealed")

    scene.purge(at("08:00"))

    assert scene.files() == []


def test_no_kiosk_sends_the_still_of_anothers_track(scene: Scene) -> None:
    track = scene.tap()
    scene.school.kiosk("yard")

    with pytest.raises(PhotoOfAnother, match="is of the kiosk gate"):
        scene.take(track.id, kiosk="yard")

    assert scene.files() == []


def test_a_still_sent_ahead_of_anothers_track_is_never_shown(scene: Scene) -> None:
    track = scene.door.sees(scene.mia, "08:00")
    scene.school.kiosk("yard")
    scene.take(track.id, kiosk="yard")
    heard = Heard(scene.door.id, scene.school.site.pk, scene.door.install, track)
    record_tracks(heard=[heard], now=at("08:02"))

    with pytest.raises(NoPhoto):
        photos.open_photo(track=track.id, by=1)


def test_a_still_of_another_site_is_not_found(scene: Scene) -> None:
    track = scene.tap()
    scene.take(track.id)

    with pytest.raises(NoPhoto):
        photos.open_photo(track=track.id, by=1, site_id=scene.school.site.pk + 1)


def test_a_still_whose_file_is_gone_is_not_found(scene: Scene) -> None:
    track = scene.tap()
    scene.take(track.id)
    scene.files()[0].unlink()

    with pytest.raises(NoPhoto, match="not on this machine"):
        photos.open_photo(track=track.id, by=1)


def test_a_still_sealed_to_another_key_says_so(scene: Scene) -> None:
    track = scene.tap()
    photos.keep_photo(
        kiosk=scene.kiosk,
        track=track.id,
        made_at=track.made_at,
        sealed=seal(new_key().public, PICTURE, about=track.id.bytes),
        now=at("08:01"),
    )

    with pytest.raises(PhotoUnreadable, match="another key"):
        photos.open_photo(track=track.id, by=1)


def test_what_is_no_picture_is_not_shown(scene: Scene) -> None:
    track = scene.tap()
    scene.take(track.id, picture=b"<html>")

    with pytest.raises(PhotoUnreadable, match="no JPEG"):
        photos.open_photo(track=track.id, by=1)


@pytest.mark.parametrize(
    ("made", "since"),
    [
        (timedelta(days=-3), timedelta(days=-3)),
        (timedelta(hours=1), timedelta(0)),
        (timedelta(days=-4000), timedelta(0)),
    ],
    ids=["plausible", "ahead of ours", "before it was made"],
)
def test_a_clock_that_was_wrong_does_not_change_how_long_a_still_is_kept(
    made: timedelta, since: timedelta
) -> None:
    received = at("08:00")

    assert photo_ages_from(received + made, received_at=received) == received + since
