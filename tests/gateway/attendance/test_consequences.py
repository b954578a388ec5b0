"""What is promised to other rooms when marks change: the whole state, told once."""

import json
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from gateway.attendance import excusing, marking
from gateway.attendance.excuse_rules import Span
from gateway.attendance.excusing import Wish
from gateway.attendance.values import Base, ExcuseReason
from gateway.outbox.models import Delivery
from gateway.outbox.services import settle
from tests.gateway.attendance.test_lifecycle import NOW, TEACHER, Class
from tests.gateway.school import OFFICE, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _families_listen(settings: Settings) -> None:
    settings.LISTENING = frozenset({"families", "training"})


def told(room: Class, who: int = 0) -> dict[str, Any]:
    """The last that the families' room is to hear of one person's mark."""
    subject = f"mark:{room.session.pk}:{room.people[who].pk}"
    return dict(json.loads(Delivery.objects.get(destination="families", subject=subject).body))


def bases_told(room: Class) -> list[str]:
    return [told(room, who)["base"] for who in range(3)]


@pytest.mark.covers("MRK-01")
def test_a_mark_of_a_class_is_promised_once_with_the_whole_state() -> None:
    room = Class()

    room.tap(0, "16:20")
    room.tap(0, "16:52")

    delivery = Delivery.objects.get()
    assert delivery.destination == "families"
    assert json.loads(delivery.body) == {
        "session_id": room.session.pk,
        "person_id": room.people[0].pk,
        "base": "present",
        "late_minutes": 20,
        "reason": "",
        "left_early_minutes": 8,
        "partial": False,
    }


def test_the_same_mark_said_twice_is_told_once() -> None:
    room = Class()
    room.mark(0, Base.ABSENT)
    settle(Delivery.objects.get(), now=NOW)

    room.mark(0, Base.ABSENT)
    room.complete()

    assert Delivery.objects.get(subject__endswith=f":{room.people[0].pk}").state == "delivered"
    assert bases_told(room) == ["absent"] * 3
    assert Delivery.objects.count() == 3


def test_a_room_that_the_profile_does_not_name_hears_nothing() -> None:
    room = Class("coaching")

    room.complete()

    assert set(Delivery.objects.values_list("destination", flat=True)) == {"families"}


def test_notes_and_what_a_mark_by_hand_outranks_are_nobodys_news() -> None:
    room = Class()
    room.mark(0, Base.ABSENT)
    settle(Delivery.objects.get(), now=NOW)

    room.tap(0, "15:58")
    marking.note(
        session_id=room.session.pk, person_id=room.people[0].pk, text="ill?", by=TEACHER, now=NOW
    )

    assert Delivery.objects.get().state == "delivered"


@pytest.mark.covers("POL-03")
def test_an_excuse_approved_and_withdrawn_is_told_each_time() -> None:
    room = Class()
    room.complete()
    for delivery in Delivery.objects.all():
        settle(delivery, now=NOW)
    span = Span(at("00:00"), at("23:00"))
    wish = Wish(room.people[0].pk, ExcuseReason.RELIGIOUS, span)

    granted = excusing.grant(wish=wish, by=OFFICE, now=NOW)
    excused = told(room)
    excusing.withdraw(excuse_id=granted.excuse_id, because="", by=OFFICE, now=NOW)

    assert (excused["base"], excused["reason"]) == ("excused", "religious")
    assert (told(room)["base"], told(room)["reason"]) == ("absent", "")
    waiting = Delivery.objects.filter(state="waiting").values_list("subject", flat=True)
    assert list(waiting) == [f"mark:{room.session.pk}:{room.people[0].pk}"]


@pytest.mark.covers("MRK-02")
def test_an_undone_act_is_told_of_everybody_it_marked() -> None:
    room = Class()
    marking.mark_all(session_id=room.session.pk, base=Base.PRESENT, by=TEACHER, now=NOW)
    assert bases_told(room) == ["present"] * 3

    marking.undo(session_id=room.session.pk, by=TEACHER, now=NOW)

    assert bases_told(room) == ["pending"] * 3
