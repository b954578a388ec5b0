"""The roll call of an evacuation in Chromium, at the sizes of the screens it hangs on."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from kiosk.protocol import topics
from kiosk.protocol.messages import Evacuation, PersonKind, SafePerson, SiteTrack
from kiosk.protocol.options import GroupName
from tests.kiosk.made import site_settings
from tests.kiosk.neighbours import (
    SITE,
    GatewayDouble,
    KioskProcess,
    Mosquitto,
    eventually,
    person,
    roster,
    running_gateway,
    running_kiosk,
    running_mosquitto,
)
from tests.kiosk.screen.looking import violations
from tests.kiosk.screen.test_page import SIZES, overflows

pytestmark = pytest.mark.e2e
NAMES = ("Mia K.", "Jonas B.", "نور ح.", "Bartholomäus-Maximilian von Hohenstein Z.")
PEOPLE = (
    *(person(at, name, year_group=7) for at, name in enumerate(NAMES, start=1)),
    *(person(number, f"Ada {number}", year_group=8) for number in range(5, 40)),
    person(40, "Ruth O.", kind=PersonKind.STAFF, year_group=None),
)


class Site:
    """A kiosk at which everybody has signed in, and the gateway that raises the alarm."""

    def __init__(self, kiosk: KioskProcess, gateway: GatewayDouble, broker: Mosquitto) -> None:
        self.kiosk = kiosk
        self.gateway = gateway
        self.broker = broker
        self.alarm = UUID(int=0)

    def teach(self) -> None:
        eventually(lambda: self.gateway.heartbeats)
        groups = (GroupName(id=7, name="Year 7"), GroupName(id=8, name="Year 8"))
        settings = site_settings(zone="UTC", year_groups=groups, show_names=False)
        self.gateway.say(topics.SiteTopics(SITE).settings, settings, retain=True)
        self.gateway.say_roster(roster(*PEOPLE))
        eventually(lambda: self.gateway.heartbeats[-1].roster_version == 1)
        self.sign_in(*range(1, 41))

    def sign_in(self, *numbers: int) -> None:
        at = datetime.now(UTC)
        self.gateway.say_tracks(
            *(SiteTrack(id=uuid4(), person=n, kiosk="back-door", made_at=at) for n in numbers),
            catch_up=True,
        )

    def raise_alarm(self) -> None:
        self.alarm = uuid4()
        self.say()

    def say(self, *safe: int) -> None:
        now = datetime.now(UTC)
        told = Evacuation(
            site=SITE,
            alarm=self.alarm,
            began_at=now - timedelta(seconds=1),
            safe=tuple(SafePerson(person=number, at=now) for number in safe),
        )
        self.gateway.say(topics.SiteTopics(SITE).evacuation, told, retain=True)

    def end(self) -> None:
        ended = Evacuation(site=SITE, alarm=None)
        self.gateway.say(topics.SiteTopics(SITE).evacuation, ended, retain=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("rollcall")
    with (
        running_mosquitto(folder) as broker,
        running_gateway(broker.port) as gateway,
        running_kiosk(folder, broker_port=broker.port) as kiosk,
    ):
        site = Site(kiosk, gateway, broker)
        site.teach()
        yield site


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def page(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page during an alarm."""
    width, height = request.param
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(site.kiosk.url)
    site.raise_alarm()
    expect(page.locator("#roll-count")).to_have_text("40 of 40 to find")
    expect(page.locator("#roll-list li")).to_have_count(40)
    yield page
    page.close()
    site.end()


@pytest.mark.covers("BEY-05")
def test_the_roll_call_takes_the_whole_screen_and_leaves_it_when_the_alarm_ends(
    page: Page, site: Site, tmp_path: Path
) -> None:
    page.screenshot(path=tmp_path / "rollcall.png")
    expect(page.locator("#idle")).to_be_hidden()
    expect(page.get_by_role("button", name="Mia K.")).to_be_visible()
    assert violations(page) == []
    assert [each for each in overflows(page) if each in ("rollcall", "roll-head")] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    site.end()

    expect(page.locator("#idle")).to_be_visible()
    expect(page.locator("#rollcall")).to_be_hidden()
    assert "Mia" not in page.content()


def test_what_is_touched_is_large_enough_for_a_finger(page: Page) -> None:
    sizes = page.eval_on_selector_all(
        "#rollcall button",
        "all => all.map(one => one.getBoundingClientRect()).map(box => [box.width, box.height])",
    )

    assert min(width for width, _ in sizes) >= 48
    assert min(height for _, height in sizes) >= 48


