from datetime import date

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from gateway.people import services as people
from gateway.timetable import services
from gateway.timetable.errors import UnknownPlace
from gateway.timetable.models import Site
from gateway.timetable.queries import Enrolled, Place, enrolled, roll, school_day
from gateway.timetable.rules import SchoolDay
from kiosk.protocol.messages import PersonKind
from tests.gateway.factories import (
    make_division,
    make_person,
    make_site,
    make_student,
    make_year_group,
)

pytestmark = pytest.mark.django_db

SEPTEMBER = date(2026, 9, 1)
OCTOBER = date(2026, 10, 1)


@pytest.mark.covers("TRK-06")
def test_christmas_is_no_school_day_though_no_one_entered_it() -> None:
    site = make_site()

    assert school_day(site.pk, date(2026, 12, 25)) == SchoolDay(
        is_open=False, why="public holiday: Christmas Day"
    )


def test_the_calendar_is_each_site_s_own() -> None:
    north, south = make_site("north"), make_site("south")
    services.add_closure(site_id=north.pk, reason="Burst pipe", starts_on=OCTOBER)

    assert school_day(north.pk, OCTOBER) == SchoolDay(is_open=False, why="closed: Burst pipe")
    assert school_day(south.pk, OCTOBER).is_open


def test_a_date_outside_the_terms_is_no_school_day() -> None:
    site = make_site()
    services.add_term(
        site_id=site.pk, name="Autumn", starts_on=SEPTEMBER, ends_on=date(2026, 12, 18)
    )

    assert school_day(site.pk, OCTOBER).is_open
    assert school_day(site.pk, date(2026, 8, 31)).why == "public holiday: Late Summer Bank Holiday"
    assert school_day(site.pk, date(2026, 8, 28)).why == "outside the terms"


def test_a_site_in_an_unknown_country_is_closed_and_says_what_to_correct() -> None:
    site = Site.objects.create(slug="moon", name="Moon", country="XX", subdivision="")

    assert school_day(site.pk, OCTOBER) == SchoolDay(
        is_open=False,
        why="public holidays of 'XX' are unknown: correct the site's country or subdivision",
    )


def test_an_unknown_site_is_refused() -> None:
    with pytest.raises(UnknownPlace, match="there is no site 77"):
        school_day(77, OCTOBER)


def test_a_person_is_found_where_enrolled_on_the_day() -> None:
    division = make_division(make_site())
    seven, eight = make_year_group(division, "Year 7"), make_year_group(division, "Year 8")
    mia = make_student(year_group=seven, on=SEPTEMBER)
    services.enrol(person_id=mia, year_group_id=eight.pk, on=OCTOBER)

    assert enrolled([mia], date(2026, 9, 30)) == {
        mia: Place(seven.pk, division.pk, division.site_id)
    }
    assert enrolled([mia], OCTOBER) == {mia: Place(eight.pk, division.pk, division.site_id)}
    assert enrolled([mia], date(2026, 8, 31)) == {}


@pytest.mark.parametrize("students", [1, 3])
def test_enrolments_are_found_in_one_query(
    students: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    group = make_year_group(make_division(make_site()))
    wanted = [make_student(f"Student {n}", year_group=group) for n in range(students)]

    with django_assert_num_queries(1):
        assert len(enrolled(wanted, OCTOBER)) == students


def test_a_roll_holds_the_division_s_students_by_year_group_and_name() -> None:
    division = make_division(make_site())
    seven, eight = make_year_group(division, "Year 7"), make_year_group(division, "Year 8")
    zoe = make_student("Zoe Adams", year_group=eight)
    ben = make_student("Ben Young", year_group=seven)
    amy = make_student("Amy Young", year_group=seven)

    assert roll(division.pk, OCTOBER) == (
        Enrolled(amy, "Amy Young", seven.pk, "Year 7"),
        Enrolled(ben, "Ben Young", seven.pk, "Year 7"),
        Enrolled(zoe, "Zoe Adams", eight.pk, "Year 8"),
    )


def test_a_roll_leaves_out_who_is_not_enrolled_or_is_no_student() -> None:
    division = make_division(make_site())
    other = make_year_group(make_division(division.site, "Junior"))
    make_student("Ada Else", year_group=other)
    make_person("Tom Teacher", kind=PersonKind.STAFF)

    assert roll(division.pk, OCTOBER) == ()


def test_a_deactivated_student_is_on_no_roll_though_the_enrolment_was_left_open() -> None:
    group = make_year_group(make_division(make_site()))
    mia = make_student(year_group=group)

    people.deactivate_person(person_id=mia)

    assert roll(group.division_id, OCTOBER) == ()


def test_a_leaver_stays_on_the_rolls_of_the_time_before() -> None:
    group = make_year_group(make_division(make_site()))
    mia = make_student(year_group=group)

    services.leave([mia], last_day=date(2026, 9, 30))

    assert [line.person_id for line in roll(group.division_id, date(2026, 9, 30))] == [mia]
    assert roll(group.division_id, OCTOBER) == ()
