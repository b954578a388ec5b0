"""The touch screen of a running kiosk, as its site's settings have it."""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.protocol import topics
from kiosk.protocol.lateness import Rounding
from kiosk.protocol.messages import Credential, LatePeriod, Method
from kiosk.protocol.options import FallbackOptions
from kiosk.protocol.pins import pin_value
from kiosk.protocol.remarks import LateReason
from kiosk.remarks import RemarkBook
from tests.kiosk.made import site_settings
from tests.kiosk.neighbours import (
    SITE,
    GatewayDouble,
    KioskProcess,
    card_of,
    eventually,
    person,
    roster,
    running_gateway,
    running_mosquitto,
)

pytestmark = pytest.mark.integration

KEY, PIN = b"k" * 32, "481920"
MIA = person(1, "Mia K.", credentials=(Credential(method=Method.PIN, value=pin_value(PIN, KEY)),))
FALLBACK = FallbackOptions(pin=True, names=True, pin_key=b64encode(KEY).decode())


class TouchKiosk:
    """A kiosk with a touch screen, and the gateway that tells it what to offer."""

    def __init__(self, kiosk: KioskProcess, gateway: GatewayDouble) -> None:
        self.kiosk = kiosk
        self.gateway = gateway

    def settle(self, **options: object) -> None:
        """Say the settings, with everybody late since an hour, and wait until they hold."""
        now = datetime.now(UTC)
        began = now - timedelta(hours=1)
        late = LatePeriod(
            day=now.date(),
            year_groups=(7,),
            late_after=began,
            minutes_from=began,
            rounding=Rounding.FLOOR,
        )
        told = site_settings(zone="Asia/Tokyo", day_starts="09:00", late_periods=(late,), **options)
        self.gateway.say(topics.SiteTopics(SITE).settings, told, retain=True)
        eventually(lambda: self.kiosk.picture()["zone"] == "Asia/Tokyo")

    def post(self, path: str, **body: str) -> int:
        return self.kiosk.post(path, json.dumps(body))

    def result(self) -> dict[str, object]:
        told: dict[str, object] = eventually(lambda: self.kiosk.picture()["result"])
        return told

    def methods(self) -> list[Method]:
        return [track.method for track in self.gateway.tracks.values()]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[TouchKiosk]:
    with running_mosquitto(tmp_path) as broker, running_gateway(broker.port) as gateway:
        kiosk = KioskProcess(tmp_path, broker_port=broker.port)
        kiosk.config.write_text(kiosk.config.read_text() + "touch = true\n")
        kiosk.start()
        try:
            eventually(lambda: gateway.heartbeats)
            gateway.say_roster(roster(MIA, person(2, "Ben Y.")))
            eventually(lambda: gateway.heartbeats[-1].roster_version == 1)
            yield TouchKiosk(kiosk, gateway)
        finally:
            kiosk.kill()


def test_a_pin_becomes_a_track_like_any_other(door: TouchKiosk) -> None:
    door.settle(fallback=FALLBACK)

    assert door.post("/pin", pin=PIN) == 202

    assert door.result()["who"] == "Mia K."
    eventually(lambda: door.methods() == [Method.PIN])
    assert PIN not in str(door.gateway.tracks)


def test_a_chosen_name_becomes_a_track_like_any_other(door: TouchKiosk) -> None:
    door.settle(fallback=FALLBACK)

    assert door.post("/name", person="2") == 202

    assert door.result()["who"] == "Ben Y."
    eventually(lambda: door.methods() == [Method.NAME])


@pytest.mark.fault
def test_until_it_is_switched_on_nothing_is_taken(door: TouchKiosk) -> None:
    door.settle()

    answers = [door.post("/pin", pin=PIN), door.post("/name", person="2")]
    answers.append(door.kiosk.get("/names?letters=mia"))

    assert answers == [400, 400, 400]
    assert door.kiosk.picture()["touch"] is None


@pytest.mark.fault
def test_another_page_can_touch_nothing(door: TouchKiosk) -> None:
    door.settle(fallback=FALLBACK)
    body = json.dumps({"pin": PIN})

    assert door.kiosk.post("/pin", body, Origin="http://evil.example") == 403
    assert door.methods() == []


@pytest.mark.covers("BEY-01")
def test_a_reason_is_on_the_disk_and_on_its_way_once_it_is_thanked_for(door: TouchKiosk) -> None:
    door.settle(fallback=FALLBACK, ask_late_reason=True)
    door.post("/name", person="1")
    result = door.result()

    assert door.post("/reason", number=str(result["number"]), reason="transport") == 202

    (kept,) = RemarkBook(door.kiosk.folder).oldest()
    assert kept.kind == "late_reason"
    assert kept.reason is LateReason.TRANSPORT
    assert door.result()["thanks"] == "Thank you · Bus or train"
    eventually(lambda: door.gateway.heartbeats[-1].remarks == 1)


def test_where_no_names_may_be_shown_the_stream_has_none(door: TouchKiosk) -> None:
    door.settle(show_names=False, fallback=FALLBACK)

    door.post("/pin", pin=PIN)

    assert door.result()["who"] == ""
    assert "Mia" not in json.dumps(door.kiosk.picture())
    assert door.kiosk.get("/names?letters=mia") == 400
    assert card_of(1) not in json.dumps(door.kiosk.picture())
