"""A badge from the command line, shown at a door that has not heard of its holder."""

import http.client
import json
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
import zxingcpp
from PIL import Image

from kiosk import site
from kiosk.visit import SiteRules
from tests.e2e.test_main_job import kiosk_of
from tests.gateway.project.gateways import Gateway, gateway_in
from tests.kiosk.neighbours import KioskProcess, eventually

pytestmark = [pytest.mark.integration, pytest.mark.e2e]
SITE = "main"


@dataclass
class Place:
    """A gateway without anybody, and a kiosk that heard its settings and then lost it."""

    gateway: Gateway
    kiosk: KioskProcess
    token: str

    def call(self, method: str, path: str, body: object = None, **query: object) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway.web, timeout=10)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        text = json.dumps(body) if body is not None else None
        connection.request(method, f"/api/v1{path}?{urlencode(query)}", text, headers)
        told = json.loads(connection.getresponse().read())
        connection.close()
        return told

    def run(self) -> None:
        self.gateway.start()
        eventually(self.gateway.is_ready, within=60)

    def halt(self) -> None:
        process = self.gateway.process
        assert process is not None
        process.terminate()
        process.wait(timeout=30)

    def show(self, code: str) -> dict[str, Any]:
        """Hold a code to the kiosk's camera; what it answered."""
        before = self.kiosk.picture()["result"]
        assert self.kiosk.post("/tap", json.dumps({"qr": code})) < 300
        eventually(lambda: self.kiosk.picture()["result"] not in (None, before))
        told: dict[str, Any] = self.kiosk.picture()["result"]
        return told


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with ExitStack() as stack:
        gateway = stack.enter_context(gateway_in(tmp_path / "gateway"))
        gateway.command("site", "add", SITE, "Main")
        gateway.command("add-user", "--role", "admin", "tester", text="long-enough-secret\n" * 2)
        token = gateway.command("token", "tester").stdout.split()[-1]
        kiosk = kiosk_of(gateway, tmp_path)
        place = Place(gateway, kiosk, token)
        place.run()
        kiosk.start()
        stack.callback(kiosk.kill)
        eventually(lambda: place.call("GET", "/kiosks")["items"][0]["online"])
        eventually(lambda: knows_a_badge_key(kiosk))
        yield place


def knows_a_badge_key(kiosk: KioskProcess) -> bool:
    """Whether the kiosk has heard its site's settings."""
    with closing(site.open_site(kiosk.folder)) as told:
        return bool(site.rules(told, otherwise=SiteRules(ZoneInfo("UTC"))).badge_keys)


def new_person(place: Place, folder: Path) -> int:
    """Enter the first person of this gateway; her number."""
    table = folder / "people.csv"
    table.write_text("kind,given name,family name,external id\nstudent,Mia,Keller,S1\n")
    done = place.gateway.command("import", "people", str(table))
    assert done.returncode == 0, done.stdout
    return 1


@pytest.mark.covers("BEY-07", "QR-02")
def test_a_badge_of_somebody_unheard_of_becomes_that_persons_track(
    place: Place, tmp_path: Path
) -> None:
    place.halt()
    mia = new_person(place, tmp_path)
    picture = tmp_path / "mia.png"
    assert place.gateway.command("badges", "one", str(mia), str(picture)).returncode == 0
    (code,) = zxingcpp.read_barcodes(Image.open(picture))

    shown = place.show(code.text)

    assert (shown["icon"], shown["who"]) == ("in", "")
    place.run()
    tracks = eventually(lambda: place.call("GET", "/tracks")["items"], within=60)
    assert [(track["person_id"], track["method"]) for track in tracks] == [(mia, "qr")]
