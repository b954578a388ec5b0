import pytest

from gateway.attendance import bookings, lifecycle, services
from gateway.attendance.errors import (
    NotActive,
    NotBookable,
    NotPermitted,
    NotTaught,
    RollLocked,
    UnknownSession,
)
from gateway.attendance.expecting import expected_at
from gateway.attendance.marking import Actor
from gateway.attendance.models import Attendee, Mark, Notice, Session
from gateway.attendance.recording import Heard
from gateway.attendance.values import AttendeeSource, Base, CancelledBy, Mark as MarkValue
from gateway.attendance.walk_ins import add_walk_in, write_down_walk_in
from gateway.people.errors import UnknownPerson, WrongPerson
from gateway.people.models import Person
from gateway.people.queries import roster_since
from gateway.people.searching import find_active
from gateway.people.services import set_credential
from gateway.people.values import Role
from gateway.timetable.values import OfferingKind
from kiosk.protocol.messages import Method, PersonKind
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_site
from tests.gateway.school import OFFICE, at, card_of, make_kiosk, make_school, mark_by_hand

pytestmark = pytest.mark.django_db


def training(capacity: int | None = None) -> Session:
    """A training from 16:00 to 17:00."""
    return make_session(
        make_offering(
            make_site(),
            "First aid",
            kind=OfferingKind.TRAINING,
            profile="training",
            capacity=capacity,
        )
    )


def walks_in(session: Session, person: Person, clock: str = "16:05") -> bool:
    return add_walk_in(session_id=session.pk, person_id=person.pk, by=OFFICE, now=at(clock))


def on_roll(session: Session) -> dict[int, AttendeeSource | None]:
    return {each.person_id: each.source for each in expected_at(session)}


def taps(session: Session, person: Person, clock: str) -> None:
    set_credential(person_id=person.pk, method=Method.CARD, value=card_of(person))
    door = make_kiosk(session.site)
    track = Heard(door.id, session.site_id, door.install, door.sees(person, clock))
    services.record_tracks(heard=[track], now=at(clock))


@pytest.mark.covers("TRN-09")
def test_a_walk_in_has_come_by_the_tap_they_made_before_they_were_on_the_roll() -> None:
    session, mia = training(), make_learner()
    taps(session, mia, "15:58")

    assert walks_in(session, mia)

    assert on_roll(session) == {mia.pk: AttendeeSource.WALK_IN}
    mark = Mark.objects.get()
    assert (mark.person_id, mark.base, mark.author) == (mia.pk, "present", "rule")


@pytest.mark.covers("TRN-09")
def test_a_walk_in_is_marked_as_everybody_else() -> None:
    session, mia = training(), make_learner()
    walks_in(session, mia)

    mark_by_hand(
        session_id=session.pk,
        person_id=mia.pk,
        mark=MarkValue(Base.PRESENT),
        by="office",
        now=at("17:00"),
    )

    assert Mark.objects.get().base == Base.PRESENT


@pytest.mark.parametrize("clock", ["08:00", "16:30", "19:00"])
def test_a_walk_in_is_added_at_any_time_and_over_any_capacity(clock: str) -> None:
    session, mia, ben = training(1), make_learner(), make_learner("Ben Young")
    bookings.book(session_id=session.pk, person_id=ben.pk, by=OFFICE, now=at("07:00"))

    assert walks_in(session, mia, clock)

    assert set(on_roll(session)) == {ben.pk, mia.pk}


def test_adding_twice_is_adding_once() -> None:
    session, mia = training(), make_learner()

    assert [walks_in(session, mia), walks_in(session, mia)] == [True, False]

    assert Attendee.objects.count() == 1


def test_who_is_enrolled_or_booked_is_on_the_roll_already() -> None:
    session, mia, ben = training(), make_learner(), make_learner("Ben Young")
    enrol_in(session.meets.get().offering, mia)
    bookings.book(session_id=session.pk, person_id=ben.pk, by=OFFICE, now=at("07:00"))

    assert [walks_in(session, mia), walks_in(session, ben)] == [False, False]

    assert on_roll(session) == {mia.pk: None, ben.pk: AttendeeSource.BOOKING}


