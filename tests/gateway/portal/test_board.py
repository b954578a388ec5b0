import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import DjangoAssertNumQueries

from gateway.fleet.models import Kiosk
from gateway.people.values import Role
from kiosk.protocol.messages import Shown
from tests.gateway.portal.school import School, busy_school, enable_erp, log_in

pytestmark = pytest.mark.django_db

PAGES = ("", "days/{day}/", "days/{day}/?at=11:00", "people/", "sessions/{session}/", "absence/")


def test_the_start_leads_to_the_first_site() -> None:
    School("hill")
    School("valley")

    assert log_in().get("/")["Location"] == "/s/hill/"


def test_the_start_leads_to_the_site_that_was_chosen_last() -> None:
    School("hill")
    School("valley")
    browser = log_in()

    chosen = browser.get("/site", {"site": "valley", "page": "kiosks"})

    assert chosen["Location"] == "/s/valley/kiosks/"
    assert browser.get("/")["Location"] == "/s/valley/"


def test_choosing_a_site_from_a_page_that_needs_more_leads_to_its_board() -> None:
    School("hill")

    assert log_in().get("/site", {"site": "hill", "page": "x"})["Location"] == "/s/hill/"


def test_a_gateway_without_a_site_says_what_to_do() -> None:
    assert "muster-gateway site add" in log_in().get("/").text


@pytest.mark.covers("TRK-03")
def test_the_totals_count_everybody_expected() -> None:
    school = School(students=4)
    school.tap(school.card(0))
    school.tap(school.card(1), minutes_ago=25)
    school.tap(school.card(1), minutes_ago=5, shown=Shown.SIGNED_OUT)

    totals = log_in().get(school.page()).context["totals"]

    assert (totals.expected, totals.signed_in, totals.signed_out, totals.not_signed) == (4, 1, 1, 2)


@pytest.mark.covers("TRK-04")
def test_late_students_stand_under_late_with_their_minutes() -> None:
    school = School()
    enable_erp(school)
    school.tap(school.card(0), minutes_ago=18)

    page = log_in().get(school.page("?show=late")).text

    assert "Mia Keller" in page
    assert "late, 12 min" in page


def test_names_are_found_by_a_part_of_them() -> None:
    school = School(students=3)

    names = log_in().get(school.page("?q=ben")).context["names"]

    assert [person.name for person in names.people] == ["Ben Keller"]
    assert {tab.name: tab.count for tab in names.tabs}["not_signed"] == 1


def test_names_are_found_by_year_group() -> None:
    school = School(students=3)

    names = log_in().get(school.page("?year=Year 8")).context["names"]

    assert names.people == ()
    assert names.year_groups == ("Year 7",)


def test_an_unknown_state_in_the_address_means_the_first() -> None:
    school = School()

    assert log_in().get(school.page("?show=nonsense")).context["names"].asked.show == "not_signed"


@pytest.mark.covers("BEY-04")
def test_everything_that_needs_someone_is_listed_with_its_act() -> None:
    school = busy_school()

    needs = log_in().get(school.page()).context["needs"]

    assert [(need.tag, need.act.word) for need in needs] == [
        ("hold", "release"),
        ("hold", "release"),
        ("kiosk", "take out"),
        ("refused", "look"),
        ("ERP", "done"),
        ("unknown", "assign"),
        ("difference", "seen"),
        ("set aside", "look"),
    ]


def test_a_card_number_is_never_shown_whole() -> None:
    school = School()
    school.tap("04DEADBEEF0001", shown=Shown.UNKNOWN)

    page = log_in().get(school.page()).text

    assert "04DE…0001" in page
    assert "04DEADBEEF0001" not in page


def test_a_quiet_morning_needs_nobody() -> None:
    school = School()
    school.hear_kiosk()

    page = log_in().get(school.page())

    assert page.context["needs"] == ()
    assert "All is well" in page.text


def test_a_kiosk_out_of_service_can_be_put_back_from_the_board() -> None:
    school = School()
    Kiosk.objects.update(in_service=False, out_of_service_because="screen broken")

    (need,) = log_in().get(school.page()).context["needs"]

    assert need.text == "Front door: Out of service: screen broken"
    assert (need.act.word, need.act.sends) == ("put back", True)


@pytest.mark.parametrize("rest", PAGES)
def test_more_people_need_no_more_queries(
    rest: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    small, large = School("hill", students=1), School("valley", students=3)
    for school, count in ((small, 1), (large, 3)):
        for place in range(count):
            school.tap(school.card(place))
    browser = log_in(Role.ADMIN)
    with CaptureQueriesContext(connection) as asked:
        browser.get(_page(small, rest))

    with django_assert_num_queries(len(asked)):
        browser.get(_page(large, rest))


def _page(school: School, rest: str) -> str:
    return school.page(rest.format(day=school.today, session=school.session.pk))
