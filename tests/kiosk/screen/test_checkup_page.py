"""The staff's button and what it shows, in Chromium."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from kiosk.screen.server import BEAT
from tests.kiosk.neighbours import KioskProcess, card_of, running_kiosk
from tests.kiosk.screen.test_page import SIZES

pytestmark = pytest.mark.e2e
BEATS_MS = 2 * BEAT.total_seconds() * 1000
"""A picture of what lies below an answer comes with the next beat at the latest."""


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KioskProcess]:
    folder: Path = tmp_path_factory.mktemp("checkup")
    with running_kiosk(folder, broker_port=1) as kiosk:
        yield kiosk


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def page(kiosk: KioskProcess, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, height = request.param
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(kiosk.url)
    yield page
    page.close()


def press(kiosk: KioskProcess, how: str) -> None:
    assert kiosk.post("/tap", json.dumps({"button": how})) == 202


def test_staff_see_how_the_kiosk_is_while_they_ask_for_it(page: Page, kiosk: KioskProcess) -> None:
    press(kiosk, "held")

    expect(page.locator("#checkup")).to_be_visible(timeout=BEATS_MS)
    expect(page.locator("#facts")).to_contain_text("front-door")
    expect(page.locator("#facts")).to_contain_text("card-reader")
    expect(page.locator("#idle")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("#checkup").evaluate(
        "each => each.scrollHeight <= each.parentElement.clientHeight"
    )
    assert Axe().run(page).response["violations"] == []

    press(kiosk, "short")
    expect(page.locator("#idle")).to_be_visible()
    expect(page.locator("#checkup")).to_be_hidden()


def test_people_are_answered_before_staff(page: Page, kiosk: KioskProcess) -> None:
    press(kiosk, "held")
    expect(page.locator("#checkup")).to_be_visible(timeout=BEATS_MS)

    kiosk.tap(card_of(7))

    expect(page.locator("#result")).to_be_visible()
    expect(page.locator("#checkup")).to_be_hidden()
    press(kiosk, "short")


def test_a_press_there_is_not_is_refused(kiosk: KioskProcess) -> None:
    assert kiosk.post("/tap", json.dumps({"button": "twice"})) == 400
