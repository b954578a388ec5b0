"""The panel that asks for a face, alone and in Chromium."""

import base64
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect

from kiosk.protocol import topics
from kiosk.protocol.messages import Enrolment, Method, SiteSettings, Wanted
from kiosk.protocol.sealing import new_key
from kiosk.screen.enrolment import Awaiting, FaceAwaited
from kiosk.screen.panel import Moment
from tests.kiosk.made import reading_at
from tests.kiosk.neighbours import KIOSK, SITE, GatewayDouble, KioskProcess
from tests.kiosk.screen.looking import violations
from tests.kiosk.screen.test_enrolment import LONG_NAME, neighbours
from tests.kiosk.screen.test_page import SIZES, overflows

__all__ = ["neighbours"]


@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "The face of"), ("de", "Das Gesicht von"), ("fr", "Le visage de"), ("ar", "وجه")],
)
def test_the_panel_says_whose_face_is_waited_for(language: str, word: str) -> None:
    moment = Moment(reading_at("08:00"), ZoneInfo("Europe/London"), language)

    told = FaceAwaited("Mia K.").draw(moment)

    assert isinstance(told, Awaiting)
    assert (told.word, told.who) == (word, "Mia K.")


@pytest.mark.e2e
@pytest.mark.covers("BIO-01")
@pytest.mark.parametrize("size", SIZES)
def test_the_screen_asks_for_a_face_until_it_is_cancelled(
    browser: Browser, neighbours: tuple[KioskProcess, GatewayDouble], size: tuple[int, int]
) -> None:
    kiosk, gateway = neighbours
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(kiosk.url)
    page.locator("#tray-button").click()
    ask(gateway)

    expect(page.locator("#enrolment-word")).to_have_text("The face of")
    expect(page.locator("#enrolment-who")).to_have_text(LONG_NAME)
    assert (overflows(page), violations(page)) == ([], [])

    gateway.say(topics.KioskTopics(KIOSK).enrolment, Enrolment(wanted=None), retain=True)
    expect(page.locator("#idle")).to_be_visible()
    expect(page.locator("#enrolment-who")).to_have_text("")
    page.close()


def ask(gateway: GatewayDouble) -> None:
    """A gateway with a key, which wants a face."""
    key = base64.b64encode(new_key().public).decode()
    told = SiteSettings(
        site=SITE, name="Main", zone="UTC", day_starts=time(), repeat_window_s=60, seal_key=key
    )
    gateway.say(topics.SiteTopics(SITE).settings, told, retain=True)
    until = datetime.now(UTC) + timedelta(minutes=2)
    wanted = Wanted(id=uuid4(), method=Method.FACE, person=9, name=LONG_NAME, until=until)
    gateway.say(topics.KioskTopics(KIOSK).enrolment, Enrolment(wanted=wanted), retain=True)
