"""From a scanned code to a mark: by phones that are logged in, that are not, and in a browser."""

from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from gateway.attendance.class_judging import policy_for
from gateway.attendance.entry_codes import code_keys, rotating_code
from gateway.attendance.models import CheckIn, Mark, Session, SharedPhone, Ticket
from gateway.attendance.values import SessionState
from gateway.people.logins import add_login
from gateway.people.models import Person
from gateway.people.values import Role
from gateway.timetable.models import Teaching
from kiosk.protocol.messages import PersonKind
from tests.gateway.classes import SEPTEMBER, enrol_in, make_offering, make_session
from tests.gateway.factories import make_person
from tests.gateway.portal.conftest import Website
from tests.gateway.portal.school import PASSWORD, School, log_in
from tests.gateway.portal.test_phone import SMALL_PHONE


class Algebra:
    """A class that began five minutes ago, with two learners who have logins."""

    def __init__(self, **overrides: object) -> None:
        school = School(students=0)
        self.site, self.now = school.site, school.now
        self.offering = make_offering(self.site, overrides=overrides, starts_on=SEPTEMBER)
        self.mia, self.tom = (self._learner(name) for name in ("Mia Keller", "Tom Berg"))
        self.session = make_session(self.offering, day=school.today)
        self.begins(minutes_ago=5)

    def begins(self, *, minutes_ago: int) -> None:
        starts_at = self.now - timedelta(minutes=minutes_ago)
        self.session.starts_at = self.session.registers_at = starts_at
        self.session.finishes_at = starts_at + timedelta(hours=1)
        self.session.save()

    def address(self, code: str = "", *, now: datetime | None = None) -> str:
        code = code or rotating_code(self.session, now=now or timezone.now())
        return f"/attend/{self.session.pk}/{code}"

    def teacher(self) -> Person:
        teacher = person_with_login("Ruth Osei", Role.TEACHER)
        Teaching.objects.create(offering=self.offering, person=teacher, starts_on=SEPTEMBER)
        return teacher

    def _learner(self, name: str) -> Person:
        person = person_with_login(name, Role.STUDENT)
        enrol_in(self.offering, person)
        return person


def person_with_login(name: str, role: Role) -> Person:
    kind = PersonKind.STAFF if role is Role.TEACHER else PersonKind(role.value)
    person = Person.objects.get(pk=make_person(name, kind=kind))
    username = person.given_name.lower()
    add_login(username=username, password=PASSWORD, role=role, person_id=person.pk)
    return person


def logs_in(browser: Client, person: Person) -> None:
    browser.force_login(User.objects.get(username=person.given_name.lower()))


@pytest.mark.django_db
@pytest.mark.covers("QR-02")
def test_scanning_while_logged_in_marks_at_once() -> None:
    algebra, phone = Algebra(), Client()
    logs_in(phone, algebra.mia)

    page = phone.get(algebra.address(), follow=True)

    assert "You are checked in" in page.text
    assert "Mia Keller" in page.text
    assert "<strong>Present</strong>" in page.text
    assert Mark.objects.get().person == algebra.mia


@pytest.mark.django_db
@pytest.mark.covers("QR-02", "QR-03")
def test_the_scan_survives_the_login_and_counts_from_when_it_was_made() -> None:
    algebra, phone = Algebra(), Client()
    scanned = phone.get(algebra.address())
    asked = phone.get(scanned["Location"])
    scanned_at = Ticket.objects.get().scanned_at

    page = phone.post(
        "/login",
        {"username": "mia", "password": PASSWORD, "next": asked["Location"].split("next=")[1]},
        follow=True,
    )

    assert "You are checked in" in page.text
    assert (CheckIn.objects.get().at, Mark.objects.get().arrived_at) == (scanned_at, scanned_at)


