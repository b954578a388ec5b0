"""Tablets as staff see them, and what their page asks for."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from gateway.attendance.models import Track
from gateway.fleet import tablets
from gateway.fleet.models import Kiosk, Tablet
from gateway.fleet.options import Options, set_door_options
from gateway.people.models import Person
from gateway.people.services import set_credential
from gateway.portal.pages.tablet import MOST_ASKED, MOST_GUESSES
from kiosk.protocol.messages import Method
from tests.gateway.portal.qr_pictures import jpeg
from tests.gateway.portal.school import School, log_in

pytestmark = pytest.mark.django_db

CODE = "M-1-17"
WIDE = jpeg("", size=(1300, 20))


@pytest.fixture(autouse=True)
def _nobody_asked_before() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


class Browser:
    """A browser that is paired, and asks as the page's script does."""

    def __init__(self, school: School, name: str = "Reception") -> None:
        now = timezone.now()
        self.kiosk_id = tablets.add_tablet(site_id=school.site.pk, name=name)
        code = tablets.new_code(kiosk_id=self.kiosk_id, now=now)
        self.token = tablets.pair(code=code, now=now)
        self._client = Client(enforce_csrf_checks=True)

    def see(self, text: str, *, held: str = "") -> Any:
        answer = self._client.post(
            "/tablet/frame", jpeg(text), content_type="image/jpeg", headers=self._told(held)
        )
        return answer.json()

    def type(self, value: object) -> Any:
        body = json.dumps({"value": value})
        answer = self._client.post(
            "/tablet/typed", body, content_type="application/json", headers=self._told("")
        )
        return answer.json()

    def post(self, path: str, body: bytes) -> int:
        answer = self._client.post(path, body, content_type="image/jpeg", headers=self._told(""))
        return answer.status_code

    def state(self) -> Any:
        return self._client.get("/tablet/state", headers=self._told("")).json()

    def _told(self, held: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "X-Held": held}


@pytest.fixture
def school() -> School:
    school = School(students=1)
    set_credential(person_id=school.students[0], method=Method.QR, value=CODE)
    return school


@pytest.mark.covers("BEY-14", "QR-02")
def test_a_code_before_the_camera_is_a_tap_and_is_told_as_at_any_kiosk(school: School) -> None:
    result = Browser(school).see(CODE)["result"]

    assert (result["icon"], result["word"], result["who"]) == ("in", "Signed in", "Mia K.")
    assert (result["language"], result["direction"]) == ("en", "ltr")
    assert Track.objects.get().person_id == school.students[0]


def test_a_code_that_is_still_held_is_no_second_tap(school: School) -> None:
    browser = Browser(school)
    held = browser.see(CODE)["held"]

    again = browser.see(CODE, held=held)

    assert again == {"held": held, "result": None}
    assert browser.see("") == {"held": "", "result": None}
    assert browser.see(CODE)["result"]["word"] == "Already signed in"


def test_an_answer_is_in_the_language_of_the_person(school: School) -> None:
    Person.objects.update(language="ar")

    result = Browser(school).see(CODE)["result"]

    assert (result["language"], result["direction"]) == ("ar", "rtl")
    assert result["word"] == "تم تسجيل الدخول"


def test_a_language_nobody_has_translated_is_answered_in_english(school: School) -> None:
    Person.objects.update(language="eo")

    assert Browser(school).see(CODE)["result"]["language"] == "en"


@pytest.mark.covers("BEY-07")
def test_a_site_that_shows_no_names_shows_none_on_tablets(school: School) -> None:
    set_door_options(site_id=school.site.pk, options=Options(show_names=False))

    assert Browser(school).see(CODE)["result"]["who"] == ""


def test_whoever_goes_is_told_goodbye(school: School) -> None:
    school.tap(school.card(0), minutes_ago=20)

    result = Browser(school).see(CODE)["result"]

    assert (result["icon"], result["word"]) == ("out", "Signed out")
    assert re.fullmatch(r"\d\d:\d\d · see you soon", result["when"])