def test_who_waits_or_was_removed_can_walk_in() -> None:
    session, mia, ben = training(1), make_learner(), make_learner("Ben Young")
    for each in (mia, ben):
        bookings.book(session_id=session.pk, person_id=each.pk, by=OFFICE, now=at("07:00"))
    tom = make_learner("Tom Hill")
    bookings.book(session_id=session.pk, person_id=tom.pk, by=OFFICE, now=at("07:01"))
    bookings.remove(session_id=session.pk, person_id=tom.pk, by=OFFICE, now=at("07:02"))

    assert [walks_in(session, ben), walks_in(session, tom)] == [True, True]

    assert set(on_roll(session)) == {mia.pk, ben.pk, tom.pk}
    assert not Notice.objects.filter(person__in=[ben.pk, tom.pk]).exists()


@pytest.mark.covers("TRN-09")
def test_somebody_nobody_can_find_is_written_down_and_marked() -> None:
    session = training()

    person = write_down_walk_in(
        session_id=session.pk, name=" Jo  van Dyk ", by=OFFICE, now=at("16:05")
    )

    row = Person.objects.get(pk=person)
    assert (row.given_name, row.family_name, row.provisional) == ("Jo", "van Dyk", True)
    assert [each.provisional for each in find_active("van dyk")] == [True]
    assert on_roll(session) == {person: AttendeeSource.WALK_IN}
    absent = lifecycle.complete(session_id=session.pk, by=OFFICE, now=at("17:30"))
    assert absent == (person,)


def test_kiosks_need_not_hear_of_a_temporary_person() -> None:
    session = training()

    write_down_walk_in(session_id=session.pk, name="Jo", by=OFFICE, now=at("16:05"))

    assert roster_since(0).people == ()


def test_a_temporary_person_may_be_of_any_kind() -> None:
    person = write_down_walk_in(
        session_id=training().pk,
        name="Jo",
        by=OFFICE,
        now=at("16:05"),
        kind=PersonKind.STAFF,
    )

    assert Person.objects.get(pk=person).kind == PersonKind.STAFF


def test_who_cannot_walk_in_is_refused_and_nobody_is_added() -> None:
    session, mia, gone = training(), make_learner(), make_learner("Ben Young")
    Person.objects.filter(pk=gone.pk).update(active=False)
    parent = Actor("parent", frozenset({Role.GUARDIAN}))

    with pytest.raises(UnknownSession):
        add_walk_in(session_id=9999, person_id=mia.pk, by=OFFICE, now=at("16:05"))
    with pytest.raises(UnknownPerson):
        add_walk_in(session_id=session.pk, person_id=9999, by=OFFICE, now=at("16:05"))
    with pytest.raises(NotActive):
        walks_in(session, gone)
    with pytest.raises(NotPermitted):
        add_walk_in(session_id=session.pk, person_id=mia.pk, by=parent, now=at("16:05"))
    with pytest.raises(WrongPerson):
        write_down_walk_in(session_id=session.pk, name=" ", by=OFFICE, now=at("16:05"))

    assert not Attendee.objects.exists()
    assert not Person.objects.filter(provisional=True).exists()


def test_nobody_walks_in_where_nothing_is_taken_any_more() -> None:
    session, mia = training(), make_learner()
    policy = {"lock_after": 1}
    Session.objects.filter(pk=session.pk).update(overrides=policy)

    with pytest.raises(RollLocked):
        walks_in(session, mia, "19:00")
    Session.objects.filter(pk=session.pk).update(overrides={})
    lifecycle.cancel(
        session_id=session.pk, whose=CancelledBy.CENTRE, because="", by=OFFICE, now=at("08:00")
    )
    with pytest.raises(NotTaught):
        walks_in(session, mia)

    assert not Attendee.objects.exists()


def test_nobody_walks_into_a_registration_period() -> None:
    school, mia = make_school(), make_learner()

    with pytest.raises(NotBookable, match="expects whoever is enrolled"):
        walks_in(school.session, mia, "08:05")

    assert not Attendee.objects.exists()
