"""The pages in a real browser, with the event stream beside them."""

import os
from pathlib import Path

import pytest

from gateway.people.values import Role
from tests.gateway.portal.conftest import Website
from tests.gateway.portal.school import School

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_the_board_shows_a_tap_within_two_seconds(website: Website) -> None:
    school = School()
    page = website.log_in(Role.OFFICE)
    page.locator(".live.on").wait_for()

    school.tap(school.card(0))

    page.locator(".totals div", has_text="signed in").locator("dd", has_text="1").wait_for(
        timeout=2500
    )
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=Path(shots) / "board.png")
