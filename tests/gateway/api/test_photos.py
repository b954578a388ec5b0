from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from gateway.attendance.photos import JPEG, keep_photo
from gateway.attendance.recording import Heard
from gateway.attendance.services import record_tracks
from gateway.fleet.models import Kiosk
from gateway.fleet.options import Options, set_door_options
from gateway.keys import gateway_key
from kiosk.protocol.sealing import seal
from tests.gateway.api.conftest import Answer, Api
from tests.gateway.school import make_school

pytestmark = pytest.mark.django_db


def photographed() -> UUID:
    """A tap of which there is a still."""
    school = make_school()
    set_door_options(site_id=school.site.pk, options=Options(photo_on=True, photo_days=3650))
    [mia], door = school.pupils(1), school.kiosk()
    track = door.sees(mia, "08:00")
    now = max(timezone.now(), track.made_at)
    heard = Heard(door.id, school.site.pk, door.install, track)
    record_tracks(heard=[heard], now=now)
    keep_photo(
        kiosk=Kiosk.objects.get(pk=door.id),
        track=track.id,
        made_at=track.made_at,
        sealed=seal(gateway_key().public, JPEG + b"a picture", about=track.id.bytes),
        now=now,
    )
    return track.id


@pytest.mark.covers("QR-04")
def test_a_program_of_the_school_gets_the_still_of_a_track(
    api: Api, settings: Settings, tmp_path: Path
) -> None:
    settings.PHOTOS = tmp_path
    track = photographed()

    answer = api.client.get(
        f"/api/v1/tracks/{track}/photo", headers={"Authorization": f"Bearer {api.token}"}
    )

    assert (answer.status_code, answer.content) == (200, JPEG + b"a picture")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/jpeg", "no-store")


def test_a_track_without_a_still_is_answered_in_words(api: Api) -> None:
    track = uuid4()

    answer = api.get(f"/tracks/{track}/photo")

    told = {"error": "no_photo", "message": f"no still of the track {track} is kept"}
    assert answer == Answer(404, told)
