"""The panel of an enrolment, alone and in Chromium."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from kiosk.protocol import topics
from kiosk.protocol.messages import Enrolment, Method, Wanted
from kiosk.screen.enrolment import Awaiting, CardAwaited
from kiosk.screen.panel import Moment
from tests.kiosk.made import reading_at
from tests.kiosk.neighbours import (
    KIOSK,
    GatewayDouble,
    KioskProcess,
    card_of,
    eventually,
    person,
    roster,
    running_gateway,
    running_kiosk,
    running_mosquitto,
)
from tests.kiosk.screen.looking import violations
from tests.kiosk.screen.test_page import SIZES, overflows

LONG_NAME = "Bartholomäus-Maximilian von Hohenstein Z."


@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "A new card for"), ("de", "Neue Karte für"), ("ar", "بطاقة جديدة لـ")],
)
def test_the_panel_says_whose_card_is_waited_for(language: str, word: str) -> None:
    moment = Moment(reading_at("08:00"), ZoneInfo("Europe/London"), language)

    told = CardAwaited("Mia K.").draw(moment)

    assert isinstance(told, Awaiting)
    assert (told.word, told.who) == (word, "Mia K.")


@pytest.fixture(scope="module")
def neighbours(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[KioskProcess, GatewayDouble]]:
    folder: Path = tmp_path_factory.mktemp("enrolment")
    with (
        running_mosquitto(folder) as broker,
        running_gateway(broker.port) as gateway,
        running_kiosk(folder, broker_port=broker.port) as kiosk,
    ):
        eventually(lambda: gateway.heartbeats)
        gateway.say_roster(roster(person(1, "Ben O.")))
        eventually(lambda: gateway.heartbeats[-1].roster_version == 1)
        yield kiosk, gateway


@pytest.mark.e2e
@pytest.mark.covers("BIO-01")
@pytest.mark.parametrize("size", SIZES)
def test_the_screen_asks_refuses_and_takes(
    browser: Browser,
    neighbours: tuple[KioskProcess, GatewayDouble],
    size: tuple[int, int],
) -> None:
    kiosk, gateway = neighbours
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(kiosk.url)
    page.locator("#tray-button").click()
    ask(gateway, name=LONG_NAME)

    expect(page.locator("#enrolment-word")).to_have_text("A new card for")
    expect(page.locator("#enrolment-who")).to_have_text(LONG_NAME)
    assert (overflows(page), violations(page)) == ([], [])

    kiosk.tap(card_of(1))
    says(page, "Card not enrolled", "This card is in use already")
    kiosk.tap("08A1B2C3")
    says(page, "Card not enrolled", "Its number keeps changing: please try another card")
    kiosk.tap(card_of(size[0]))
    says(page, "Card enrolled", LONG_NAME)
    expect(page.locator("#idle")).to_be_visible()
    expect(page.locator("#enrolment-who")).to_have_text("")
    page.close()


def ask(gateway: GatewayDouble, *, name: str) -> None:
    until = datetime.now(UTC) + timedelta(minutes=2)
    wanted = Wanted(id=uuid4(), method=Method.CARD, person=9, name=name, until=until)
    gateway.say(topics.KioskTopics(KIOSK).enrolment, Enrolment(wanted=wanted), retain=True)


def says(page: Page, word: str, who: str) -> None:
    expect(page.locator("#word")).to_contain_text(word)
    expect(page.locator("#who")).to_have_text(who)
    assert (overflows(page), violations(page)) == ([], [])
