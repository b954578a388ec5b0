import pytest
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from gateway.attendance import bookings, lifecycle, marking, services
from gateway.attendance.bookings import Booking, Places, bookings_of, places_at
from gateway.attendance.errors import (
    NotActive,
    NotBookable,
    NotOnRoll,
    NotPermitted,
    NotTaught,
    OnRollAlready,
    TaughtAlready,
    UnknownSession,
)
from gateway.attendance.marking import Actor, Wanted
from gateway.attendance.models import Attendee, Mark, MarkRevision, Notice, Session
from gateway.attendance.profiling import profile_of
from gateway.attendance.recording import Heard
from gateway.attendance.status import status
from gateway.attendance.values import AttendeeState, Base, CancelledBy, Mark as MarkValue
from gateway.outbox.models import Delivery
from gateway.people.errors import UnknownPerson
from gateway.people.models import Person
from gateway.people.services import set_credential
from gateway.people.values import Role
from gateway.timetable.models import Room
from gateway.timetable.values import OfferingKind
from kiosk.protocol.messages import Method
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_site
from tests.gateway.school import OFFICE, at, card_of, make_kiosk, make_school

pytestmark = pytest.mark.django_db

BOOKED, WAITING = AttendeeState.BOOKED, AttendeeState.WAITING
EIGHT = at("08:00")


def training(capacity: int | None = 1) -> Session:
    """A training from 16:00 to 17:00."""
    offering = make_offering(
        make_site(), "First aid", kind=OfferingKind.TRAINING, profile="training", capacity=capacity
    )
    return make_session(offering)


def book(session: Session, person: Person, clock: str = "08:00") -> Booking:
    return bookings.book(session_id=session.pk, person_id=person.pk, by=OFFICE, now=at(clock))


def remove(session: Session, person: Person, clock: str = "09:00") -> None:
    bookings.remove(session_id=session.pk, person_id=person.pk, by=OFFICE, now=at(clock))


def standing(session: Session) -> list[tuple[int, str, int | None]]:
    return [(each.person_id, each.state, each.place) for each in bookings_of(session.pk)]


def told(person: Person) -> str:
    return Notice.objects.get(person=person).text.partition(":")[0]


def people(count: int) -> list[Person]:
    return [make_learner(f"P{number} Keller") for number in range(count)]


@pytest.mark.covers("TRN-01")
def test_who_books_is_on_the_roll_as_booked_and_told() -> None:
    session, mia = training(), make_learner()

    booking = book(session, mia)

    assert booking == Booking(session.pk, mia.pk, BOOKED)
    assert Notice.objects.get().text == "You have a place: First aid, 23.11.2026 16:00"
    words = profile_of(session.profile)
    assert status(MarkValue(Base.PENDING), words, is_over=False).name == "Booked"
    assert status(MarkValue(Base.PENDING), words, is_over=True).name == "Pending"


@pytest.mark.covers("TRN-11")
def test_who_books_a_full_session_waits_in_line() -> None:
    session, [mia, ben, tom] = training(), people(3)
    book(session, mia)

    book(session, ben)
    third = book(session, tom)

    assert third == Booking(session.pk, tom.pk, WAITING, 2)
    assert standing(session) == [
        (mia.pk, BOOKED, None),
        (ben.pk, WAITING, 1),
        (tom.pk, WAITING, 2),
    ]
    assert told(ben) == "You are on the waiting list and hear when a place is free"


@pytest.mark.covers("TRN-10", "TRN-11")
def test_a_removed_booking_frees_its_place_for_the_next_in_line() -> None:
    session, [mia, ben, tom] = training(), people(3)
    for each in (mia, ben, tom):
        book(session, each)

    remove(session, mia)

    assert standing(session) == [(ben.pk, BOOKED, None), (tom.pk, WAITING, 1)]
    assert told(mia) == "Your booking was cancelled"
    assert told(ben) == "You have a place"
    assert told(tom) == "You are on the waiting list and hear when a place is free"
    row = Attendee.objects.get(person=mia)
    assert (row.state, row.removed_by, row.removed_at) == ("removed", "office", at("09:00"))


@pytest.mark.covers("TRN-10")
@pytest.mark.parametrize("clock", ["16:00", "18:00"])
def test_once_it_has_begun_a_booking_is_marked_and_not_removed(clock: str) -> None:
    session, [mia, ben] = training(), people(2)
    book(session, mia)
    book(session, ben)

    with pytest.raises(TaughtAlready, match="First aid has begun: mark them Not Attended instead"):
        remove(session, mia, clock)

    assert standing(session) == [(mia.pk, BOOKED, None), (ben.pk, WAITING, 1)]
    assert told(mia) == "You have a place"


