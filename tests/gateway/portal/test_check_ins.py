"""Checking in on the portal: by people themselves, and what a teacher says to it."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.asserts import assertNumQueries
from pytest_django.fixtures import Settings

from gateway.attendance.models import CheckIn, Mark, SharedPhone
from gateway.people.guardians import add_guardian
from gateway.people.models import Person
from gateway.people.pins import set_pin
from gateway.people.values import Role
from tests.gateway.attendance.test_check_ins import picture
from tests.gateway.classes import enrol_in, make_learner
from tests.gateway.portal.conftest import Website
from tests.gateway.portal.school import PASSWORD, log_in
from tests.gateway.portal.test_attend import Algebra, logs_in, person_with_login
from tests.gateway.portal.test_phone import SMALL_PHONE


@pytest.fixture(autouse=True)
def photos(settings: Settings, tmp_path: Path) -> Path:
    settings.PHOTOS = tmp_path
    return tmp_path


def online(**overrides: object) -> Algebra:
    return Algebra(self_check_in=True, **overrides)


def browser_of(person: Person) -> Client:
    browser = Client()
    logs_in(browser, person)
    return browser


def check_in(browser: Client, algebra: Algebra, person: Person, **proof: object) -> str:
    told = {"for": f"in-{algebra.session.pk}-{person.pk}", **proof}
    return browser.post("/check-in/", told, follow=True).text


def waiting(algebra: Algebra, count: int = 1) -> list[CheckIn]:
    found = []
    for number in range(count):
        person = make_learner(f"P{number} Keller")
        enrol_in(algebra.offering, person)
        made = CheckIn.objects.create(
            session=algebra.session,
            person=person,
            at=algebra.now,
            method="portal",
            state="pending",
            by="p",
        )
        found.append(made)
    return found


@pytest.mark.django_db
@pytest.mark.covers("SLF-01")
def test_a_student_checks_in_and_the_teacher_confirms_it() -> None:
    algebra = online()
    teacher = browser_of(algebra.teacher())
    page = check_in(browser_of(algebra.mia), algebra, algebra.mia)
    assert "the teacher has to confirm it" in page
    assert "waits for the teacher" in page
    made = CheckIn.objects.get()

    listed = teacher.get(f"/s/{algebra.site.slug}/check-ins/").text
    teacher.post(f"/s/{algebra.site.slug}/check-ins/{made.pk}/confirm/")

    assert "Mia Keller" in listed
    assert (Mark.objects.get().base, Mark.objects.get().arrived_at) == ("present", made.at)


@pytest.mark.django_db
@pytest.mark.covers("SLF-01")
def test_a_guardian_checks_a_child_in_and_no_other() -> None:
    algebra = online()
    guardian = person_with_login("Eva Keller", Role.GUARDIAN)
    add_guardian(guardian_id=guardian.pk, child_id=algebra.mia.pk)
    browser = browser_of(guardian)

    refused = check_in(browser, algebra, algebra.tom)
    assert "Nobody can check in there now" in refused
    assert not CheckIn.objects.exists()

    check_in(browser, algebra, algebra.mia)
    assert (CheckIn.objects.get().person, CheckIn.objects.get().by) == (algebra.mia, "eva")


@pytest.mark.django_db
def test_hours_are_told_on_the_clock_of_the_site() -> None:
    algebra = online()
    starts_at = algebra.session.starts_at.astimezone(algebra.site.tz)

    page = browser_of(algebra.mia).get("/check-in/").text

    assert f"{starts_at:%H:%M} – " in page


@pytest.mark.django_db
def test_a_start_page_leads_students_to_where_they_check_in() -> None:
    algebra = online()

    answer = browser_of(algebra.mia).get("/")

    assert answer["Location"] == "/check-in/"


@pytest.mark.django_db
def test_where_nothing_is_open_and_for_a_login_of_nobody_the_page_says_so() -> None:
    algebra = Algebra()

    assert "nothing to check in to now" in browser_of(algebra.mia).get("/check-in/").text
    assert "ask the office to link it" in log_in().get("/check-in/").text


@pytest.mark.django_db
@pytest.mark.covers("SLF-01")
def test_what_the_branch_asks_for_is_asked_and_kept() -> None:
    algebra = online(verification=["pin", "photo", "network"], networks=["127.0.0.0/8"])
    set_pin(person_id=algebra.mia.pk, pin="481920")
    browser, teacher = browser_of(algebra.mia), browser_of(algebra.teacher())
    photo = SimpleUploadedFile("me.jpg", picture(), "image/jpeg")

    asked = browser.get("/check-in/").text
    assert ['name="pin"' in asked, 'name="photo"' in asked] == [True, True]
    assert "fill in everything" in check_in(browser, algebra, algebra.mia, pin="481920")
    check_in(browser, algebra, algebra.mia, pin="481920", photo=photo)

    made = CheckIn.objects.get()
    assert made.verified == "network,photo,pin"
    shown = teacher.get(f"/s/{algebra.site.slug}/check-ins/{made.pk}/photo/")
    assert (shown["Content-Type"], shown.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")


@pytest.mark.django_db
def test_whoever_keeps_guessing_a_pin_must_wait() -> None:
    algebra = online(verification=["pin"])
    set_pin(person_id=algebra.mia.pk, pin="481920")
    browser = browser_of(algebra.mia)

    for _ in range(5):
        assert "not your PIN" in check_in(browser, algebra, algebra.mia, pin="000001")

    assert "wait ten minutes" in check_in(browser, algebra, algebra.mia, pin="481920")
    assert not CheckIn.objects.exists()


@pytest.mark.django_db
def test_a_login_that_lost_its_role_checks_nobody_in() -> None:
    algebra = online()
    browser = browser_of(algebra.mia)
    User.objects.get(username="mia").groups.clear()

    assert browser.get("/check-in/").status_code == 403
    check_in(browser, algebra, algebra.mia)
    assert browser.get(algebra.address(), follow=True).status_code == 403
    assert not CheckIn.objects.exists()


@pytest.mark.django_db
def test_another_network_is_refused() -> None:
    algebra = online(verification=["network"], networks=["10.0.0.0/8"])

    page = check_in(browser_of(algebra.mia), algebra, algebra.mia)

    assert "from the network of the branch" in page
    assert not CheckIn.objects.exists()


@pytest.mark.django_db
@pytest.mark.covers("QR-05")
def test_refusing_needs_a_reason_and_marks_nobody() -> None:
    algebra = online()
    teacher = browser_of(algebra.teacher())
    (made,) = waiting(algebra)
    address = f"/s/{algebra.site.slug}/check-ins/{made.pk}/refuse/"

    assert "say why" in teacher.post(address, {"because": " "}, follow=True).text
    page = teacher.post(address, {"because": "camera off"}, follow=True).text

    assert "camera off" in page
    assert not Mark.objects.exists()


@pytest.mark.django_db
def test_what_is_another_teachers_is_not_there() -> None:
    algebra = online()
    (made,) = waiting(algebra)
    other = browser_of(person_with_login("Sam Step", Role.TEACHER))
    student = browser_of(algebra.mia)
    site = f"/s/{algebra.site.slug}"

    answers = [
        other.post(f"{site}/check-ins/{made.pk}/confirm/").status_code,
        other.get(f"{site}/check-ins/{made.pk}/photo/").status_code,
        other.get(f"{site}/sessions/{algebra.session.pk}/check-ins/").status_code,
        student.post(f"{site}/check-ins/{made.pk}/confirm/").status_code,
    ]

    assert answers == [404, 404, 403, 403]
    assert CheckIn.objects.get().state == "pending"
    assert "No check-in waits" in other.get(f"{site}/check-ins/").text


@pytest.mark.django_db
def test_a_photo_that_is_not_kept_is_not_there() -> None:
    algebra = online()
    (made,) = waiting(algebra)

    answer = log_in().get(f"/s/{algebra.site.slug}/check-ins/{made.pk}/photo/")

    assert answer.status_code == 404


@pytest.mark.django_db
def test_the_board_says_how_many_check_ins_wait() -> None:
    algebra = online()
    waiting(algebra, 3)

    assert "3 check-ins wait to be confirmed" in log_in().get(f"/s/{algebra.site.slug}/").text


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_whatever_its_length(count: int) -> None:
    algebra = online()
    made = waiting(algebra, count)
    for each in made:
        SharedPhone.objects.create(
            session=algebra.session, person=each.person, other=algebra.mia, at=algebra.now
        )
    office = log_in()

    with assertNumQueries(6):
        office.get(f"/s/{algebra.site.slug}/check-ins/")


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locale", ["en", "de", "ar"])
def test_the_pages_of_check_ins_are_accessible(website: Website, locale: str) -> None:
    algebra = online(verification=["pin", "photo", "network"])
    (made,) = waiting(algebra)
    SharedPhone.objects.create(
        session=algebra.session, person=made.person, other=algebra.mia, at=algebra.now
    )
    algebra.teacher()
    faults = {}

    for name, address in (("mia", "/check-in/"), ("ruth", f"/s/{algebra.site.slug}/check-ins/")):
        page = website.browser.new_context(viewport=SMALL_PHONE, locale=locale).new_page()
        page.goto(website.url + "/login?next=" + address)
        page.fill("#id_username", name)
        page.fill("#id_password", PASSWORD)
        page.click("button.primary")
        page.wait_for_url("**" + address)
        faults[name] = [
            rule["id"] + str([n["html"] for n in rule["nodes"]][:2])
            for rule in Axe().run(page).response["violations"]
        ]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults[name].append("too wide")

    assert faults == {"mia": [], "ruth": []}
