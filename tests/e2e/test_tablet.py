"""A tablet beside a kiosk: paired by staff, tapped with a code, heard of at the door."""

import http.client
import json
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from kiosk import site
from tests.e2e.test_main_job import kiosk_of
from tests.gateway.portal.conftest import CHROMIUM
from tests.gateway.portal.qr_pictures import film
from tests.gateway.project.gateways import Gateway, gateway_in
from tests.kiosk.neighbours import KioskProcess, eventually

pytestmark = [pytest.mark.integration, pytest.mark.e2e]

SITE, CODE, PASSWORD = "main", "M-1-17", "long-enough-secret"


@dataclass
class Place:
    """A gateway, a kiosk at its door, and a browser before whose camera a code is held."""

    gateway: Gateway
    kiosk: KioskProcess
    browser: Browser
    token: str

    def call(self, method: str, path: str, body: object = None) -> Any:
        """One request of the REST API."""
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway.web, timeout=10)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection.request(method, f"/api/v1{path}", json.dumps(body), headers)
        told = connection.getresponse().read()
        connection.close()
        return json.loads(told) if told else None

    def page(self, path: str) -> Page:
        page = self.browser.new_page(viewport={"width": 800, "height": 1280})
        page.goto(f"http://127.0.0.1:{self.gateway.web}{path}")
        return page

    def code(self) -> str:
        """What staff are shown when they add a tablet."""
        page = self.page("/login")
        page.fill("#id_username", "tester")
        page.fill("#id_password", PASSWORD)
        page.click("button.primary")
        page.wait_for_url("**/s/**")
        page.goto(f"http://127.0.0.1:{self.gateway.web}/s/{SITE}/tablets/")
        page.fill("#id_name", "Reception")
        page.click("button.primary")
        page.get_by_role("button", name="Show a code").click()
        return page.locator(".code").inner_text()

    def at_the_door(self) -> str:
        """What the kiosk answers to the same code."""
        assert self.kiosk.post("/tap", json.dumps({"qr": CODE})) < 300
        return eventually(self.kiosk.result)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with ExitStack() as stack:
        gateway = stack.enter_context(gateway_in(tmp_path / "gateway"))
        gateway.command("site", "add", SITE, "Main")
        gateway.command("add-user", "--role", "admin", "tester", text=f"{PASSWORD}\n" * 2)
        token = gateway.command("token", "tester").stdout.split()[-1]
        kiosk = kiosk_of(gateway, tmp_path)
        gateway.start()
        eventually(gateway.is_ready, within=60)
        kiosk.start()
        stack.callback(kiosk.kill)
        playwright = stack.enter_context(sync_playwright())
        camera = [
            "--no-sandbox",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film(CODE, tmp_path / 'film.y4m')}",
        ]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=camera)
        stack.callback(browser.close)
        yield Place(gateway, kiosk, browser, token)


def has_mia(place: Place) -> bool:
    """Whether the kiosk has heard of everybody the gateway knows."""
    online = [line for line in place.call("GET", "/kiosks")["items"] if line["online"]]
    return bool(online) and all(kiosk["roster_version"] for kiosk in online)


def has_heard(kiosk: KioskProcess) -> bool:
    """Whether the kiosk knows of a tap that is not its own."""
    with closing(site.open_site(kiosk.folder)) as told:
        return bool(told["site_tracks"].count)


@pytest.mark.covers("BEY-14", "QR-02", "DES-03")
def test_a_code_shown_to_a_tablet_is_heard_of_at_the_door(place: Place) -> None:
    mia = place.call(
        "POST", "/people", {"kind": "student", "given_name": "Mia", "family_name": "Keller"}
    )
    place.call("POST", f"/people/{mia['id']}/credentials", {"method": "qr", "value": CODE})
    eventually(lambda: has_mia(place))

    tablet = place.page(f"/tablet#{place.code()}")

    expect(tablet.locator("#word")).to_have_text("Signed in", timeout=20_000)
    expect(tablet.locator("#who")).to_have_text("Mia K.")
    [line] = place.call("GET", f"/people/{mia['id']}/day?site={SITE}")["sites"][0]["tracks"]
    assert (line["kiosk"], line["shown"], line["counted_as"]) == ("Reception", "signed_in", "in")
    eventually(lambda: has_heard(place.kiosk))
    assert place.at_the_door() == "already"
