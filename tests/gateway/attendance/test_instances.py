from datetime import timedelta

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from gateway.attendance import marking
from gateway.attendance.errors import NotTaught
from gateway.attendance.instances import (
    NOT_LAID,
    NOT_SCHEDULED,
    Instance,
    instances,
    instances_of,
)
from gateway.attendance.laying import lay_ahead
from gateway.attendance.marking import Wanted
from gateway.attendance.models import Attendee, Mark as MarkRow, Session
from gateway.attendance.scheduling import Placing, move
from gateway.attendance.values import Base, Mark, SessionState
from gateway.timetable import services as timetable
from gateway.timetable.models import Offering
from gateway.timetable.rules import Span
from tests.gateway.classes import (
    enrol_in,
    make_learner,
    make_offering,
    make_session,
    make_slot,
)
from tests.gateway.factories import make_site
from tests.gateway.school import MONDAY, OFFICE, at

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)
MONTH = Span(MONDAY - WEEK, MONDAY + 2 * WEEK)


def listed(offering: Offering, dates: Span = MONTH) -> list[tuple[object, ...]]:
    return [(each.day, each.is_scheduled, each.why) for each in instances(offering.pk, dates)]


@pytest.mark.covers("OFF-02")
def test_dates_outside_the_range_are_shown_as_not_scheduled() -> None:
    site = make_site()
    algebra = make_offering(site, starts_on=MONDAY, ends_on=MONDAY + WEEK)
    make_slot(algebra)
    lay_ahead(site_id=site.pk, now=at("06:00"))

    assert listed(algebra) == [
        (MONDAY - WEEK, False, NOT_SCHEDULED),
        (MONDAY, True, ""),
        (MONDAY + WEEK, True, ""),
        (MONDAY + 2 * WEEK, False, NOT_SCHEDULED),
    ]


@pytest.mark.covers("OFF-02")
def test_each_meeting_is_an_entry_of_its_own() -> None:
    algebra = make_offering(make_site())
    morning = make_session(algebra, starts="09:00", ends="10:00", state="cancelled")
    evening = make_session(algebra, starts="22:00", ends="00:30")

    assert instances(algebra.pk, Span(MONDAY, MONDAY)) == (
        Instance(
            MONDAY, at("09:00"), at("10:00"), "Algebra", morning.pk, SessionState.CANCELLED
        ),
        Instance(
            MONDAY, at("22:00"), at("00:30", MONDAY + timedelta(days=1)), "Algebra", evening.pk,
            SessionState.SCHEDULED,
        ),
    )  # fmt: skip


def test_a_closed_date_says_why_and_one_not_laid_yet_too() -> None:
    site = make_site()
    algebra = make_offering(site)
    make_slot(algebra)
    timetable.add_closure(site_id=site.pk, reason="boiler", starts_on=MONDAY)

    assert listed(algebra, Span(MONDAY, MONDAY + WEEK)) == [
        (MONDAY, False, f"{NOT_SCHEDULED}: closed: boiler"),
        (MONDAY + WEEK, False, NOT_LAID),
    ]


def test_a_moved_session_stands_at_its_new_date_alone() -> None:
    site = make_site()
    algebra = make_offering(site)
    slot = make_slot(algebra)
    lay_ahead(site_id=site.pk, now=at("06:00"), days=0)
    tuesday = MONDAY + timedelta(days=1)
    move(
        session_id=Session.objects.get().pk,
        to=Placing(tuesday, slot.starts, slot.ends),
        because="flood",
        by=OFFICE,
        now=at("06:00"),
    )

    assert listed(algebra, Span(MONDAY, tuesday)) == [(tuesday, True, "")]


@pytest.mark.covers("OFF-02")
def test_a_date_that_is_not_scheduled_any_more_refuses_marks() -> None:
    algebra, mia = make_offering(make_site()), make_learner()
    enrol_in(algebra, mia)
    session = make_session(algebra)
    Offering.objects.update(ends_on=MONDAY - WEEK)

    with pytest.raises(NotTaught, match="not scheduled to meet on 2026-11-23"):
        marking.mark(
            session_id=session.pk,
            wanted=[Wanted(mia.pk, Mark(Base.PRESENT))],
            by=OFFICE,
            now=at("16:30"),
        )

    assert listed(algebra, Span(MONDAY, MONDAY)) == [(MONDAY, False, NOT_SCHEDULED)]
    assert not MarkRow.objects.exists()


@pytest.mark.covers("OFF-07")
def test_one_person_s_dates_show_marks_and_where_they_belong() -> None:
    algebra, mia = make_offering(make_site()), make_learner()
    enrol_in(algebra, mia, starts_on=MONDAY)
    for day in (MONDAY - WEEK, MONDAY, MONDAY + WEEK):
        session = make_session(algebra, day=day)
    Attendee.objects.create(
        session=Session.objects.get(day=MONDAY - WEEK), person=mia, state="booked",
        source="walk_in", queued_at=at("06:00"), added_by="office",
    )  # fmt: skip
    marking.mark(
        session_id=session.pk,
        wanted=[Wanted(mia.pk, Mark(Base.PRESENT))],
        by=OFFICE,
        now=at("06:00"),
    )
    stranger = make_learner("Tom Berg")

    hers = instances_of(algebra.pk, mia.pk, MONTH)
    his = instances_of(algebra.pk, stranger.pk, MONTH)

    assert [(each.is_expected, each.base) for each in hers] == [
        (True, Base.PENDING),
        (True, Base.PENDING),
        (True, Base.PRESENT),
    ]
    assert [each.is_expected for each in his] == [False, False, False]


@pytest.mark.parametrize("count", [1, 3])
def test_more_dates_ask_no_more(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    algebra, mia = make_offering(make_site()), make_learner()
    make_slot(algebra)
    enrol_in(algebra, mia)
    for number in range(count):
        make_session(algebra, day=MONDAY + number * WEEK)

    with django_assert_num_queries(10):
        instances_of(algebra.pk, mia.pk, Span(MONDAY, MONDAY + 3 * WEEK))
