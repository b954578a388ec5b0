import pytest

from gateway.people import pins
from tests.gateway.portal.school import School, log_in

pytestmark = pytest.mark.django_db

PIN = "481920"


def test_a_pin_is_set_and_never_shown() -> None:
    school = School()
    page = school.page(f"people/{school.students[0]}/pin/")
    browser = log_in()

    answer = browser.post(page, {"pin": PIN}, follow=True)

    assert pins.has_pin(school.students[0])
    assert PIN not in answer.content.decode()
    assert "This person has a PIN." in answer.content.decode()


def test_a_pin_that_others_would_try_first_is_refused_in_words() -> None:
    school = School()

    answer = log_in().post(
        school.page(f"people/{school.students[0]}/pin/"), {"pin": "123456"}, follow=True
    )

    assert "others would try this PIN first" in answer.content.decode()
    assert "123456" not in answer.content.decode()
    assert not pins.has_pin(school.students[0])


def test_a_pin_is_taken_away() -> None:
    school = School()
    pins.set_pin(person_id=school.students[0], pin=PIN)

    log_in().post(school.page(f"people/{school.students[0]}/pin/clear/"))

    assert not pins.has_pin(school.students[0])


def test_the_person_has_a_link_to_the_pin() -> None:
    school = School()
    person = school.students[0]

    answer = log_in().get(school.page(f"people/{person}/{school.today}/"))

    assert school.page(f"people/{person}/pin/") in answer.content.decode()
