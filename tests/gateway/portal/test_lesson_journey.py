"""A roll taken in a browser without JavaScript, from the list of sessions to the end."""

import pytest
from playwright.sync_api import Page

from gateway.attendance.models import Session
from tests.gateway.portal.conftest import Website
from tests.gateway.portal.lesson import Lesson
from tests.gateway.portal.school import School

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def press(page: Page, role: str, name: str) -> None:
    """Reach it with the keyboard, and press Enter."""
    page.get_by_role(role, name=name, exact=True).first.focus()  # type: ignore[arg-type]  # a role
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.covers("SES-04", "SES-05", "SES-07", "MRK-01", "MRK-02", "OFF-03", "OFF-04")
def test_a_roll_is_taken_by_keyboard_without_javascript(website: Website) -> None:
    school = School(students=4)
    lesson = Lesson(school, profile="activity")
    page = website.log_in(java_script_enabled=False)

    page.goto(website.url + school.page())
    press(page, "link", "Sessions")
    press(page, "link", "Algebra")
    press(page, "button", "Mia Keller is present")
    press(page, "button", "Ben Keller is absent")
    press(page, "button", "Undo")
    press(page, "link", "more Ben Keller")
    page.get_by_label("Mark").select_option(label="Tardy & Left Early")
    page.get_by_label("Minutes late, if no time is known").fill("12")
    page.get_by_label("Minutes left early").fill("20")
    press(page, "button", "Keep this mark")
    row = page.get_by_role("row").filter(has_text="Ben Keller").inner_text()
    press(page, "button", "Hand in the roll")
    press(page, "link", "End the session")
    preview = page.get_by_role("heading", name="2 people become absent").count()
    press(page, "button", "End the session")

    assert "Tardy & Left Early" in row
    assert "12 min late" in row
    assert preview == 1
    assert lesson.bases() == {"Ada": "absent", "Ben": "present", "Mia": "present", "Omar": "absent"}
    kept = Session.objects.get(pk=lesson.session.pk)
    assert (kept.state, kept.submitted_by) == ("completed", "office")
