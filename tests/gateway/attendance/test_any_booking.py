"""Whatever is booked, removed and made larger, places and line are what a plain list says."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from hypothesis.extra.django import TestCase

from gateway.attendance import bookings
from gateway.attendance.bookings import bookings_of
from gateway.attendance.errors import NotOnRoll
from gateway.attendance.values import AttendeeState
from tests.gateway.classes import make_learner, make_offering, make_session
from tests.gateway.factories import make_site
from tests.gateway.school import OFFICE, at

pytestmark = pytest.mark.django_db

EIGHT = at("08:00")
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

deeds = st.lists(
    st.tuples(st.sampled_from(["book", "book", "remove", "take"]), st.integers(0, 4)), max_size=15
)
"""Book or remove the person of that place, or let the session take so many."""


def truth(told: list[tuple[str, int]]) -> tuple[set[int], list[int]]:
    """Who has a place and who waits, told in other words than the product's."""
    takes, booked, line = 1, set[int](), list[int]()
    for deed, number in told:
        if deed == "take":
            takes = number
        elif deed == "remove":
            booked.discard(number)
            line = [each for each in line if each != number]
        elif number not in booked and number not in line:
            line.append(number)
        while line and len(booked) < takes:
            booked.add(line.pop(0))
    return booked, line


@pytest.mark.covers("TRN-10", "TRN-11")
class TestAnyBooking(TestCase):
    """Hypothesis opens and rolls back a transaction around each example."""

    @settings(max_examples=20, deadline=None, suppress_health_check=SLOW)
    @given(told=deeds)
    def test_places_go_to_those_who_asked_first_whatever_happens(
        self, told: list[tuple[str, int]]
    ) -> None:
        session = make_session(make_offering(make_site(), capacity=1))
        people = [make_learner().pk for _ in range(5)]

        for deed, number in told:
            if deed == "take":
                bookings.set_capacity(session_id=session.pk, capacity=number, by=OFFICE, now=EIGHT)
                continue
            do = bookings.book if deed == "book" else bookings.remove
            with suppress(NotOnRoll):
                do(session_id=session.pk, person_id=people[number], by=OFFICE, now=EIGHT)

        found = [(people.index(each.person_id), each.state) for each in bookings_of(session.pk)]
        booked, line = truth(told)
        assert {number for number, state in found if state is AttendeeState.BOOKED} == booked
        assert [number for number, state in found if state is AttendeeState.WAITING] == line
