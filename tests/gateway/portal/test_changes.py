from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from gateway.attendance.evacuation import end_alarm, raise_alarm, tick
from gateway.fleet.models import Kiosk
from gateway.ingest import services as ingest
from gateway.portal.changes import tokens
from kiosk.protocol.messages import Shown
from tests.gateway.portal.school import (
    School,
    hold_absence,
    list_for_correction,
    park_delivery,
    put_aside,
)

pytestmark = pytest.mark.django_db

CHANGES: dict[str, Callable[[School], object]] = {
    "a tap": lambda school: school.tap(school.card(0)),
    "an unknown card": lambda school: school.tap("04DEADBEEF0001", shown=Shown.UNKNOWN),
    "a hold": hold_absence,
    "a refused delivery": lambda school: park_delivery(school, because="x"),
    "a message set aside": lambda school: put_aside(school, reason="x"),
    "an entry to correct": list_for_correction,
    "a kiosk that goes offline": lambda _: Kiosk.objects.update(online=True),
    "a device that is away": lambda _: Kiosk.objects.update(devices_away={"camera": "gone"}),
    "an alarm": lambda school: raise_alarm(site_id=school.site.pk, by="office", now=school.now),
    "a queue that grows": lambda _: Kiosk.objects.update(queue=7),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_a_page_shows_changes_the_word(change: str) -> None:
    school = School()
    before = tokens(school.now)

    CHANGES[change](school)

    assert tokens(school.now) != before


def test_a_tick_and_the_end_of_an_alarm_change_the_word() -> None:
    school = School()
    alarm = raise_alarm(site_id=school.site.pk, by="office", now=school.now)
    raised = tokens(school.now)

    tick(
        site_id=school.site.pk,
        person_id=school.students[0],
        is_safe=True,
        by="office",
        now=school.now,
    )
    ticked = tokens(school.now)
    end_alarm(alarm_id=alarm, by="office", now=school.now)

    assert len({*raised.values(), *ticked.values(), *tokens(school.now).values()}) == 3


def test_where_nothing_happened_the_word_stays() -> None:
    school = School()

    assert tokens(school.now) == tokens(school.now)


def test_a_tap_changes_the_word_of_its_own_site_alone() -> None:
    hill, valley = School("hill"), School("valley")
    valley.kiosk.refresh_from_db()
    before = tokens(hill.now)

    hill.hear_kiosk()
    after = tokens(hill.now)

    assert before["hill"] != after["hill"]
    assert before["valley"] == after["valley"]


def test_the_word_changes_with_the_minute() -> None:
    school = School()

    assert tokens(school.now) != tokens(school.now + timedelta(minutes=1))


def test_settling_a_message_changes_the_word() -> None:
    school = School()
    message = put_aside(school, reason="x")
    before = tokens(school.now)

    ingest.settle(set_aside_id=message.pk, by="office", now=timezone.now())

    assert tokens(school.now) != before