def test_a_session_that_was_begun_early_has_begun() -> None:
    session, mia = training(), make_learner()
    book(session, mia)
    lifecycle.activate(session_id=session.pk, by=OFFICE, now=at("15:50"))

    with pytest.raises(TaughtAlready):
        remove(session, mia, "15:51")

    assert standing(session) == [(mia.pk, BOOKED, None)]


def test_who_still_waits_can_be_removed_at_any_time() -> None:
    session, [mia, ben] = training(), people(2)
    book(session, mia)
    book(session, ben)

    remove(session, ben, "18:00")

    assert standing(session) == [(mia.pk, BOOKED, None)]


def test_booking_and_removing_twice_is_once() -> None:
    session, [mia, ben] = training(), people(2)
    first = book(session, mia)

    assert book(session, mia, "08:30") == first
    book(session, ben)
    assert book(session, ben, "09:00") == Booking(session.pk, ben.pk, WAITING, 1)
    remove(session, mia)
    remove(session, mia, "10:00")

    assert standing(session) == [(ben.pk, BOOKED, None)]
    assert Attendee.objects.get(person=mia).removed_at == at("09:00")


def test_who_was_removed_may_book_again_and_stands_last() -> None:
    session, [mia, ben, tom] = training(), people(3)
    for each in (mia, ben, tom):
        book(session, each)
    remove(session, mia)

    again = book(session, mia, "07:00")

    assert again == Booking(session.pk, mia.pk, WAITING, 2)
    assert standing(session)[-1] == (mia.pk, WAITING, 2)
    assert Attendee.objects.get(person=mia).removed_by == ""


@pytest.mark.covers("TRN-11")
def test_a_greater_capacity_lets_in_those_who_wait_and_a_smaller_one_nobody_out() -> None:
    session, [mia, ben, tom] = training(), people(3)
    for each in (mia, ben, tom):
        book(session, each)

    moved = bookings.set_capacity(session_id=session.pk, capacity=2, by=OFFICE, now=EIGHT)
    bookings.set_capacity(session_id=session.pk, capacity=1, by=OFFICE, now=EIGHT)

    assert moved == (ben.pk,)
    assert [(person, state) for person, state, _ in standing(session)] == [
        (mia.pk, BOOKED),
        (ben.pk, BOOKED),
        (tom.pk, WAITING),
    ]
    assert told(ben) == "You have a place"


def test_what_the_offering_takes_on_lets_in_those_who_wait() -> None:
    session, [mia, ben] = training(), people(2)
    book(session, mia)
    book(session, ben)
    offering = session.meets.get().offering
    offering.capacity = 5
    offering.save()

    assert bookings.fill(session_id=session.pk, now=EIGHT) == (ben.pk,)
    assert bookings.fill(session_id=session.pk, now=EIGHT) == ()


def test_capacity_is_the_sessions_else_the_smallest_offerings_else_the_rooms() -> None:
    site = make_site()
    room = Room.objects.create(site=site, name="Hall", seats=30)
    small, large = make_offering(site, "A", capacity=5), make_offering(site, "B", capacity=9)
    open_one = make_offering(site, "C")

    assert places_at(make_session(small, large, room=room, capacity=3)).capacity == 3
    assert places_at(make_session(small, large, room=room)).capacity == 5
    assert places_at(make_session(open_one, room=room, starts="10:00")).capacity == 30
    assert places_at(make_session(open_one)) == Places(None, 0, 0)


def test_the_enrolled_take_places_too_and_need_no_booking() -> None:
    session, [mia, ben] = training(), people(2)
    enrol_in(session.meets.get().offering, mia)

    with pytest.raises(OnRollAlready, match="P0 Keller is enrolled in First aid"):
        book(session, mia)
    assert not Attendee.objects.exists()

    assert book(session, ben).state is WAITING
    assert places_at(session) == Places(1, 1, 1)


def test_who_left_while_waiting_is_passed_over() -> None:
    session, [mia, ben, tom] = training(), people(3)
    for each in (mia, ben, tom):
        book(session, each)
    Person.objects.filter(pk=ben.pk).update(active=False)

    remove(session, mia)

    assert standing(session) == [(tom.pk, BOOKED, None), (ben.pk, WAITING, 1)]


def test_who_signed_in_before_they_had_a_place_has_come() -> None:
    session, [mia, ben] = training(), people(2)
    set_credential(person_id=ben.pk, method=Method.CARD, value=card_of(ben))
    door = make_kiosk(session.site)
    book(session, mia)
    book(session, ben)
    track = Heard(door.id, session.site_id, door.install, door.sees(ben, "15:50"))
    services.record_tracks(heard=[track], now=at("15:50"))
    assert not Mark.objects.exists()

    remove(session, mia, "15:55")

    assert Mark.objects.get(person=ben).base == Base.PRESENT


