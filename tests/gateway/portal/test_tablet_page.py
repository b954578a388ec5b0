"""The page that makes a browser a kiosk, in Chromium with a film before its camera."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, Route, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from gateway.attendance.models import Track
from gateway.fleet import tablets
from gateway.fleet.models import Tablet
from gateway.people.models import Person
from gateway.people.services import set_credential
from kiosk.protocol.messages import Method
from tests.gateway.portal.conftest import launched
from tests.gateway.portal.qr_pictures import film
from tests.gateway.portal.school import School
from tests.kiosk.neighbours import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

CODE = "M-1-17"
UPRIGHT: ViewportSize = {"width": 800, "height": 1280}
LYING: ViewportSize = {"width": 1280, "height": 800}


class Hall:
    """A school with a tablet, and a code that pairs it."""

    def __init__(self, address: str) -> None:
        cache.clear()
        self.address = f"{address}/tablet"
        self.school = School(students=1)
        set_credential(person_id=self.school.students[0], method=Method.QR, value=CODE)
        self.kiosk_id = tablets.add_tablet(site_id=self.school.site.pk, name="Reception")

    def new_code(self) -> str:
        return tablets.new_code(kiosk_id=self.kiosk_id, now=timezone.now())

    def tracks(self) -> int:
        return Track.objects.filter(kiosk=self.kiosk_id).count()


@pytest.fixture
def hall(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Hall:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop is in this thread
    return Hall(live_server.url)


@contextmanager
def opened(hall: Hall, folder: Path, *, held_up: str = "") -> Iterator[Page]:
    """The page in a browser before whose camera `held_up` is held for ever."""
    reel = film(held_up, folder / "film.y4m")
    camera = (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={reel}",
    )
    with launched(*camera) as browser:
        page = browser.new_page(viewport=UPRIGHT)
        page.goto(hall.address)
        yield page
        page.close()


def pair(page: Page, hall: Hall) -> None:
    page.fill("#code", hall.new_code())
    page.click("#pairing button")
    expect(page.locator("#line-text")).to_have_text("Online")


def lose(page: Page) -> Callable[[], None]:
    """Take the gateway away from the page; call what is answered to bring it back."""

    def cut(route: Route) -> None:
        route.abort()

    page.route("**/tablet/*", cut)
    return lambda: page.unroute("**/tablet/*", cut)


def faults(page: Page) -> list[str]:
    """What is wrong with the page as it is now, lying and standing."""
    found = violations(page)
    for size in (LYING, UPRIGHT):
        page.set_viewport_size(size)
        found += overflows(page)
    return found


def violations(page: Page) -> list[str]:
    """What axe finds, with contrast as it is asked of kiosks: 7 to 1."""
    options = {"rules": {"color-contrast-enhanced": {"enabled": True}}}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found]


def overflows(page: Page) -> list[str]:
    """Elements that reach beyond the window."""
    script = """() => [...document.querySelectorAll('body, main *, footer *')].filter(each => {
        const box = each.getBoundingClientRect();
        return box.width > 1 && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1
            || box.left < -1 || box.top < -1 || each.scrollWidth > each.clientWidth + 1
            && getComputedStyle(each).display !== 'inline');
    }).map(each => each.id || each.tagName)"""
    found: list[str] = page.evaluate(script)
    return found


@pytest.mark.covers("BEY-14", "QR-02")
def test_a_code_held_to_a_paired_tablet_signs_in_once(hall: Hall, tmp_path: Path) -> None:
    with opened(hall, tmp_path, held_up=CODE) as page:
        pair(page, hall)

        expect(page.locator("#word")).to_have_text("Signed in")
        expect(page.locator("#who")).to_have_text("Mia K.")
        expect(page.locator("#result")).to_have_class("in")
        expect(page.locator("#result")).to_be_hidden()  # though the code is still held up
        assert hall.tracks() == 1


def test_a_tablet_is_paired_by_the_address_in_the_code_it_is_shown(
    hall: Hall, tmp_path: Path
) -> None:
    with opened(hall, tmp_path) as page:
        code = hall.new_code()
        page.goto("about:blank")

        page.goto(f"{hall.address}#{code}")

        expect(page.locator("#place")).to_have_text("Hill · Reception")
        assert page.url == hall.address


def test_a_tablet_stays_paired_when_it_is_switched_on_again(hall: Hall, tmp_path: Path) -> None:
    with opened(hall, tmp_path) as page:
        pair(page, hall)

        page.reload()

        expect(page.locator("#line-text")).to_have_text("Online")
        expect(page.locator("#pairing")).to_be_hidden()


def test_a_wrong_code_is_answered_in_words(hall: Hall, tmp_path: Path) -> None:
    with opened(hall, tmp_path) as page:
        page.fill("#code", "ABCDEFGH")
        page.click("#pairing button")

        expect(page.locator("#wrong")).to_contain_text("Ask the office for a new one")
        assert not Tablet.objects.exclude(token_digest="").exists()


@pytest.mark.covers("BEY-14", "DES-01")
def test_a_reader_that_types_works_too(hall: Hall, tmp_path: Path) -> None:
    with opened(hall, tmp_path) as page:
        pair(page, hall)

        page.keyboard.type(hall.school.card(0))
        page.keyboard.press("Enter")

        expect(page.locator("#word")).to_have_text("Signed in")
        assert hall.tracks() == 1


@pytest.mark.fault
@pytest.mark.covers("BEY-14", "DES-05")
def test_without_the_gateway_nothing_is_green_and_the_page_says_so(
    hall: Hall, tmp_path: Path
) -> None:
    with opened(hall, tmp_path) as page:
        pair(page, hall)
        bring_back = lose(page)

        page.keyboard.type(hall.school.card(0) + "\n")

        expect(page.locator("#word")).to_have_text("Not recorded")
        expect(page.locator("#result")).to_have_class("stop")
        expect(page.locator("#line-text")).to_have_text("Not connected")
        expect(page.locator("#away")).to_contain_text("nothing is recorded here")
        assert hall.tracks() == 0
        expect(page.locator("#away")).to_be_visible()
        assert faults(page) == []
        bring_back()
        expect(page.locator("#line-text")).to_have_text("Online")


@pytest.mark.fault
def test_a_code_left_before_the_camera_is_no_tap_after_an_outage(
    hall: Hall, tmp_path: Path
) -> None:
    with opened(hall, tmp_path, held_up=CODE) as page:
        pair(page, hall)
        expect(page.locator("#word")).to_have_text("Signed in")
        bring_back = lose(page)
        expect(page.locator("#line-text")).to_have_text("Not connected")

        bring_back()
        with page.expect_response("**/tablet/frame") as answered:
            pass

        told = answered.value.json()
        assert (bool(told["held"]), told["result"]) == (True, None)
        assert hall.tracks() == 1


def test_a_revoked_tablet_asks_for_a_code(hall: Hall, tmp_path: Path) -> None:
    with opened(hall, tmp_path) as page:
        pair(page, hall)

        tablets.revoke_tablet(kiosk_id=hall.kiosk_id)

        expect(page.locator("#wrong")).to_contain_text("no kiosk any more")
        assert page.evaluate("localStorage.length") == 0


@pytest.mark.covers("BEY-14", "BEY-07")
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_page_is_accessible_and_fits_in_every_state(
    hall: Hall, tmp_path: Path, language: str
) -> None:
    Person.objects.update(
        language=language, given_name="Bartholomäus-Maximilian", family_name="von Hohenstein"
    )
    with opened(hall, tmp_path) as page:
        assert faults(page) == []
        pair(page, hall)
        eventually(lambda: page.evaluate("document.getElementById('view').videoWidth"))
        assert faults(page) == []

        page.keyboard.type(hall.school.card(0) + "\n")

        expect(page.locator("#result")).to_have_attribute("lang", language)
        assert faults(page) == []