@pytest.mark.django_db
def test_loading_the_page_again_changes_nothing_even_without_the_scan() -> None:
    algebra, phone = Algebra(), Client()
    logs_in(phone, algebra.mia)
    phone.get(algebra.address())

    pages = [phone.get(f"/attend/{algebra.session.pk}/") for _ in range(2)]
    del phone.cookies["muster_ticket"]
    pages.append(phone.get(f"/attend/{algebra.session.pk}/"))

    assert ["You are checked in" in page.text for page in pages] == [True] * 3
    assert CheckIn.objects.count() == 1


@pytest.mark.django_db
def test_what_the_phone_holds_is_out_of_scripts_and_other_pages_reach() -> None:
    algebra, phone = Algebra(), Client()

    answer = phone.get(algebra.address())

    kept = {name: (c["httponly"], c["samesite"], c["path"]) for name, c in answer.cookies.items()}
    assert kept == dict.fromkeys(("muster_ticket", "muster_phone"), (True, "Lax", "/attend/"))
    assert answer["Referrer-Policy"] == "no-referrer"


@pytest.mark.django_db
@pytest.mark.parametrize("is_behind_tls", [True, False])
def test_behind_tls_the_phone_sends_what_it_holds_encrypted_only(
    settings: Settings, *, is_behind_tls: bool
) -> None:
    settings.SESSION_COOKIE_SECURE = is_behind_tls

    answer = Client().get(Algebra().address())

    kept = {name: bool(cookie["secure"]) for name, cookie in answer.cookies.items()}
    assert kept == {"muster_ticket": is_behind_tls, "muster_phone": is_behind_tls}


@pytest.mark.django_db
@pytest.mark.covers("QR-01")
def test_early_late_and_wrong_codes_get_a_page_that_says_so() -> None:
    algebra, phone = Algebra(), Client()
    wrong = phone.get(algebra.address("A" * 16))
    algebra.begins(minutes_ago=-60)
    early = phone.get(algebra.address())
    algebra.begins(minutes_ago=120)
    late = phone.get(algebra.address())
    Session.objects.update(state=SessionState.CANCELLED.value)
    cancelled = phone.get(algebra.address())
    unknown = phone.get("/attend/0/AAAA")

    pages = (wrong, early, late, cancelled, unknown)
    said = ("does not hold any more", "too early", "too late", "not take place", "no such session")
    assert [text in page.text for text, page in zip(said, pages, strict=True)] == [True] * 5
    assert [page.status_code for page in pages] == [409, 409, 409, 409, 404]
    assert not Ticket.objects.exists()


@pytest.mark.django_db
@pytest.mark.covers("BIO-02")
def test_a_second_person_on_one_phone_is_refused_and_the_board_names_both() -> None:
    algebra, phone, office = Algebra(), Client(), log_in()
    for person in (algebra.mia, algebra.tom):
        logs_in(phone, person)
        page = phone.get(algebra.address(), follow=True)

    assert "This phone has just checked in somebody else" in page.text
    assert list(Mark.objects.values_list("person", flat=True)) == [algebra.mia.pk]
    board = office.get(f"/s/{algebra.site.slug}/").text
    assert "Tom Berg was refused at Algebra" in board
    assert "it had just checked in Mia Keller" in board

    seen = SharedPhone.objects.get().pk
    office.post(f"/s/{algebra.site.slug}/shared-phones/{seen}/seen/")
    assert "Tom Berg was refused" not in office.get(f"/s/{algebra.site.slug}/").text


@pytest.mark.django_db
def test_logins_that_cannot_check_in_are_told_what_to_do() -> None:
    algebra, phone = Algebra(), Client()
    staff = log_in()
    phone.force_login(User.objects.create_user("nobody"))
    stranger = person_with_login("Ada Stone", Role.STUDENT)

    pages = [browser.get(algebra.address(), follow=True) for browser in (staff, phone)]
    logs_in(phone, stranger)
    pages.append(phone.get(algebra.address(), follow=True))

    said = ("logged in as staff", "ask the office to link it", "not on the list")
    assert [text in page.text for text, page in zip(said, pages, strict=True)] == [True] * 3
    assert [page.status_code for page in pages] == [403] * 3
    assert not CheckIn.objects.exists()


