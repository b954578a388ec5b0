"""Deeds in an order that nobody would think of: what stands after them."""

from datetime import time, timedelta

import pytest

from gateway.attendance import bookings, check_ins, excusing, marking, members, scheduling
from gateway.attendance.excuse_rules import Span
from gateway.attendance.excusing import Wish
from gateway.attendance.marking import Wanted
from gateway.attendance.models import CheckIn, Mark as MarkRow, MarkRevision
from gateway.attendance.rolls import roll_of
from gateway.attendance.scheduling import Placing
from gateway.attendance.services import judge_session
from gateway.attendance.values import Base, ExcuseReason, Mark
from tests.gateway.attendance.test_lifecycle import NOW, TEACHER, Class
from tests.gateway.classes import make_learner, make_offering, tap
from tests.gateway.school import MONDAY, OFFICE, at

pytestmark = pytest.mark.django_db


@pytest.mark.covers("SES-07")
def test_who_is_undone_or_handed_back_after_the_end_is_absent_and_not_pending() -> None:
    room = Class()
    for who in (0, 1):
        room.mark(who, Base.PRESENT)
    room.complete()

    marking.undo(session_id=room.session.pk, by=TEACHER, now=NOW)
    room.mark(0, Base.PENDING)

    assert room.bases() == ["absent"] * 3


def test_who_is_undone_on_a_roll_opened_again_is_pending() -> None:
    room = Class()
    room.mark(0, Base.PRESENT)
    room.complete()
    room.reopen()

    marking.undo(session_id=room.session.pk, by=TEACHER, now=NOW)

    assert room.bases() == ["pending", "absent", "absent"]


def checked_in(room: Class, who: int) -> int:
    made = CheckIn.objects.create(
        session=room.session, person=room.people[who], at=at("15:58"), method="portal",
        state="pending", by="mother",
    )  # fmt: skip
    check_ins.confirm(check_in_id=made.pk, by=TEACHER, now=at("16:00"))
    return made.pk


@pytest.mark.covers("SLF-01", "BIO-03")
def test_a_check_in_refused_after_a_mark_by_hand_counts_no_more_beneath_it() -> None:
    room = Class()
    check_in = checked_in(room, 0)
    room.mark(0, Base.ABSENT)

    for _ in range(2):
        check_ins.refuse(check_in_id=check_in, because="not him", by=TEACHER, now=at("16:25"))

    line = roll_of(room.session.pk, now=NOW)[0]
    assert (line.base, line.is_conflict) == (Base.ABSENT, False)
    assert MarkRevision.objects.count() == 3
    room.mark(0, Base.PENDING)
    assert room.bases()[0] == "pending"


def test_judging_again_repeats_nothing_beneath_a_mark_by_hand() -> None:
    room = Class()
    room.tap(0, "15:58")
    room.mark(0, Base.ABSENT)
    room.tap(0, "17:10")
    before = MarkRevision.objects.count()

    judge_session(session=room.session, now=NOW)

    assert MarkRevision.objects.count() == before == 2


@pytest.mark.covers("POL-03")
def test_a_session_that_is_moved_is_excused_by_what_covers_its_new_time() -> None:
    room = Class()
    for who, clock in ((0, "16:00"), (1, "20:00")):
        span = Span(at(clock), at(clock))
        wish = Wish(room.people[who].pk, ExcuseReason.RELIGIOUS, span)
        excusing.grant(wish=wish, by=OFFICE, now=at("08:00"))
        marking.mark(
            session_id=room.session.pk, wanted=[Wanted(room.people[who].pk, Mark(Base.ABSENT))],
            by=TEACHER, now=at("09:00"),
        )  # fmt: skip
    assert room.bases() == ["excused", "absent", "pending"]

    placing = Placing(room.session.day, time(20), time(21))
    scheduling.move(
        session_id=room.session.pk, to=placing, because="hall", by=OFFICE, now=at("15:00")
    )

    assert room.bases() == ["absent", "excused", "pending"]


def who_is_there_early(room: Class) -> int:
    """The first of the class, who signs in hours before it."""
    room.tap(0, "08:00")
    assert room.bases()[0] == "present"
    return room.people[0].pk


@pytest.mark.covers("OFF-05")
@pytest.mark.parametrize(("now", "base"), [("10:00", "pending"), ("16:30", "present")])
def test_who_is_transferred_before_a_class_has_not_been_there(now: str, base: str) -> None:
    room = Class()
    person = who_is_there_early(room)
    other = make_offering(room.site, "Other")

    members.transfer(
        offering_id=room.offering.pk, person_id=person, to=other.pk, on=MONDAY, now=at(now)
    )

    assert room.bases()[0] == base


def test_who_does_not_belong_to_a_class_on_its_new_date_has_not_been_there() -> None:
    room = Class()
    who_is_there_early(room)
    room.offering.enrolments.filter(person=room.people[0]).update(ends_on=MONDAY)
    placing = Placing(MONDAY + timedelta(days=1), time(16), time(17))

    scheduling.move(
        session_id=room.session.pk, to=placing, because="hall", by=OFFICE, now=at("15:00")
    )

    assert room.bases()[0] == "pending"


@pytest.mark.covers("TRN-10")
def test_a_booking_that_is_removed_takes_along_what_the_door_said_ahead() -> None:
    room = Class()
    guest = make_learner("Gus Guest")
    bookings.book(session_id=room.session.pk, person_id=guest.pk, by=OFFICE, now=at("07:00"))
    tap(room.site, room.door, guest, "08:00")

    bookings.remove(session_id=room.session.pk, person_id=guest.pk, by=OFFICE, now=at("09:00"))

    assert [line.name for line in roll_of(room.session.pk, now=NOW)] == ["Mia A", "Tom B", "Zoe C"]
    assert MarkRow.objects.get(person=guest).base == "pending"
