"""Deeds in an order that nobody would think of: what stands after them."""

from datetime import time

import pytest

from gateway.attendance import check_ins, excusing, marking, scheduling
from gateway.attendance.excuse_rules import Span
from gateway.attendance.excusing import Wish
from gateway.attendance.marking import Wanted
from gateway.attendance.models import CheckIn, MarkRevision
from gateway.attendance.rolls import roll_of
from gateway.attendance.scheduling import Placing
from gateway.attendance.services import judge_session
from gateway.attendance.values import Base, ExcuseReason, Mark
from tests.gateway.attendance.test_lifecycle import NOW, TEACHER, Class
from tests.gateway.school import OFFICE, at

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
