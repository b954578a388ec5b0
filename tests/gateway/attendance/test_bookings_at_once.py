"""What many people do to the places and the roll of a session at the same moment."""

from collections.abc import Callable
from functools import partial

import pytest

from gateway.attendance import bookings, lifecycle, marking
from gateway.attendance.audit import findings
from gateway.attendance.bookings import Booking, bookings_of, places_at
from gateway.attendance.expecting import expected_at
from gateway.attendance.marking import Wanted
from gateway.attendance.merging import merge
from gateway.attendance.models import Mark, MarkRevision, Session
from gateway.attendance.values import AttendeeState, Base, Mark as MarkValue
from gateway.attendance.walk_ins import add_walk_in, write_down_walk_in
from tests.gateway.at_once import at_once
from tests.gateway.classes import make_learner, make_offering, make_session
from tests.gateway.factories import make_site
from tests.gateway.school import OFFICE, at

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

BOOKED, WAITING = AttendeeState.BOOKED, AttendeeState.WAITING


def one_place() -> Session:
    return make_session(make_offering(make_site(), capacity=1))


def book(session: Session, person_id: int) -> Booking:
    return bookings.book(session_id=session.pk, person_id=person_id, by=OFFICE, now=at("08:00"))


def remove(session: Session, person_id: int) -> None:
    bookings.remove(session_id=session.pk, person_id=person_id, by=OFFICE, now=at("09:00"))


@pytest.mark.covers("TRN-11")
def test_of_twenty_who_book_the_last_place_at_once_one_has_it_and_the_rest_wait_in_order() -> None:
    session = one_place()
    people = [make_learner().pk for _ in range(20)]

    answers = at_once(*(partial(book, session, each) for each in people))

    assert [each.state for each in bookings_of(session.pk)] == [BOOKED] + [WAITING] * 19
    assert [each.place for each in bookings_of(session.pk)] == [None, *range(1, 20)]
    assert sorted(answers, key=str) == sorted(bookings_of(session.pk), key=str)


def test_one_person_who_books_many_times_at_once_stands_in_line_once() -> None:
    session, mia = one_place(), make_learner().pk

    answers = at_once(*[partial(book, session, mia)] * 10)

    assert set(answers) == {Booking(session.pk, mia, BOOKED)}
    assert len(bookings_of(session.pk)) == 1


def test_places_freed_and_booked_at_once_are_never_given_twice() -> None:
    session = one_place()
    first, *others = [make_learner().pk for _ in range(12)]
    book(session, first)

    deeds: list[Callable[[], object]] = [partial(remove, session, first)]
    deeds += [partial(book, session, each) for each in others]
    at_once(*deeds)

    assert places_at(session).taken == 1
    assert [each.state for each in bookings_of(session.pk)] == [BOOKED] + [WAITING] * 10


def test_somebody_who_walks_in_while_the_session_is_ended_is_on_the_roll_and_marked_once() -> None:
    session = one_place()
    people = [make_learner().pk for _ in range(10)]

    def walk_in(person: int) -> object:
        return add_walk_in(session_id=session.pk, person_id=person, by=OFFICE, now=at("17:00"))

    deeds: list[Callable[[], object]] = [partial(walk_in, each) for each in people]
    deeds += [partial(lifecycle.complete, session_id=session.pk, by=OFFICE, now=at("17:05"))] * 3
    at_once(*deeds)

    assert {each.person_id for each in expected_at(session)} == set(people)
    assert MarkRevision.objects.count() == Mark.objects.count()
    assert list(findings()) == []


def test_a_temporary_person_merged_many_times_at_once_is_merged_once() -> None:
    session, mia = one_place(), make_learner().pk
    jo = write_down_walk_in(session_id=session.pk, name="Jo", by=OFFICE, now=at("16:05"))
    wanted = [Wanted(jo, MarkValue(Base.PRESENT))]
    marking.mark(session_id=session.pk, wanted=wanted, by=OFFICE, now=at("16:10"))

    merging = partial(merge, temporary_id=jo, into_id=mia, by="admin", now=at("18:00"))
    at_once(*[merging] * 8)

    assert MarkRevision.objects.filter(person=mia).count() == 1
    assert Mark.objects.get(person=mia).base == Base.PRESENT
    assert list(findings()) == []
