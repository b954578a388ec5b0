"""What several people do to offerings and their sessions at the same moment."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest

from gateway.attendance import members, scheduling
from gateway.attendance.laying import lay_ahead
from gateway.attendance.models import Mark, Session
from gateway.attendance.scheduling import Draft, Placing
from gateway.timetable.models import OfferingEnrolment
from tests.gateway.at_once import at_once, refusals
from tests.gateway.classes import SEPTEMBER, enrol_in, make_learner, make_offering, make_slot, tap
from tests.gateway.factories import make_site
from tests.gateway.school import MONDAY, OFFICE, at, make_kiosk

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

NOW = at("06:00")


def test_the_last_places_are_given_to_as_many_as_there_are() -> None:
    algebra = make_offering(make_site(), capacity=2)

    def enrol(person_id: int) -> Callable[[], object]:
        return lambda: members.enrol(
            offering_id=algebra.pk, person_id=person_id, on=SEPTEMBER, now=NOW
        )

    answers = at_once(*(enrol(make_learner().pk) for _ in range(6)))

    assert refusals(answers) == ["Full"] * 4
    assert OfferingEnrolment.objects.count() == 2


def test_two_who_lay_at_once_and_one_who_makes_by_hand_get_one_session() -> None:
    site = make_site()
    algebra = make_offering(site)
    make_slot(algebra)

    def lay() -> object:
        return lay_ahead(site_id=site.pk, now=NOW, days=0)

    at_once(lay, lay, lambda: scheduling.create(draft=Draft((algebra.pk,), MONDAY), now=NOW))

    assert Session.objects.count() == 1


def test_a_session_is_moved_while_its_people_tap() -> None:
    site = make_site()
    algebra, door = make_offering(site), make_kiosk(site)
    people = [make_learner() for _ in range(4)]
    for person in people:
        enrol_in(algebra, person)
    session = scheduling.create(draft=Draft((algebra.pk,), MONDAY, time(16), time(17)), now=NOW)
    to = Placing(MONDAY + timedelta(days=1), time(16), time(17))

    def move() -> object:
        return scheduling.move(
            session_id=session.pk, to=to, because="flood", by=OFFICE, now=at("09:00")
        )

    def come() -> None:
        for person in people:
            tap(site, door, person, "09:00")

    at_once(move, come)

    session.refresh_from_db()
    assert session.day == to.day
    assert set(Mark.objects.values_list("base", flat=True)) <= {"pending"}
