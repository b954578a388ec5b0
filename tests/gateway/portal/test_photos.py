from pathlib import Path
from uuid import UUID, uuid4

import pytest
import structlog
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from gateway.attendance.photos import JPEG, keep_photo
from gateway.fleet.options import Options, set_door_options
from gateway.keys import gateway_key
from gateway.portal.cards import digest
from kiosk.protocol.messages import Shown
from kiosk.protocol.sealing import seal
from tests.gateway.portal.school import School, log_in

pytestmark = pytest.mark.django_db

STRANGE = "04DEADBEEF0001"


@pytest.fixture
def school(settings: Settings, tmp_path: Path) -> School:
    """A school that wants stills of taps."""
    settings.PHOTOS = tmp_path
    school = School()
    set_door_options(site_id=school.site.pk, options=Options(photo_on=True))
    return school


def take(school: School, track: UUID, *, public: bytes = b"") -> None:
    sealed = seal(public or gateway_key().public, JPEG + b"a picture", about=track.bytes)
    now = timezone.now()
    keep_photo(kiosk=school.kiosk, track=track, made_at=now, sealed=sealed, now=now)


def address(school: School, track: UUID) -> str:
    return school.page(f"photos/{track}/")


@pytest.mark.covers("QR-04")
def test_staff_see_the_still_of_a_tap_and_the_log_notes_it(school: School) -> None:
    track = school.tap(school.card(0))
    take(school, track)

    with structlog.testing.capture_logs() as lines:
        answer = log_in().get(address(school, track))

    assert (answer.status_code, answer.content) == (200, JPEG + b"a picture")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/jpeg", "no-store")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert [(line["event"], line["track"]) for line in lines] == [("photo_shown", str(track))]


def test_a_stranger_sees_no_still(school: School) -> None:
    track = school.tap(school.card(0))
    take(school, track)

    assert Client().get(address(school, track)).status_code == 302


def test_a_still_there_is_not_is_not_found(school: School) -> None:
    assert log_in().get(address(school, uuid4())).status_code == 404


def test_a_still_sealed_to_another_key_is_not_found(school: School) -> None:
    track = school.tap(school.card(0))
    take(school, track, public=b"\x09" + bytes(31))

    assert log_in().get(address(school, track)).status_code == 404


def test_a_track_with_a_still_offers_it(school: School) -> None:
    photographed = school.tap(school.card(0), minutes_ago=20)
    plain = school.tap(school.card(0), minutes_ago=5)
    take(school, photographed)

    page = log_in().get(school.page(f"people/{school.students[0]}/{school.today}/")).text

    assert address(school, photographed) in page
    assert address(school, plain) not in page


def test_who_held_up_an_unknown_card_can_be_seen_before_it_is_assigned(school: School) -> None:
    tracks = [school.tap(STRANGE, minutes_ago=ago, shown=Shown.UNKNOWN) for ago in (9, 3)]
    for track in tracks:
        take(school, track)

    page = log_in().get(school.page(f"cards/{digest('card', STRANGE)}/")).text

    assert page.index(address(school, tracks[1])) < page.index(address(school, tracks[0]))