def test_a_repeat_says_since_when(school: School) -> None:
    browser = Browser(school)
    browser.see(CODE)

    result = browser.see(CODE)["result"]

    assert result["icon"] == "already"
    assert re.fullmatch(r"since \d\d:\d\d", result["when"])


def test_what_nobody_holds_leads_to_the_office(school: School) -> None:
    result = Browser(school).see("who")["result"]

    assert (result["icon"], result["word"], result["who"]) == (
        "ask",
        "Card not known",
        "Please see the office",
    )


@pytest.mark.covers("BEY-14")
def test_a_card_number_that_was_typed_is_a_tap(school: School) -> None:
    assert Browser(school).type(school.card(0))["result"]["word"] == "Signed in"


@pytest.mark.parametrize("value", ["", "  ", "\x00", 7, None, ["x"]])
def test_nothing_typed_is_nothing_recorded(school: School, value: object) -> None:
    assert Browser(school).type(value) == {"message": "There is nothing in it."}
    assert not Track.objects.exists()


@pytest.mark.parametrize("path", ["/tablet/state", "/tablet/frame", "/tablet/typed"])
@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer stolen", "Basic x"])
def test_only_the_paired_browser_may_ask(school: School, path: str, header: str) -> None:
    Browser(school)
    ask = Client().get if path == "/tablet/state" else Client().post

    answer = ask(path, headers={"Authorization": header})

    assert answer.status_code == 401
    assert not Track.objects.exists()


def test_somebody_logged_in_is_no_tablet(school: School) -> None:
    answer = log_in().post("/tablet/frame", jpeg(CODE), content_type="image/jpeg")

    assert answer.status_code == 401


def test_a_revoked_browser_records_nothing(school: School) -> None:
    browser = Browser(school)
    tablets.revoke_tablet(kiosk_id=browser.kiosk_id)

    assert "not paired, or was revoked" in browser.see(CODE)["message"]
    assert not Track.objects.exists()


@pytest.mark.parametrize(
    "body",
    [b"", b"GIF89a", jpeg("")[:200], b"\xff\xd8\xff" + bytes(50), b"x" * 300_000, WIDE],
    ids=["nothing", "another kind", "cut off", "broken", "too long", "too wide"],
)
def test_what_is_no_picture_is_refused_and_nothing_happens(school: School, body: bytes) -> None:
    assert Browser(school).post("/tablet/frame", body) == 422
    assert not Track.objects.exists()


def test_a_tablet_says_where_it_stands(school: School) -> None:
    browser = Browser(school)

    told = browser.state()

    assert (told["site"], told["name"], told["zone"]) == ("Hill", "Reception", school.site.zone)
    assert Kiosk.objects.get(pk=browser.kiosk_id).online


def test_a_tablet_that_asks_too_often_must_wait(school: School) -> None:
    browser = Browser(school)
    for _ in range(MOST_ASKED):
        browser.state()

    assert browser.see(CODE) == {"message": "Too often. Please wait a moment."}
    assert not Track.objects.exists()


def pair(code: object) -> Any:
    return Client(enforce_csrf_checks=True).post(
        "/tablet/pair", json.dumps({"code": code}), content_type="application/json"
    )


@pytest.mark.covers("BEY-14")
def test_a_browser_is_paired_with_the_code_that_staff_are_shown(school: School) -> None:
    browser = log_in()
    browser.post(school.page("tablets/"), {"name": "Reception"})
    tablet = Tablet.objects.get()

    shown = browser.post(school.page(f"tablets/{tablet.pk}/code/"))

    token = pair(shown.context["code"]).json()["token"]
    assert tablets.tablet_of(token) == tablet
    assert shown["Cache-Control"] == "private, no-store"
    assert f"http://testserver/tablet#{shown.context['code']}" not in shown.text
    assert "data:image/svg+xml" in shown.text


