import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver

from gateway.people.values import Role
from gateway.portal import urls
from tests.gateway.portal.school import PASSWORD, School, busy_school, log_in
from tests.gateway.portal.test_look import pages_of

pytestmark = pytest.mark.django_db

FOREIGN = re.compile(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|(src|href|action)=.?https?:")
TABLETS = {"tablet", "tablet_pair", "tablet_state", "tablet_frame", "tablet_typed"}
OPEN = TABLETS | {"login", "logout", "set_language", "phone", "scanned", "scanned_too"}
EXAMPLES = {
    "site": "hill", "day": "2026-11-23", "person_id": "1", "session_id": "1", "hold_id": "1",
    "kiosk_id": "door", "consent_id": "1", "delivery_id": "1", "message_id": "1", "card": "abc",
    "track_id": "00000000-0000-0000-0000-000000000001",
    "enrolment_id": "00000000-0000-0000-0000-000000000001", "serial": "5", "kind": "png",
    "check_in_id": "1", "shared_id": "1",
}  # fmt: skip


def addresses(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, here)
        elif pattern.name not in OPEN:
            yield re.sub(r"<\w+:(\w+)>", lambda found: EXAMPLES[found[1]], here)


@pytest.mark.parametrize("address", [*addresses(urls.urlpatterns)])
def test_every_page_asks_for_a_login(address: str) -> None:
    answer = Client().get(address)

    assert answer.status_code in (302, 405)
    if answer.status_code == 302:
        assert answer["Location"].startswith("/login?next=")


@pytest.mark.parametrize("address", [*addresses(urls.urlpatterns)])
def test_an_act_without_a_login_does_nothing(address: str) -> None:
    answer = Client().post(address)

    assert answer["Location"].startswith("/login?next=")


def test_a_login_without_a_role_sees_nothing() -> None:
    school = School()
    browser = Client()
    browser.force_login(User.objects.create_user("nobody"))

    answer = browser.get(school.page())

    assert answer.status_code == 403
    assert "school office" in answer.text


def test_the_office_may_not_change_the_policy() -> None:
    school = School()

    answer = log_in(Role.OFFICE).post(school.page("settings/"), {"cron": "* * * * *"})

    assert answer.status_code == 403


def test_the_office_is_told_that_settings_are_for_administrators() -> None:
    school = School()

    answer = log_in(Role.OFFICE).get(school.page("settings/"))

    assert answer.status_code == 403
    assert "for administrators" in answer.text


def test_logging_in_leads_to_the_page_that_was_wanted() -> None:
    school = School()
    log_in()
    form = {"username": "office", "password": PASSWORD, "next": school.page("kiosks/")}

    answer = Client().post("/login", form)

    assert answer["Location"] == school.page("kiosks/")


def test_a_wrong_password_is_answered_politely() -> None:
    answer = Client().post("/login", {"username": "office", "password": "wrong"})

    assert "do not belong together" in answer.text


def test_logging_in_leads_to_no_other_host() -> None:
    School()
    log_in()
    form = {"username": "office", "password": PASSWORD, "next": "https://evil.example/"}

    answer = Client().post("/login", form)

    assert answer["Location"] == "/"


def test_an_act_from_another_page_is_refused() -> None:
    school = School()
    log_in()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.get(username="office"))

    answer = browser.post(school.page(f"kiosks/{school.kiosk.pk}/out/"), {"because": "x"})

    school.kiosk.refresh_from_db()
    assert answer.status_code == 403
    assert school.kiosk.in_service


def test_no_page_runs_or_loads_anything_that_is_not_its_own() -> None:
    school = busy_school()
    browser = log_in(Role.ADMIN)

    texts = [browser.get(school.page(rest)).text for rest in pages_of(school).values()]

    for text in texts:
        assert not re.search(
            r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|(src|href|action)=\"?https?:", text
        )


def test_every_answer_forbids_what_pages_do_not_need() -> None:
    answer = Client().get("/login")

    policy = dict(rule.split(" ", 1) for rule in answer["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self' http://testserver:8081"
    assert answer["X-Frame-Options"] == "DENY"
    assert "no-store" in answer["Cache-Control"]


def test_a_page_that_is_not_there_says_so() -> None:
    answer = log_in().get("/s/nowhere/")

    assert answer.status_code == 404
    assert "Nothing here" in answer.text


def test_whoever_keeps_guessing_must_wait() -> None:
    School()
    log_in()
    cache.clear()
    for _ in range(10):
        Client().post("/login", {"username": "Office", "password": "wrong"})

    answer = Client().post("/login", {"username": "office", "password": PASSWORD})
    cache.clear()

    assert answer.status_code == 429
    assert "wait ten minutes" in answer.text
