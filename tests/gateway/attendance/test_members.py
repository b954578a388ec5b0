from datetime import timedelta

import pytest

from gateway.attendance import members
from gateway.attendance.models import Mark
from gateway.people.models import Person
from gateway.timetable.errors import Full
from gateway.timetable.models import OfferingEnrolment
from gateway.timetable.values import EndedAs, Standing
from tests.gateway.classes import (
    SEPTEMBER,
    enrol_in,
    make_learner,
    make_offering,
    make_session,
    tap,
)
from tests.gateway.factories import make_site
from tests.gateway.school import MONDAY, at, make_kiosk

pytestmark = pytest.mark.django_db

NOW = at("17:30")
FRIDAY = MONDAY - timedelta(days=3)


def bases(person: Person) -> list[str]:
    marks = Mark.objects.filter(person=person).order_by("session__starts_at")
    return list(marks.values_list("base", flat=True))


def test_who_is_enrolled_late_is_judged_from_the_taps_there_are() -> None:
    site, mia = make_site(), make_learner()
    algebra, door = make_offering(site), make_kiosk(site)
    for day in (FRIDAY, MONDAY):
        make_session(algebra, day=day)
        tap(site, door, mia, "15:50", day=day)
    assert bases(mia) == []

    members.enrol(offering_id=algebra.pk, person_id=mia.pk, on=SEPTEMBER, now=NOW)

    assert bases(mia) == ["present", "present"]


def test_days_before_the_enrolment_and_cancelled_sessions_say_nothing() -> None:
    site, mia = make_site(), make_learner()
    algebra, door = make_offering(site), make_kiosk(site)
    make_session(algebra, day=FRIDAY)
    make_session(algebra, state="cancelled")
    for day in (FRIDAY, MONDAY):
        tap(site, door, mia, "15:50", day=day)

    members.enrol(offering_id=algebra.pk, person_id=mia.pk, on=MONDAY, now=NOW)

    assert bases(mia) == []


@pytest.mark.covers("MRK-01")
def test_who_is_put_on_hold_is_marked_so_and_back_again() -> None:
    site, mia = make_site(), make_learner()
    algebra = make_offering(site)
    enrol_in(algebra, mia)
    make_session(algebra)

    for standing, base in ((Standing.ON_HOLD, "on_hold"), (Standing.ACTIVE, "pending")):
        members.change_standing(
            offering_id=algebra.pk, person_id=mia.pk, on=MONDAY, standing=standing, now=NOW
        )
        assert bases(mia) == [base]


def test_taps_count_at_the_offering_one_was_transferred_to() -> None:
    site, mia = make_site(), make_learner()
    algebra, physics = make_offering(site), make_offering(site, "Physics")
    enrol_in(algebra, mia)
    make_session(physics)
    tap(site, make_kiosk(site), mia, "15:50")

    members.transfer(offering_id=algebra.pk, person_id=mia.pk, to=physics.pk, on=MONDAY, now=NOW)

    assert Mark.objects.get().session.title == "Physics"


def test_marks_stay_when_somebody_drops_the_offering() -> None:
    site, mia = make_site(), make_learner()
    algebra = make_offering(site)
    enrol_in(algebra, mia)
    make_session(algebra)
    tap(site, make_kiosk(site), mia, "15:50")

    members.end(
        offering_id=algebra.pk, person_id=mia.pk, last_day=FRIDAY, how=EndedAs.DROPPED, now=NOW
    )

    assert bases(mia) == ["present"]


def test_who_drops_the_offering_before_a_session_has_not_been_there() -> None:
    site, mia = make_site(), make_learner()
    algebra = make_offering(site)
    enrol_in(algebra, mia)
    make_session(algebra)
    tap(site, make_kiosk(site), mia, "08:00")

    members.end(
        offering_id=algebra.pk, person_id=mia.pk, last_day=FRIDAY, how=EndedAs.DROPPED,
        now=at("10:00"),
    )  # fmt: skip

    assert bases(mia) == ["pending"]


def test_who_finds_no_place_is_not_judged() -> None:
    site, mia = make_site(), make_learner()
    algebra = make_offering(site, capacity=1)
    enrol_in(algebra, make_learner("Tom Berg"))
    make_session(algebra)
    tap(site, make_kiosk(site), mia, "15:50")

    with pytest.raises(Full):
        members.enrol(offering_id=algebra.pk, person_id=mia.pk, on=MONDAY, now=NOW)

    assert bases(mia) == []
    assert OfferingEnrolment.objects.count() == 1