def test_a_wrong_code_is_answered_in_words() -> None:
    answer = pair("ABCD-EFGH")

    assert (answer.status_code, list(answer.json())) == (422, ["message"])
    assert "Ask the office for a new one" in answer.json()["message"]


@pytest.mark.parametrize("code", [None, 7, "", "x" * 10_000])
def test_what_is_no_code_is_refused(code: object) -> None:
    assert pair(code).status_code == 422


def test_what_no_reader_of_json_follows_is_no_code() -> None:
    bottomless = "[" * 100_000

    answer = Client().post("/tablet/pair", bottomless, content_type="application/json")

    assert answer.status_code == 422


def test_whoever_guesses_codes_must_wait(school: School) -> None:
    kiosk_id = tablets.add_tablet(site_id=school.site.pk, name="Reception")
    code = tablets.new_code(kiosk_id=kiosk_id, now=timezone.now())
    for _ in range(MOST_GUESSES):
        pair("wrong")

    assert pair(code).status_code == 429


def test_the_address_is_the_public_one_where_the_settings_name_it(
    school: School, settings: Settings
) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://muster.school.example"]
    kiosk_id = tablets.add_tablet(site_id=school.site.pk, name="Reception")

    page = log_in().post(school.page(f"tablets/{kiosk_id}/code/"))

    assert page.context["address"] == "https://muster.school.example/tablet"
    assert "begin with https" not in page.text


def test_staff_are_warned_where_no_camera_will_open(school: School) -> None:
    kiosk_id = tablets.add_tablet(site_id=school.site.pk, name="Reception")

    assert "begin with https" in log_in().post(school.page(f"tablets/{kiosk_id}/code/")).text


def test_a_tablet_can_be_revoked(school: School) -> None:
    browser = Browser(school)

    log_in().post(school.page(f"tablets/{browser.kiosk_id}/revoke/"))

    assert list(browser.state()) == ["message"]


def test_a_tablet_of_another_site_is_not_found(school: School) -> None:
    other = School("valley", students=0)
    browser = Browser(other)

    staff = log_in()

    pages = [school.page(f"tablets/{browser.kiosk_id}/{act}/") for act in ("code", "revoke")]

    assert [staff.post(page).status_code for page in pages] == [404, 404]


def test_a_tablet_without_a_name_is_asked_for_one(school: School) -> None:
    answer = log_in().post(school.page("tablets/"), {"name": ""})

    assert answer.status_code == 200
    assert not Tablet.objects.exists()


def test_the_list_takes_the_same_number_of_queries_however_long_it_is(school: School) -> None:
    staff = log_in()
    asked = []

    for names in (["Hall"], ["Yard", "Gate"]):
        for name in names:
            tablets.add_tablet(site_id=school.site.pk, name=name)
        with CaptureQueriesContext(connection) as queries:
            staff.get(school.page("tablets/"))
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_the_page_alone_may_use_a_camera() -> None:
    own, others = Client().get("/tablet"), Client().get("/login")

    assert "camera=(self)" in own["Permissions-Policy"]
    assert "camera=()" in others["Permissions-Policy"]
    assert "script-src 'self'" in own["Content-Security-Policy"]


def test_what_is_no_json_says_nothing(school: School) -> None:
    assert Browser(school).post("/tablet/typed", b"\xffrubbish") == 422
    assert not Track.objects.exists()


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_while_the_store_cannot_save_nothing_is_told_to_be_recorded(school: School) -> None:
    browser = Browser(school)
    with connection.cursor() as store:
        store.execute("ALTER TABLE attendance_track RENAME TO away")
    try:
        told = browser.see(CODE)
    finally:
        with connection.cursor() as store:
            store.execute("ALTER TABLE away RENAME TO attendance_track")

    assert told == {"message": "Nothing can be saved right now."}
    assert browser.see(CODE)["result"]["word"] == "Signed in"
