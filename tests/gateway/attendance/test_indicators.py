from datetime import date, timedelta

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from gateway.attendance.indicating import Indicator, IndicatorKind as Kind
from gateway.attendance.indicators import indicators_of
from gateway.attendance.models import Attendee, Excuse, Flag, Session
from gateway.attendance.values import (
    AttendeeSource,
    AttendeeState,
    ExcuseReason,
    ExcuseState,
    FlagKind,
    SessionState,
)
from gateway.people.models import Person
from gateway.timetable.models import Offering
from gateway.timetable.values import EndedAs, Standing
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_site
from tests.gateway.school import MONDAY, at, make_school

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)


def shown(session: Session, person: Person) -> tuple[Indicator, ...]:
    return indicators_of(session, [person.pk])[person.pk]


def flag(person: Person, text: str, offering: Offering | None = None) -> Flag:
    return Flag.objects.create(
        person=person,
        offering=offering,
        kind=FlagKind.NOTE.value,
        text=text,
        set_at=at("08:00"),
        set_by="office",
    )


def excuse(person: Person, state: ExcuseState, offering: Offering | None = None) -> Excuse:
    return Excuse.objects.create(
        person=person,
        offering=offering,
        starts_at=at("00:00"),
        ends_at=at("23:59"),
        reason=ExcuseReason.MEDICAL.value,
        state=state.value,
        asked_at=at("07:00"),
        asked_by="parent",
    )


def taught() -> tuple[Offering, Session]:
    """An offering that met a week ago too."""
    offering = make_offering(make_site())
    make_session(offering, day=MONDAY - WEEK)
    return offering, make_session(offering)


def test_a_flag_for_another_offering_or_one_that_is_cleared_is_not_shown() -> None:
    algebra, session = taught()
    physics, mia = make_offering(algebra.site, "Physics"), make_learner()
    flag(mia, "everywhere")
    flag(mia, "in algebra", algebra)
    flag(mia, "in physics", physics)
    Flag.objects.filter(pk=flag(mia, "long ago").pk).update(cleared_at=at("09:00"))

    found = shown(session, mia)

    assert found == (Indicator(Kind.NOTE, "everywhere"), Indicator(Kind.NOTE, "in algebra"))


def test_an_announced_absence_is_expected_where_it_covers_the_session() -> None:
    algebra, session = taught()
    physics, mia = make_offering(algebra.site, "Physics"), make_learner()
    excuse(mia, ExcuseState.APPROVED, physics)
    excuse(mia, ExcuseState.REFUSED)
    assert shown(session, mia) == ()

    excuse(mia, ExcuseState.REQUESTED, algebra)
    assert shown(session, mia) == (Indicator(Kind.EXPECTED_ABSENT, "medical, not decided"),)

    excuse(mia, ExcuseState.APPROVED)
    assert shown(session, mia) == (Indicator(Kind.EXPECTED_ABSENT, "medical"),)


def test_enrolment_birthday_and_make_up_are_each_from_their_own_source() -> None:
    algebra, session = taught()
    mia, ben = make_learner(), make_learner("Ben Young")
    Person.objects.filter(pk=mia.pk).update(born_on=date(2014, 11, 23))
    enrol_in(algebra, mia, starts_on=MONDAY, standing=Standing.TRIAL)
    Attendee.objects.create(
        session=session,
        person=ben,
        state=AttendeeState.BOOKED.value,
        source=AttendeeSource.MAKE_UP.value,
        queued_at=at("08:00"),
        added_by="office",
    )

    assert indicators_of(session, [mia.pk, ben.pk]) == {
        mia.pk: (
            Indicator(Kind.FIRST_DAY),
            Indicator(Kind.TRIAL),
            Indicator(Kind.BIRTHDAY, "12"),
        ),
        ben.pk: (Indicator(Kind.MAKE_UP),),
    }


def test_who_dropped_lately_is_pointed_out_on_the_roll() -> None:
    algebra, session = taught()
    mia = make_learner()
    row = enrol_in(algebra, mia, ends_on=MONDAY - timedelta(days=1))
    row.ended_as = EndedAs.DROPPED.value
    row.save()

    assert shown(session, mia) == (Indicator(Kind.DROP, "2026-11-22"),)


def test_a_cancelled_session_was_nobodys_first_day() -> None:
    algebra, session = taught()
    mia = make_learner()
    enrol_in(algebra, mia, starts_on=MONDAY - WEEK)
    assert shown(session, mia) == ()

    Session.objects.exclude(pk=session.pk).update(state=SessionState.CANCELLED.value)

    assert shown(session, mia) == (Indicator(Kind.FIRST_DAY),)


def test_a_registration_period_knows_first_days_too() -> None:
    school = make_school()
    [mia] = school.pupils(1)

    assert shown(school.session, mia) == (Indicator(Kind.FIRST_DAY),)


def test_more_people_need_no_more_questions(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    algebra, session = taught()
    people = [make_learner() for _ in range(3)]
    for each in people:
        enrol_in(algebra, each)
        flag(each, "note")
        excuse(each, ExcuseState.APPROVED)

    with django_assert_num_queries(7):
        indicators_of(session, [people[0].pk])
    with django_assert_num_queries(7):
        found = indicators_of(session, [each.pk for each in people])

    assert len(found) == 3