@pytest.mark.covers("BEY-05")
def test_a_name_is_ticked_at_once_and_can_be_unticked(page: Page) -> None:
    mia = page.get_by_role("button", name="Mia K.")

    mia.click()

    expect(mia).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#roll-count")).to_have_text("39 of 40 to find")
    mia.click()
    expect(mia).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#roll-count")).to_have_text("40 of 40 to find")


def test_a_ticked_name_does_not_move_under_the_finger(page: Page) -> None:
    before = page.locator("#roll-list bdi").all_inner_texts()

    page.get_by_role("button", name="Mia K.").click()

    expect(page.locator("#roll-count")).to_have_text("39 of 40 to find")
    assert page.locator("#roll-list bdi").all_inner_texts() == before


def test_ticks_from_elsewhere_arrive(page: Page, site: Site) -> None:
    site.say(2, 3)

    expect(page.locator("#roll-count")).to_have_text("38 of 40 to find")
    expect(page.locator("#roll-list li")).to_have_count(38)


def test_groups_letters_and_states_narrow_the_list(page: Page, site: Site) -> None:
    page.get_by_role("button", name="Year 7", exact=True).click()
    expect(page.locator("#roll-list li")).to_have_count(4)

    page.locator("#roll-letters").get_by_role("button", name="ن", exact=True).click()
    expect(page.locator("#roll-list bdi")).to_have_text(["نور ح."])

    page.locator("#roll-letters").get_by_role("button", name="Everybody").click()
    page.get_by_role("button", name="All groups").click()
    site.say(40)
    page.get_by_role("button", name="Safe", exact=True).click()
    expect(page.locator("#roll-list bdi")).to_have_text(["Ruth O."])


def test_when_all_are_found_it_says_so(page: Page, site: Site) -> None:
    site.say(*range(1, 41))

    expect(page.locator("#roll-count")).to_have_text("All 40 are accounted for")
    expect(page.locator("#roll-head")).to_have_class("all-found")
    assert violations(page) == []


@pytest.mark.fault
@pytest.mark.covers("BEY-05")
def test_the_list_is_there_after_a_restart_without_a_network(page: Page, site: Site) -> None:
    page.get_by_role("button", name="Mia K.").click()
    expect(page.locator("#roll-count")).to_have_text("39 of 40 to find")
    site.broker.stop()

    site.kiosk.kill()
    site.kiosk.start()
    page.reload()

    expect(page.locator("#roll-count")).to_have_text("39 of 40 to find")
    expect(page.locator("#roll-list li")).to_have_count(39)
    site.broker.start()
    eventually(lambda: site.kiosk.picture()["line"] == "online")


def test_staff_begin_one_with_the_button_held_twice(browser: Browser, tmp_path: Path) -> None:
    with running_kiosk(tmp_path, broker_port=1) as kiosk:
        page = browser.new_page(viewport={"width": 800, "height": 480})
        page.goto(kiosk.url)
        for _ in range(2):
            kiosk.post("/tap", json.dumps({"button": "held"}))

        expect(page.locator("#roll-count")).to_have_text("Nobody is signed in")
        page.close()


def test_in_arabic_it_reads_from_the_right(browser: Browser, tmp_path: Path) -> None:
    kiosk = KioskProcess(tmp_path, broker_port=1)
    kiosk.config.write_text(kiosk.config.read_text() + 'language = "ar"\n')
    kiosk.start()
    page = browser.new_page(viewport={"width": 800, "height": 480})
    page.goto(kiosk.url)
    for _ in range(2):
        kiosk.post("/tap", json.dumps({"button": "held"}))

    expect(page.locator("#roll-heading")).to_have_text("إخلاء: التحقق من الحضور")
    assert page.evaluate("document.documentElement.dir") == "rtl"
    assert violations(page) == []
    page.close()
    kiosk.kill()


def test_two_thousand_names_are_there_and_scroll(browser: Browser, tmp_path: Path) -> None:
    with (
        running_mosquitto(tmp_path) as broker,
        running_gateway(broker.port) as gateway,
        running_kiosk(tmp_path, broker_port=broker.port) as kiosk,
    ):
        site = Site(kiosk, gateway, broker)
        eventually(lambda: gateway.heartbeats)
        gateway.say_roster(roster(*(person(n, f"Ada {n}") for n in range(1, 2001))))
        site.sign_in(*range(1, 2001))
        eventually(lambda: gateway.heartbeats[-1].roster_version == 1)
        page = browser.new_page(viewport={"width": 800, "height": 480})
        page.goto(kiosk.url)
        site.raise_alarm()
        expect(page.locator("#roll-list li")).to_have_count(2000)

        last = page.locator("#roll-list li").last
        last.scroll_into_view_if_needed()
        expect(last).to_be_in_viewport()
        page.close()
