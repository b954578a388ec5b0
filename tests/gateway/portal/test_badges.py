"""Staff give out badges, print them, send them to phones, and revoke them."""

import io
from datetime import timedelta

import pytest
import zxingcpp
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from gateway.people import badges
from gateway.people.badge_keys import badge_keys
from gateway.people.badges import Terms
from gateway.people.models import Badge, Credential, Person
from gateway.people.services import deactivate_person
from gateway.portal.pages.badges import MOST
from gateway.timetable.models import Enrolment
from kiosk.protocol.badges import Verifier
from tests.gateway.factories import make_site
from tests.gateway.portal.school import School, log_in

pytestmark = pytest.mark.django_db


def of_person(school: School, place: int = 0, rest: str = "") -> str:
    return school.page(f"people/{school.students[place]}/badges/{rest}")


def give(school: School, place: int = 0) -> Badge:
    terms = Terms(expires_at=school.now + timedelta(days=9), by="office", now=school.now)
    (serial,) = badges.issue_badges([school.students[place]], terms)
    return Badge.objects.get(pk=serial)


@pytest.mark.covers("QR-02", "BEY-07")
def test_a_year_group_is_printed_and_everybody_has_a_badge() -> None:
    school = School(students=3)

    answer = log_in().post(school.page("badges/"), {"year_group": school.year.pk, "until": ""})

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert sorted(Badge.objects.values_list("person_id", flat=True)) == sorted(school.students)


def test_printing_again_gives_out_nothing_new() -> None:
    school, browser = School(students=2), log_in()

    first, again = (browser.post(school.page("badges/")) for _ in range(2))

    assert Badge.objects.count() == 2
    assert len(first.content) == pytest.approx(len(again.content), abs=2000)


def test_a_day_that_is_past_is_refused_and_nothing_is_given_out() -> None:
    school = School(students=1)

    answer = log_in().post(school.page("badges/"), {"until": "2020-01-01"})

    assert "cannot expire before it is given out" in answer.text
    assert not Badge.objects.exists()


def test_an_empty_site_has_nothing_to_print() -> None:
    make_site("empty")

    assert "Nobody is enrolled there today." in log_in().post("/s/empty/badges/").text


def test_more_than_a_page_prints_is_sent_to_the_command() -> None:
    school = School(students=0)
    crowd = [Person(kind="student", given_name=f"Ben {n}", family_name="") for n in range(MOST + 1)]
    Person.objects.bulk_create(crowd)
    Enrolment.objects.bulk_create(
        Enrolment(person=each, year_group=school.year, starts_on=school.today)
        for each in Person.objects.all()
    )

    answer = log_in().post(school.page("badges/"))

    assert "501 badges are too many for this page" in answer.text
    assert not Badge.objects.exists()


def test_a_badge_is_given_out_and_can_be_saved_as_a_picture() -> None:
    school, browser = School(students=1), log_in()

    listed = browser.post(of_person(school, rest="give/"), follow=True)

    badge = Badge.objects.get()
    assert "A badge was given out" in listed.text
    assert str(badge.serial) in listed.text
    drawn = browser.get(of_person(school, rest=f"{badge.serial}/badge.png"))
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(drawn.content)))
    assert Verifier(badge_keys()).read(found.text).serial == badge.serial
    svg = browser.get(of_person(school, rest=f"{badge.serial}/badge.svg"))
    assert svg["Content-Type"] == "image/svg+xml"


@pytest.mark.covers("BEY-07")
def test_a_revoked_badge_says_why_and_cannot_be_drawn() -> None:
    school, browser = School(students=1), log_in()
    badge = give(school)

    listed = browser.post(
        of_person(school, rest=f"{badge.serial}/revoke/"),
        {"because": "lost on the bus"},
        follow=True,
    )

    assert "lost on the bus" in listed.text
    assert Credential.objects.get(value=f"badge:{badge.serial}").blocked_at is not None
    assert browser.get(of_person(school, rest=f"{badge.serial}/badge.png")).status_code == 404


def test_a_badge_of_another_person_is_not_found_here() -> None:
    school, browser = School(students=2), log_in()
    badge = give(school, 1)

    wrong = [
        browser.post(of_person(school, 0, f"{badge.serial}/revoke/")),
        browser.get(of_person(school, 0, f"{badge.serial}/badge.svg")),
        browser.get(of_person(school, 1, f"{badge.serial}/badge.gif")),
    ]

    assert [answer.status_code for answer in wrong] == [404, 404, 404]


def test_nobody_gets_a_badge_or_a_link_who_left() -> None:
    school, browser = School(students=1), log_in()
    deactivate_person(person_id=school.students[0])

    given = browser.post(of_person(school, rest="give/"), follow=True)
    link = browser.post(of_person(school, rest="phone/"))

    assert "has left" in given.text
    assert link.status_code == 404
    assert not Badge.objects.exists()


def test_a_link_for_the_phone_is_shown_once_with_its_code() -> None:
    school, browser = School(students=1), log_in()

    shown = browser.post(of_person(school, rest="phone/")).text

    address = shown.partition('tabindex="0">')[2].partition("<")[0]
    assert address.startswith("http://testserver/badge/")
    assert address not in browser.get(of_person(school)).text
    assert Client().get(address.removeprefix("http://testserver")).status_code == 200


@pytest.mark.parametrize("rest", ["give/", "phone/", "5/revoke/"])
def test_what_changes_something_is_never_done_by_a_link(rest: str) -> None:
    school = School(students=1)

    assert log_in().get(of_person(school, rest=rest)).status_code == 405


@pytest.mark.parametrize("rest", ["", "give/", "phone/", "5/revoke/", "5/badge.png"])
def test_badges_are_for_staff_alone(rest: str) -> None:
    school = School(students=1)

    answers = [
        Client().get(of_person(school, rest=rest)),
        Client().post(of_person(school, rest=rest)),
    ]

    assert all(
        "/login" in answer.get("Location", "") or answer.status_code == 405 for answer in answers
    )
    assert not Badge.objects.exists()


@pytest.mark.parametrize("held", [1, 3])
def test_the_list_takes_the_same_queries_however_many_there_are(
    django_assert_num_queries: DjangoAssertNumQueries, held: int
) -> None:
    school, browser = School(students=1), log_in()
    for _ in range(held):
        give(school)

    with django_assert_num_queries(14):
        browser.get(of_person(school))
