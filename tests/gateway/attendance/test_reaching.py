from datetime import date

import pytest

from gateway.attendance.models import Attendee, Session, Substitution
from gateway.attendance.reaching import met_by, sessions_of, taught_by
from gateway.attendance.values import AttendeeSource, AttendeeState
from gateway.people.models import Person
from gateway.timetable.models import Offering, Teaching
from kiosk.protocol.messages import PersonKind
from tests.gateway.classes import SEPTEMBER, enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_person, make_site
from tests.gateway.school import MONDAY, at, make_school

pytestmark = pytest.mark.django_db

OCTOBER = date(2026, 10, 5)


def make_teacher(name: str = "Ada Lane") -> Person:
    return Person.objects.get(pk=make_person(name, kind=PersonKind.STAFF))


def teaches(
    teacher: Person, offering: Offering, *, first: date = SEPTEMBER, last: date | None = None
) -> None:
    Teaching.objects.create(offering=offering, person=teacher, starts_on=first, ends_on=last)


def attends(person: Person, session: Session, state: AttendeeState) -> None:
    Attendee.objects.create(
        session=session, person=person, state=state.value, queued_at=at("08:00"), added_by="amy",
        source=AttendeeSource.BOOKING.value,
    )  # fmt: skip


def test_a_teacher_teaches_the_sessions_of_the_dates_of_the_teaching() -> None:
    ada, algebra = make_teacher(), make_offering(make_site())
    october, november = make_session(algebra, day=OCTOBER), make_session(algebra)
    teaches(ada, algebra, last=OCTOBER)

    assert set(taught_by(ada.pk)) == {october}
    teaches(ada, algebra, first=MONDAY)
    assert set(taught_by(ada.pk)) == {october, november}


def test_a_substitute_teaches_the_session_and_who_is_replaced_does_not() -> None:
    ada, max_, algebra = make_teacher(), make_teacher("Max Ort"), make_offering(make_site())
    session = make_session(algebra)
    teaches(ada, algebra)

    Substitution.objects.create(session=session, person=max_, stands_in_for=ada)

    assert set(taught_by(max_.pk)) == {session}
    assert set(taught_by(ada.pk)) == set()


def test_who_stands_beside_a_teacher_takes_nothing_from_them() -> None:
    ada, max_, algebra = make_teacher(), make_teacher("Max Ort"), make_offering(make_site())
    session = make_session(algebra)
    teaches(ada, algebra)

    Substitution.objects.create(session=session, person=max_)

    assert set(taught_by(ada.pk)) == set(taught_by(max_.pk)) == {session}


def test_a_teacher_meets_who_is_on_the_rolls_and_nobody_else() -> None:
    ada, site = make_teacher(), make_site()
    algebra, physics = make_offering(site), make_offering(site, "Physics")
    mia, ben, tom, eva, ina = map(make_learner, ("Mia K", "Ben B", "Tom T", "Eva E", "Ina I"))
    session = make_session(algebra)
    make_session(physics)
    teaches(ada, algebra)
    enrol_in(algebra, mia)
    enrol_in(algebra, ben, ends_on=OCTOBER)
    enrol_in(physics, tom)
    attends(eva, session, AttendeeState.BOOKED)
    attends(ina, session, AttendeeState.REMOVED)

    assert set(met_by(ada.pk)) == {mia, eva}


def test_a_person_s_sessions_are_those_that_expect_them() -> None:
    school = make_school()
    (mia,) = school.pupils(1)
    algebra, physics = make_offering(school.site), make_offering(school.site, "Physics")
    enrol_in(algebra, mia, ends_on=OCTOBER)
    before, after, other = (
        make_session(algebra, day=OCTOBER),
        make_session(algebra),
        make_session(physics),
    )
    attends(mia, other, AttendeeState.WAITING)

    assert set(sessions_of(mia.pk)) == {school.session, before, other}
    assert after not in sessions_of(mia.pk)
