"""The page in Chromium, at the sizes of the screens it hangs on."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from kiosk.protocol import topics
from kiosk.protocol.lateness import Rounding
from kiosk.protocol.messages import Credential, LatePeriod, Method, SiteSettings
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
    running_kiosk,
    running_mosquitto,
    zone_at_noon,
)
from tests.kiosk.screen.looking import violations

pytestmark = pytest.mark.e2e
NOON = ZoneInfo(zone_at_noon())
"""Where the school stands: far from midnight whenever this runs."""
SIZES = [(800, 480), (1280, 800)]
PEOPLE = (
    person(1, "Mia K."),
    person(2, "Jonas B.", year_group=8),
    person(3, "نور ح.", language="ar", year_group=8),
    person(4, "Bartholomäus-Maximilian von Hohenstein Z.", language="de", year_group=8),
    *(person(number, year_group=8) for number in range(10, 60)),
)


def late_since(ago: timedelta) -> SiteSettings:
    start = datetime.now(UTC) - ago
    period = LatePeriod(
        day=start.astimezone(NOON).date(),
        year_groups=(7,),
        late_after=start,
        minutes_from=start,
        rounding=Rounding.FLOOR,
    )
    return site_settings(repeat_window_s=1, late_periods=(period,), zone=NOON.key)


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KioskProcess]:
    """A kiosk that knows people, one of them late, one of them blocked."""
    folder = tmp_path_factory.mktemp("page")
    with (
        running_mosquitto(folder) as broker,
        running_gateway(broker.port) as gateway,
        running_kiosk(folder, broker_port=broker.port) as kiosk,
    ):
        teach(gateway)
        yield kiosk


def teach(gateway: GatewayDouble) -> None:
    eventually(lambda: gateway.heartbeats)
    settings = late_since(timedelta(minutes=12, seconds=20))
    gateway.say(topics.SiteTopics(SITE).settings, settings, retain=True)
    blocked = (Credential(method=Method.CARD, value=card_of(59)),)
    gateway.say_roster(roster(*PEOPLE, blocked=blocked))
    eventually(lambda: gateway.heartbeats[-1].roster_version == 1)


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def page(browser: Browser, kiosk: KioskProcess, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page at one size, at rest, its tray closed."""
    width, height = request.param
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(kiosk.url)
    expect(page.locator("#line-text")).to_have_text("Online")
    expect(page.locator("#idle")).to_be_visible()
    page.locator("#tray-button").click()
    yield page
    page.close()


def tap(page: Page, kiosk: KioskProcess, number: int) -> None:
    """Tap, and wait until the page shows this very answer."""
    told = kiosk.tap_and_see(card_of(number))
    expect(page.locator(f"#result[data-number='{told['number']}']")).to_be_visible()


def overflows(page: Page) -> list[str]:
    """Elements that reach beyond the window."""
    script = """() => [...document.querySelectorAll('main *, footer, footer > *')].filter(each => {
        const box = each.getBoundingClientRect();
        return box.width && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1
            || box.left < -1 || box.top < -1);
    }).map(each => each.id || each.tagName)"""
    found: list[str] = page.evaluate(script)
    return [each for each in found if each not in ("title", "UL")]


def test_at_rest_there_is_a_clock_and_one_instruction(page: Page) -> None:
    expect(page.locator("#clock")).to_have_text(f"{datetime.now(NOON):%H:%M}")
    expect(page.locator("#instruction")).to_have_text("Hold your card or code to the reader")
    assert violations(page) == []
    assert overflows(page) == []


@pytest.mark.parametrize(
    ("number", "word", "who"),
    [
        (10, "Signed", "Person 10"),
        (3, "تم تسجيل", "نور ح."),
        (4, "meldet", "Bartholomäus-Maximilian von Hohenstein Z."),
        (59, "Card not in use", "Please see the office"),
        (99, "Card not known", "Please see the office"),
    ],
)
def test_an_answer_is_large_readable_and_within_the_screen(
    page: Page, kiosk: KioskProcess, number: int, word: str, who: str
) -> None:
    tap(page, kiosk, number)

    expect(page.locator("#word")).to_contain_text(word)
    expect(page.locator("#who")).to_have_text(who)
    assert overflows(page) == []
    assert violations(page) == []


def test_an_answer_leaves_with_the_name_after_three_seconds(
    page: Page, kiosk: KioskProcess
) -> None:
    tap(page, kiosk, 11)
    assert "Person 11" in page.content()

    expect(page.locator("#idle")).to_be_visible(timeout=4000)

    expect(page.locator("#earlier")).not_to_contain_text("Person 11")
    page.locator("#tray").evaluate("tray => tray.remove()")
    assert "Person 11" not in page.content()


def test_an_answer_is_announced_to_those_who_cannot_see_it(page: Page) -> None:
    live = page.locator("#announcement")

    assert live.get_attribute("aria-live") == "assertive"
    assert live.locator("#word").count() == 1


def test_a_demo_card_can_be_found_and_tapped_with_the_keyboard(page: Page) -> None:
    page.locator("#tray-button").focus()
    page.keyboard.press("Enter")
    page.locator("#search").fill("jonas")
    expect(page.locator("#cards button")).to_have_count(1)
    assert violations(page) == []

    page.locator("#cards button").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#who")).to_have_text("Jonas B.")


def test_the_page_needs_nothing_from_anywhere_else(browser: Browser, kiosk: KioskProcess) -> None:
    page, asked, complaints = browser.new_page(), list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))

    page.goto(kiosk.url)
    expect(page.locator("#line-text")).to_have_text("Online")

    assert all(url.startswith((kiosk.url, "data:")) for url in asked)
    assert complaints == []
    page.close()


@pytest.mark.covers("TRK-04")
def test_a_late_student_sees_by_how_much(browser: Browser, kiosk: KioskProcess) -> None:
    page = browser.new_page(viewport={"width": 800, "height": 480})
    page.goto(kiosk.url)

    tap(page, kiosk, 1)

    expect(page.locator("#late")).to_have_text(re.compile(r"late, 1\d min"))
    page.close()


def test_a_page_whose_kiosk_is_gone_forgets_and_says_so(browser: Browser, tmp_path: Path) -> None:
    with running_kiosk(tmp_path, broker_port=1) as kiosk:
        page = browser.new_page()
        page.goto(kiosk.url)
        expect(page.locator("#line-text")).to_have_text("Offline")
        tap(page, kiosk, 99)

        kiosk.kill()

        expect(page.locator("#line-text")).to_have_text("This screen is waiting for the kiosk")
        expect(page.locator("#idle")).to_be_visible()
        page.close()
