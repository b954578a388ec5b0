from datetime import timedelta

import pytest

from gateway.attendance.models import (
    AbsenceHold,
    AbsenceRun,
    Mark,
    RegistrationPolicy,
    Session,
)
from gateway.people.values import Role
from tests.gateway.portal.school import School, enable_erp, hold_absence, log_in

pytestmark = pytest.mark.django_db

IRREVERSIBLE = "Marking absent cannot be taken back."


@pytest.mark.covers("BEY-09")
def test_the_preview_says_whom_it_would_mark_and_whom_not_and_why() -> None:
    school = School(students=3)
    school.tap(school.card(0))

    page = log_in().get(school.page("absence/")).text

    assert "2 students would be marked absent" in page
    assert "no sign-in by the end of registration" in page
    assert "1 student is left out: was seen at a kiosk that day" in page
    assert not Mark.objects.filter(base="absent").exists()


def test_the_preview_says_when_the_schedule_comes_round_next() -> None:
    school = School()
    RegistrationPolicy.objects.update(absence_enabled=True, cron="17 9 * * *")

    page = log_in().get(school.page("absence/"))

    assert page.context["fires_at"] > school.now
    assert "09:17" in page.text


@pytest.mark.covers("TRK-09")
def test_where_the_erp_refuses_corrections_the_preview_says_so_before_anything_runs() -> None:
    school = School()
    enable_erp(school)
    RegistrationPolicy.objects.update(erp_can_correct=False)

    page = log_in().get(school.page("absence/")).text

    assert page.index(IRREVERSIBLE) < page.index("would be marked absent")


def test_where_the_erp_takes_corrections_nothing_is_called_final() -> None:
    school = School()
    enable_erp(school)

    assert IRREVERSIBLE not in log_in().get(school.page("absence/")).text


@pytest.mark.covers("TRK-06")
def test_running_it_by_hand_marks_whom_the_preview_named() -> None:
    school = School(students=4)
    school.hear_kiosk()
    for place in range(3):
        school.tap(school.card(place))

    page = log_in().post(school.page("absence/run/"), follow=True).text

    assert "1 student was marked absent." in page
    assert Mark.objects.get(base="absent").person_id == school.students[3]
    assert AbsenceRun.objects.get().marked == 1


def test_what_is_held_is_not_run_and_the_answer_says_so() -> None:
    school = School()

    page = log_in().post(school.page("absence/run/"), follow=True).text

    assert "1 session waits, see below." in page
    assert not Mark.objects.filter(base="absent").exists()


def test_on_a_day_without_school_it_says_that_it_does_not_run() -> None:
    school = School()
    RegistrationPolicy.objects.update(absence_enabled=False)

    page = log_in().post(school.page("absence/run/"), follow=True).text

    assert "Not run: automatic absence is switched off for this site." in page


def test_a_hold_is_released_with_a_reason() -> None:
    school = School()
    hold = hold_absence(school)

    answer = log_in().post(school.page(f"holds/{hold.pk}/"), {"because": "door was locked"})

    hold.refresh_from_db()
    assert answer["Location"] == school.page("absence/")
    assert (hold.released_by, hold.released_because) == ("office", "door was locked")


def test_a_hold_of_a_day_that_is_over_says_that_releasing_marks_nobody() -> None:
    school = School()
    hold = hold_absence(school)
    Session.objects.filter(pk=hold.session_id).update(day=school.today - timedelta(days=1))
    browser = log_in()

    board = browser.get(school.page()).context["needs"]
    page = browser.get(school.page(f"holds/{hold.pk}/")).text
    answer = browser.post(
        school.page(f"holds/{hold.pk}/"), {"because": "marked by hand"}, follow=True
    )

    assert "was never marked" in board[0].text
    assert "releasing this marks nobody any more" in page
    assert school.page(f"sessions/{hold.session_id}/") in page
    assert "nobody is marked by this" in answer.text


def test_a_hold_is_not_released_without_a_reason() -> None:
    school = School()
    hold = hold_absence(school)

    answer = log_in().post(school.page(f"holds/{hold.pk}/"), {"because": " "})

    hold.refresh_from_db()
    assert answer.status_code == 200
    assert hold.released_at is None


def test_releasing_a_hold_twice_says_that_it_has_gone() -> None:
    school = School()
    hold = hold_absence(school)
    browser = log_in()
    browser.post(school.page(f"holds/{hold.pk}/"), {"because": "door was locked"})

    page = browser.post(school.page(f"holds/{hold.pk}/"), {"because": "again"}, follow=True).text

    assert "no open hold" in page
    assert AbsenceHold.objects.get(pk=hold.pk).released_because == "door was locked"


def test_a_site_without_a_policy_says_where_to_set_it() -> None:
    school = School()
    RegistrationPolicy.objects.all().delete()

    assert "no registration policy yet" in log_in(Role.ADMIN).get(school.page("absence/")).text
