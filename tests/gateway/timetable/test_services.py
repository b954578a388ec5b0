from datetime import date, time

import pytest

from gateway.people import services as people
from gateway.people.errors import KeptByErp
from gateway.people.queries import roster_since, roster_version
from gateway.people.values import PersonDetails
from gateway.timetable import services
from gateway.timetable.errors import NotAStudent, Taken, UnknownPlace, WrongDates, WrongSite
from gateway.timetable.models import (
    Closure,
    Division,
    Enrolment,
    PeriodKind,
    RegistrationPeriod,
    Site,
    Term,
)
from gateway.timetable.queries import school_day
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
NOVEMBER = date(2026, 11, 1)


def enrolments(person_id: int) -> list[tuple[str, date, date | None]]:
    return list(
        Enrolment.objects.filter(person_id=person_id)
        .order_by("starts_on")
        .values_list("year_group__name", "starts_on", "ends_on")
    )


def test_a_transfer_ends_the_enrolment_before_it_the_day_before() -> None:
    division = make_division(make_site())
    mia = make_student(year_group=make_year_group(division, "Year 7"), on=SEPTEMBER)

    services.enrol(person_id=mia, year_group_id=make_year_group(division, "Year 8").pk, on=OCTOBER)

    assert enrolments(mia) == [
        ("Year 7", SEPTEMBER, date(2026, 9, 30)),
        ("Year 8", OCTOBER, None),
    ]


def test_enrolling_twice_is_enrolling_once() -> None:
    group = make_year_group(make_division(make_site()))
    mia = make_student(year_group=group, on=SEPTEMBER)
    before = roster_version()

    services.enrol(person_id=mia, year_group_id=group.pk, on=OCTOBER)

    assert enrolments(mia) == [("Year 7", SEPTEMBER, None)]
    assert roster_version() == before


def test_an_enrolment_replaces_what_was_planned_after_it() -> None:
    division = make_division(make_site())
    mia = make_student(year_group=make_year_group(division, "Year 7"), on=NOVEMBER)

    services.enrol(person_id=mia, year_group_id=make_year_group(division, "Year 8").pk, on=OCTOBER)

    assert enrolments(mia) == [("Year 8", OCTOBER, None)]


def test_a_correction_on_the_first_day_leaves_one_enrolment() -> None:
    division = make_division(make_site())
    mia = make_student(year_group=make_year_group(division, "Year 7"), on=OCTOBER)

    services.enrol(person_id=mia, year_group_id=make_year_group(division, "Year 8").pk, on=OCTOBER)

    assert enrolments(mia) == [("Year 8", OCTOBER, None)]


def test_kiosks_hear_of_a_transfer() -> None:
    division = make_division(make_site())
    mia = make_student(year_group=make_year_group(division, "Year 7"))
    eight = make_year_group(division, "Year 8")
    before = roster_version()

    services.enrol(person_id=mia, year_group_id=eight.pk, on=OCTOBER)

    (told,) = roster_since(before).people
    assert (told.id, told.year_group) == (mia, eight.pk)


def test_staff_belong_to_no_year_group() -> None:
    group = make_year_group(make_division(make_site()))
    tom = make_person("Tom Teacher", kind=PersonKind.STAFF)

    with pytest.raises(NotAStudent, match="only students"):
        services.enrol(person_id=tom, year_group_id=group.pk, on=OCTOBER)

    assert enrolments(tom) == []


def test_whom_the_erp_keeps_is_not_transferred_by_hand() -> None:
    group = make_year_group(make_division(make_site()))
    mia = people.upsert_person(
        PersonDetails(PersonKind.STUDENT, "Mia", "Keller", external_id="S1"), synchronised=True
    )

    with pytest.raises(KeptByErp, match="change it there"):
        services.enrol(person_id=mia, year_group_id=group.pk, on=OCTOBER)
    assert enrolments(mia) == []

    services.enrol_many({mia: group.pk}, on=OCTOBER)
    assert enrolments(mia) == [("Year 7", OCTOBER, None)]


def test_an_unknown_year_group_is_refused() -> None:
    mia = make_person()

    with pytest.raises(UnknownPlace, match="there is no year group 9"):
        services.enrol(person_id=mia, year_group_id=9, on=OCTOBER)


