from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gateway.attendance import excusing
from gateway.attendance.excuse_rules import Span
from gateway.attendance.excusing import Wish
from gateway.attendance.histories import LONGEST, NOT_SCHEDULED, Asked, Portal, history_of
from gateway.attendance.values import Base, ExcuseReason, Mark, SessionState
from gateway.people.models import Person
from gateway.timetable.models import Offering, OfferingEnrolment, Slot
from gateway.timetable.values import Standing
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session
from tests.gateway.school import MONDAY, OFFICE, at, make_school, mark_by_hand

pytestmark = pytest.mark.django_db
WEEK = timedelta(weeks=1)


def learner_of(offering: Offering) -> Person:
    mia = make_learner()
    enrol_in(offering, mia)
    return mia


def states(person: Person, asked: Asked) -> list[tuple[date, str]]:
    lines = history_of(person.pk, asked, now=at("18:00")).lines
    return [(line.day, line.state) for line in lines]


@pytest.mark.covers("OFF-07", "OFF-10")
def test_each_portal_shows_cancelled_sessions_by_its_own_setting() -> None:
    offering = make_offering(make_school().site, overrides={"check_in_staff": True})
    mia = learner_of(offering)
    make_session(offering, state=SessionState.CANCELLED.value)

    shown = {portal: states(mia, Asked(MONDAY, MONDAY, portal=portal)) for portal in Portal}

    assert shown == {Portal.OFFICE: [], Portal.STAFF: [(MONDAY, "cancelled")]}


def test_sessions_that_no_enrolment_covers_are_not_a_persons_unless_they_are_marked() -> None:
    offering, mia = make_offering(make_school().site), make_learner()
    enrolment = enrol_in(offering, mia)
    marked, own, _ = (make_session(offering, day=MONDAY + n * WEEK) for n in (-1, 0, 1))
    mark_by_hand(
        session_id=marked.pk, person_id=mia.pk, mark=Mark(Base.PRESENT), by="office",
        now=at("16:20", MONDAY - WEEK),
    )  # fmt: skip
    OfferingEnrolment.objects.filter(pk=enrolment.pk).update(starts_on=MONDAY, ends_on=MONDAY)

    found = history_of(mia.pk, Asked(MONDAY - WEEK, MONDAY + WEEK), now=at("18:00"))

    assert [line.session_id for line in found.lines] == [own.pk, marked.pk]
    assert (found.tally.held, found.tally.over_held) == (1, 100.0)


@pytest.mark.covers("OFF-07")
def test_where_somebody_is_on_hold_they_are_not_expected_to_come() -> None:
    offering = make_offering(make_school().site)
    mia = learner_of(offering)
    OfferingEnrolment.objects.update(standing=Standing.ON_HOLD.value)
    make_session(offering)

    found = history_of(mia.pk, Asked(MONDAY, MONDAY), now=at("15:00"))

    assert (len(found.lines), found.tally.scheduled) == (1, 0)


@pytest.mark.covers("POL-02")
def test_a_late_that_an_excuse_covers_is_no_late_that_counts() -> None:
    offering = make_offering(make_school().site)
    mia = learner_of(offering)
    for starts in ("15:00", "16:00"):
        session = make_session(offering, starts=starts)
        mark_by_hand(
            session_id=session.pk, person_id=mia.pk, mark=Mark(Base.PRESENT, 20), by="office",
            now=at("16:20"),
        )  # fmt: skip
    here = Span(at("16:00"), at("16:00"))
    wish = Wish(mia.pk, ExcuseReason.SCHOOL_EVENT, here, offering.pk)
    excusing.grant(wish=wish, by=OFFICE, now=at("16:30"))

    counted = history_of(mia.pk, Asked(MONDAY, MONDAY), now=at("18:00")).tally

    assert (counted.present, counted.lates, counted.lates_excused) == (2, 1, 1)


@pytest.mark.covers("OFF-02")
def test_dates_past_and_outside_the_offering_are_not_scheduled_those_to_come_not_told() -> None:
    offering = make_offering(make_school().site, starts_on=MONDAY - WEEK, ends_on=MONDAY + 2 * WEEK)
    mia = learner_of(offering)
    clock = at("16:00").time()
    Slot.objects.create(offering=offering, weekday=1, starts=clock, ends=clock)
    make_session(offering)

    told = states(mia, Asked(MONDAY - 2 * WEEK, MONDAY + 3 * WEEK))

    assert told == [
        (MONDAY + 3 * WEEK, NOT_SCHEDULED),
        (MONDAY, "scheduled"),
        (MONDAY - WEEK, NOT_SCHEDULED),
        (MONDAY - 2 * WEEK, NOT_SCHEDULED),
    ]


def test_years_are_not_answered_at_once() -> None:
    asked = Asked(date(2020, 1, 1), date(2026, 1, 1))

    assert asked.last == date(2020, 1, 1) + timedelta(days=LONGEST)


def test_a_history_takes_as_many_queries_for_three_sessions_as_for_one() -> None:
    offering = make_offering(make_school().site)
    mia, counted = learner_of(offering), []
    for week in range(3):
        make_session(offering, day=MONDAY + week * WEEK)

        with CaptureQueriesContext(connection) as captured:
            found = history_of(mia.pk, Asked(MONDAY, MONDAY + 3 * WEEK), now=at("18:00"))

        counted.append(len(captured))
        assert len(found.lines) == week + 1

    assert len(set(counted)) == 1