@pytest.mark.django_db
@pytest.mark.covers("QR-01", "BEY-07")
def test_a_teacher_shows_the_code_of_own_sessions_alone() -> None:
    algebra, teacher, other = Algebra(), Client(), Client()
    logs_in(teacher, algebra.teacher())
    logs_in(other, person_with_login("Sam Step", Role.TEACHER))
    student = Client()
    logs_in(student, algebra.mia)
    address = f"/s/{algebra.site.slug}/sessions/{algebra.session.pk}/code/"

    answers = [b.get(address).status_code for b in (teacher, other, student, log_in(), Client())]

    assert answers == [200, 403, 403, 200, 302]


@pytest.mark.django_db
def test_the_code_is_asked_for_again_before_it_lapses() -> None:
    algebra, office = Algebra(code_step=15), log_in()

    page = office.get(f"/s/{algebra.site.slug}/sessions/{algebra.session.pk}/code/")

    step_ms = policy_for(algebra.session).code_step / timedelta(milliseconds=1)
    assert step_ms <= page.context["holds_ms"] <= 2 * step_ms
    assert page.context["again_s"] * 1000 < step_ms
    assert 'http-equiv="refresh"' in page.text


@pytest.mark.django_db
def test_while_there_is_no_code_the_page_says_so() -> None:
    algebra, office = Algebra(), log_in()
    address = f"/s/{algebra.site.slug}/sessions/{algebra.session.pk}/code/"
    algebra.begins(minutes_ago=-60)
    early = office.get(address)
    algebra.begins(minutes_ago=120)
    late = office.get(address)
    Session.objects.update(overrides={"session_code": False})
    off = office.get(address)

    said = ("The code is shown from", "is over", "has no code")
    pages = (early, late, off)
    assert [text in page.text for text, page in zip(said, pages, strict=True)] == [True] * 3


@pytest.mark.django_db
@pytest.mark.covers("QR-01")
def test_a_code_is_printed_only_where_that_is_allowed_and_it_marks() -> None:
    algebra, office, phone = Algebra(printed_code=True), log_in(), Client()
    address = f"/s/{algebra.site.slug}/sessions/{algebra.session.pk}/code/print/"

    assert "data:image/svg+xml" in office.get(address).text
    logs_in(phone, algebra.mia)
    printed = code_keys(algebra.session.pk).printed
    assert "You are checked in" in phone.get(algebra.address(printed), follow=True).text

    Session.objects.update(overrides={})
    assert office.get(address).status_code == 404


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
@pytest.mark.covers("QR-02")
def test_a_phone_scans_logs_in_and_is_marked(website: Website) -> None:
    algebra = Algebra()
    page = website.browser.new_context(viewport=SMALL_PHONE).new_page()

    page.goto(website.url + algebra.address())
    page.fill("#id_username", "mia")
    page.fill("#id_password", PASSWORD)
    page.click("button.primary")
    page.wait_for_url(f"**/attend/{algebra.session.pk}/")

    assert page.get_by_role("heading").inner_text() == "You are checked in"
    assert Mark.objects.get().base == "present"
    assert Axe().run(page).response["violations"] == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locale", ["en", "de", "ar"])
def test_the_pages_of_codes_are_accessible(website: Website, locale: str) -> None:
    algebra = Algebra(printed_code=True)
    page = website.log_in(Role.OFFICE, locale=locale, viewport=SMALL_PHONE)
    codes = f"{website.url}/s/{algebra.site.slug}/sessions/{algebra.session.pk}/"
    faults = {}

    for name in ("code/", "code/print/", "check-ins/"):
        page.goto(codes + name)
        faults[name] = [rule["id"] for rule in Axe().run(page).response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults[name].append("too wide")

    assert faults == {"code/": [], "code/print/": [], "check-ins/": []}
