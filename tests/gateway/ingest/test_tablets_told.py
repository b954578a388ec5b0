"""What the kiosks of a site hear of a tablet's tap, over a real Mosquitto."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.attendance.models import Track
from gateway.fleet import tablets as fleet
from gateway.fleet.models import Tablet
from gateway.ingest.tablets import Outcome, scanned, tap
from gateway.people.services import set_credential
from kiosk.protocol.messages import Method
from tests.gateway.ingest.test_listener import Scene
from tests.kiosk.neighbours import running_mosquitto

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with running_mosquitto(tmp_path) as broker:
        scene = Scene(broker)
        yield scene
        scene.close()


@pytest.mark.covers("BEY-14", "DES-03")
def test_the_kiosks_of_the_site_hear_of_a_tap_at_a_tablet(scene: Scene) -> None:
    [mia] = scene.school.pupils(1)
    set_credential(person_id=mia.pk, method=Method.QR, value="M-1-17")
    kiosk_id = fleet.add_tablet(site_id=scene.school.site.pk, name="Reception")
    tablet = Tablet.objects.select_related("kiosk__site").get(pk=kiosk_id)
    now = datetime.now(UTC)

    assert tap(tablet, scanned("M-1-17", now=now), now=now).outcome is Outcome.SIGNED_IN

    told = str(Track.objects.get().pk)
    scene.until(lambda: told in scene.site_tracks("muster/v1/site/main/down/tracks"))
