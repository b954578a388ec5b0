"""The badge on a phone: shown to whoever has the link, changing by itself, in any language."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page, ViewportSize

from gateway.people import badges
from gateway.people.badges import Terms
from gateway.people.models import Badge, Person
from gateway.portal.pages.phone import AGAIN_S
from kiosk.protocol.badges import ROTATING_FOR
from tests.gateway.portal.conftest import Website
from tests.gateway.portal.school import School

SMALL_PHONE: ViewportSize = {"width": 320, "height": 568}


def link_of(school: School) -> str:
    terms = Terms(expires_at=school.now + timedelta(days=9), by="office", now=school.now)
    return f"/badge/{badges.give_phone_link(person_id=school.students[0], terms=terms)}/"


def code(page: Page) -> str:
    return page.locator("[data-code] img").get_attribute("src") or ""


@pytest.mark.django_db
@pytest.mark.covers("BEY-07")
def test_the_page_shows_the_code_without_a_login_and_is_kept_nowhere() -> None:
    school = School(students=1)

    answer = Client().get(link_of(school))

    assert "Mia Keller" in answer.text
    assert "data:image/svg+xml" in answer.text
    headers = (answer["Cache-Control"], answer["Referrer-Policy"], answer["X-Robots-Tag"])
    assert headers == ("private, no-store", "no-referrer", "noindex")


@pytest.mark.django_db
def test_the_page_speaks_the_holders_language() -> None:
    school = School(students=1)
    Person.objects.update(language="ar")

    assert 'dir="rtl"' in Client().get(link_of(school)).text


@pytest.mark.django_db
def test_a_language_the_pages_do_not_speak_leaves_the_browsers() -> None:
    school = School(students=1)
    Person.objects.update(language="tlh")

    answer = Client().get(link_of(school), headers={"accept-language": "de"})

    assert "Mein Ausweis" in answer.text


@pytest.mark.django_db
def test_a_link_that_is_over_says_what_to_do() -> None:
    school = School(students=1)
    link = link_of(school)
    badges.revoke_badge(serial=Badge.objects.get().serial, because="lost", now=school.now)

    answers = [Client().get(link), Client().get("/badge/guessed/")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert all("ask the office" in answer.text for answer in answers)


def test_the_next_code_is_there_well_before_the_last_is_over() -> None:
    assert timedelta(seconds=2 * AGAIN_S) <= ROTATING_FOR


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_a_phone_gets_new_codes_and_hides_what_does_not_hold(website: Website) -> None:
    school = School(students=1)
    page = website.browser.new_context(viewport=SMALL_PHONE).new_page()
    page.clock.install()
    page.goto(website.url + link_of(school))
    first = code(page)

    page.clock.run_for(10_500)
    page.wait_for_function(
        "first => document.querySelector('[data-code] img').src !== first", arg=first
    )
    assert page.locator("[data-off]").is_hidden()

    page.context.set_offline(True)
    page.clock.run_for(25_000)
    page.locator("[data-off]").wait_for()
    assert not page.locator("[data-code] img").is_visible()

    page.context.set_offline(False)
    page.locator("[data-code] img").wait_for()


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_page_fits_a_small_phone_and_is_accessible(website: Website, language: str) -> None:
    school = School(students=1)
    Person.objects.update(language=language, family_name="Keller-von-Hohenstein-Langenfeld")
    page = website.browser.new_context(viewport=SMALL_PHONE).new_page()

    page.goto(website.url + link_of(school))

    assert Axe().run(page).response["violations"] == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