def test_a_leaver_s_enrolment_ends_and_kiosks_forget_her() -> None:
    group = make_year_group(make_division(make_site()))
    mia = make_student(year_group=group, on=SEPTEMBER)
    before = roster_version()

    services.leave([mia], last_day=OCTOBER)

    assert enrolments(mia) == [("Year 7", SEPTEMBER, OCTOBER)]
    assert roster_since(before).removed == (mia,)


@pytest.mark.parametrize(
    ("zone", "country", "subdivision"),
    [("Europe/Nowhere", "GB", "ENG"), ("../etc", "GB", "ENG"), ("Europe/London", "XX", "")],
)
def test_a_site_nowhere_on_earth_is_refused(zone: str, country: str, subdivision: str) -> None:
    with pytest.raises(WrongSite):
        services.add_site(
            slug="main", name="Main", zone=zone, country=country, subdivision=subdivision
        )

    assert not Site.objects.exists()


@pytest.mark.parametrize("slug", ["", "Main", "main site", "a/b", "+", "x" * 33])
def test_a_site_is_not_called_what_no_topic_can_hold(slug: str) -> None:
    with pytest.raises(WrongSite, match="names no site"):
        services.add_site(slug=slug, name="Main")

    assert not Site.objects.exists()


def test_a_second_site_of_the_same_name_is_refused() -> None:
    make_site("main")

    with pytest.raises(Taken, match="'main'"):
        services.add_site(slug="main", name="Again")


def test_a_division_keeps_its_place_when_the_erp_renames_it() -> None:
    site = make_site()
    first = services.upsert_division(site_id=site.pk, name="Upper", external_id="D1")

    second = services.upsert_division(site_id=site.pk, name="Senior", external_id="D1")

    assert first.pk == second.pk
    assert list(Division.objects.values_list("name", flat=True)) == ["Senior"]


def test_terms_that_overlap_are_refused() -> None:
    site = make_site()
    services.add_term(site_id=site.pk, name="Autumn", starts_on=SEPTEMBER, ends_on=NOVEMBER)

    with pytest.raises(WrongDates, match="overlap the term 'Autumn'"):
        services.add_term(site_id=site.pk, name="Late", starts_on=NOVEMBER, ends_on=NOVEMBER)

    assert Term.objects.count() == 1


def test_a_term_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(WrongDates, match="swap the dates"):
        services.add_term(
            site_id=make_site().pk, name="Autumn", starts_on=OCTOBER, ends_on=SEPTEMBER
        )


def test_a_closure_of_several_days_closes_each() -> None:
    site = make_site()

    services.add_closure(
        site_id=site.pk, reason="Half term", starts_on=OCTOBER, ends_on=date(2026, 10, 3)
    )

    assert Closure.objects.filter(site=site).count() == 3


def test_a_closure_of_years_is_refused() -> None:
    with pytest.raises(WrongDates, match="a year at most"):
        services.add_closure(
            site_id=make_site().pk, reason="Gone", starts_on=OCTOBER, ends_on=date(2028, 10, 3)
        )


def test_an_open_day_reopens_a_public_holiday() -> None:
    site = make_site()

    services.add_open_day(site_id=site.pk, reason="Catch-up", on=date(2026, 12, 25))

    assert school_day(site.pk, date(2026, 12, 25)).is_open


def test_a_registration_period_said_again_replaces_its_times() -> None:
    division = make_division(make_site())
    for starts in (time(8, 30), time(8, 40)):
        services.set_registration_period(
            division_id=division.pk, kind=PeriodKind.AM, weekdays="54321",
            starts=starts, registers=time(8, 45), finishes=time(9),
        )  # fmt: skip

    assert list(RegistrationPeriod.objects.values_list("weekdays", "starts")) == [
        ("12345", time(8, 40))
    ]


@pytest.mark.parametrize(
    ("weekdays", "starts"), [("12345", time(9, 30)), ("", time(8)), ("08", time(8))]
)
def test_a_registration_period_that_cannot_be_is_refused(weekdays: str, starts: time) -> None:
    division = make_division(make_site())

    with pytest.raises(WrongDates):
        services.set_registration_period(
            division_id=division.pk, kind=PeriodKind.AM, weekdays=weekdays,
            starts=starts, registers=time(8, 45), finishes=time(9),
        )  # fmt: skip

    assert not RegistrationPeriod.objects.exists()