@pytest.mark.covers("TRN-01", "TRN-02")
def test_booked_people_are_marked_together_and_who_is_not_does_not_attend() -> None:
    session, [mia, ben, tom] = training(None), people(3)
    for each in (mia, ben, tom):
        book(session, each)

    wanted = [Wanted(each.pk, MarkValue(Base.PRESENT)) for each in (mia, ben)]
    marking.mark(session_id=session.pk, wanted=wanted, by=OFFICE, now=at("17:10"))
    absent = lifecycle.complete(session_id=session.pk, by=OFFICE, now=at("17:20"))

    assert absent == (tom.pk,)
    words = profile_of(session.profile)
    named = {
        row.person_id: status(MarkValue(Base(row.base)), words, is_over=True).name
        for row in Mark.objects.all()
    }
    assert named == {mia.pk: "Attended", ben.pk: "Attended", tom.pk: "Not Attended"}


@pytest.mark.covers("TRN-14")
def test_a_wrong_mark_is_corrected_with_its_consequence_and_stays_in_the_trail(
    settings: Settings,
) -> None:
    settings.LISTENING = frozenset({"training"})
    session, mia = training(), make_learner()
    book(session, mia)

    for base in (Base.PRESENT, Base.ABSENT):
        wanted = [Wanted(mia.pk, MarkValue(base))]
        marking.mark(session_id=session.pk, wanted=wanted, by=OFFICE, now=at("17:10"))

    said = MarkRevision.objects.order_by("pk").values_list("before", "base", "author_name")
    assert list(said) == [("pending", "present", "office"), ("present", "absent", "office")]
    delivery = Delivery.objects.get(destination="training")
    assert ('"base":"absent"' in delivery.body.replace(" ", ""), delivery.version) == (True, 2)


def test_what_cannot_be_booked_is_refused_and_nobody_is_booked() -> None:
    session, mia = training(), make_learner()
    teacher = Actor("teacher", frozenset({Role.TEACHER}))
    gone = make_learner("Ben Young")
    Person.objects.filter(pk=gone.pk).update(active=False)

    with pytest.raises(UnknownSession):
        bookings.book(session_id=9999, person_id=mia.pk, by=OFFICE, now=EIGHT)
    with pytest.raises(UnknownPerson):
        bookings.book(session_id=session.pk, person_id=9999, by=OFFICE, now=EIGHT)
    with pytest.raises(NotPermitted):
        bookings.book(session_id=session.pk, person_id=mia.pk, by=teacher, now=EIGHT)
    with pytest.raises(NotActive, match=r"^person \d+ left"):
        book(session, gone)
    with pytest.raises(TaughtAlready, match="add them as a walk-in"):
        book(session, mia, "16:00")
    with pytest.raises(NotOnRoll):
        remove(session, mia)

    assert not Attendee.objects.exists()
    assert not Notice.objects.exists()


def test_nobody_is_booked_into_a_cancelled_session() -> None:
    session, mia = training(), make_learner()
    lifecycle.cancel(
        session_id=session.pk, whose=CancelledBy.CENTRE, because="", by=OFFICE, now=EIGHT
    )

    with pytest.raises(NotTaught, match="was cancelled"):
        book(session, mia)

    assert bookings.fill(session_id=session.pk, now=EIGHT) == ()
    assert not Attendee.objects.exists()


def test_who_booked_or_waited_is_told_when_a_session_is_cancelled() -> None:
    session, [mia, ben, tom] = training(), people(3)
    for each in (mia, ben, tom):
        book(session, each)
    remove(session, tom)

    lifecycle.cancel(
        session_id=session.pk, whose=CancelledBy.CENTRE, because="", by=OFFICE, now=EIGHT
    )

    assert told(mia) == told(ben) == "It does not take place"
    assert told(tom) == "Your booking was cancelled"


def test_nobody_comes_in_from_the_line_once_the_session_has_begun() -> None:
    session, [mia, ben] = training(), people(2)
    book(session, mia)
    book(session, ben)
    Session.objects.filter(pk=session.pk).update(capacity=2)

    assert bookings.fill_lines(site_id=session.site_id, now=at("16:00")) == 0
    assert bookings.fill(session_id=session.pk, now=at("16:00")) == ()

    assert standing(session) == [(mia.pk, BOOKED, None), (ben.pk, WAITING, 1)]


def test_the_list_of_bookings_is_one_question(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    session, [mia, *others] = training(), people(3)
    book(session, mia)
    with django_assert_num_queries(1):
        assert len(bookings_of(session.pk)) == 1
    for each in others:
        book(session, each)

    with django_assert_num_queries(1):
        assert len(bookings_of(session.pk)) == 3


def test_nobody_is_booked_into_a_registration_period() -> None:
    school, mia = make_school(), make_learner()

    with pytest.raises(NotBookable, match="nobody is booked into it"):
        book(school.session, mia, "07:00")

    assert not Attendee.objects.exists()
