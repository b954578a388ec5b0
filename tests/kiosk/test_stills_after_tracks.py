"""A kiosk, a broker and a gateway that takes its time: stills wait for their tracks."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.camera.portrait import portrait
from kiosk.photos import PhotoBox
from kiosk.protocol import topics
from kiosk.protocol.options import PhotoOptions
from kiosk.protocol.sealing import new_key
from kiosk.stills import NAME
from tests.e2e.test_photo_on_scan import Overhearer
from tests.kiosk.made import site_settings
from tests.kiosk.neighbours import SITE, eventually, running_gateway, running_mosquitto
from tests.kiosk.test_assembly import Running, running

pytestmark = pytest.mark.integration

WANTED = site_settings(
    photo=PhotoOptions(on=True), seal_key=b64encode(new_key().public).decode()
)  # fmt: skip


@pytest.fixture
def broker_port(tmp_path: Path) -> Iterator[int]:
    with running_mosquitto(tmp_path) as broker:
        yield broker.port


def wants_stills(kiosk: Running) -> bool:
    eyes = kiosk.kiosk.eyes
    return eyes is not None and NAME in eyes.album._wanted_by


@pytest.mark.covers("QR-04")
def test_no_still_is_sent_before_the_gateway_has_its_track(
    broker_port: int, tmp_path: Path
) -> None:
    with (
        running_gateway(broker_port, confirms=False) as gateway,
        running(tmp_path / "kiosk", broker_port) as kiosk,
    ):
        overheard = Overhearer(broker_port)
        gateway.say(topics.SiteTopics(SITE).settings, WANTED, retain=True)
        eventually(lambda: wants_stills(kiosk))
        kiosk.hardware.camera.show(portrait("before"))
        kiosk.tap(1)
        kiosk.hardware.camera.show(portrait("after"))
        eventually(lambda: PhotoBox(kiosk.settings.data).count() == 1)
        eventually(lambda: gateway.heartbeats[-1].photos == 1)
        before = overheard.spoken()

        gateway.confirm(gateway.messages[0].install, 1)

        eventually(lambda: "photos" in overheard.spoken())
        overheard.close()
        assert set(before) == {"tracks"}
