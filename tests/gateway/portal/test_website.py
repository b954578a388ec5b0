"""The pages in a real browser, with the event stream beside them."""

import pytest
from playwright.sync_api import Page

from gateway.attendance.models import AbsenceHold, Mark, RegistrationPolicy
from gateway.people.values import Role
from tests.gateway.portal.conftest import Website
from tests.gateway.portal.school import School, enable_erp, hold_absence

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def total(page: Page, word: str) -> str:
    return page.locator(".totals div", has_text=word).locator("dd").inner_text()


def connected(page: Page) -> Page:
    """The page once its stream has greeted it."""
    page.locator(".live.on").wait_for()
    return page


def test_the_board_shows_taps_while_it_is_looked_at(website: Website) -> None:
    school = School()
    page = connected(website.log_in())

    for place in range(3):
        page.wait_for_load_state("networkidle")
        school.tap(school.card(place))
        page.locator(".totals dd", has_text=("33 %", "66 %", "100 %")[place]).wait_for()

    assert total(page, "signed in") == "3"


def test_the_board_keeps_what_was_typed_while_it_changes(website: Website) -> None:
    school = School()
    page = connected(website.log_in())
    page.fill("input[name=q]", "mia")
    page.locator("#show-not_signed", has_text="1").wait_for()

    school.tap(school.card(0))

    page.locator("#show-not_signed", has_text="0").wait_for()
    assert page.input_value("input[name=q]") == "mia"


def test_a_hold_is_released_from_the_board(website: Website) -> None:
    school = School()
    hold_absence(school)
    page = website.log_in()

    page.locator(".needs").get_by_role("link", name="release").first.click()
    page.fill("#id_because", "the door was locked")
    page.get_by_role("button", name="Release").click()
    page.locator(".note.good").wait_for()

    assert AbsenceHold.objects.exclude(released_at=None).get().released_by == "office"


@pytest.mark.covers("TRK-09", "BEY-09")
def test_the_warning_stands_before_the_button_that_marks(website: Website) -> None:
    school = School(students=4)
    school.hear_kiosk()
    enable_erp(school)
    RegistrationPolicy.objects.update(erp_can_correct=False)
    for place in range(3):
        school.tap(school.card(place))
    page = website.log_in()

    page.get_by_role("link", name="Preview absence").click()
    warned = page.locator(".note.warn").is_visible()
    page.get_by_role("button", name="Run now").click()
    page.locator(".note.good").wait_for()

    assert warned
    assert Mark.objects.get(base="absent").person_id == school.students[3]


def test_everything_is_there_without_javascript(website: Website) -> None:
    school = School()
    page = website.log_in(Role.OFFICE, java_script_enabled=False)
    school.tap(school.card(0))

    page.reload()
    page.locator("#show-signed_in").click()

    assert page.locator(".names li").all_inner_texts()[0].startswith("Mia Keller")
    assert page.get_by_role("button", name="Search").is_visible()
