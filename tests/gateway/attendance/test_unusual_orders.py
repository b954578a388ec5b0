"""Deeds in an order that nobody would think of: what stands after them."""

import pytest

from gateway.attendance import marking
from gateway.attendance.values import Base
from tests.gateway.attendance.test_lifecycle import NOW, TEACHER, Class

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
