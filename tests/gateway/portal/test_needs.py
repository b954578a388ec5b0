from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from gateway.attendance.models import Session
from gateway.attendance.queries import Totals
from gateway.attendance.values import HoldKind
from gateway.fleet.models import Kiosk
from gateway.fleet.queries import kiosk_lines
from gateway.outbox.models import Delivery
from gateway.outbox.services import Promise, queue
from gateway.people.values import Role
from gateway.portal.frame import Place
from gateway.portal.needs import hold_words, kiosk_matter
from gateway.portal.pages.board import period_state
from gateway.portal.totals import Bar, bar_of
from gateway.timetable.models import OpenDay
from tests.gateway.portal.school import School, log_in


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "matter"),
    [
        ({}, ""),
        ({"last_heard_at": None}, "Never heard"),
        ({"silent_for": timedelta(hours=1)}, "Last heard"),
        ({"clock_trusted": False}, "clock is not set"),
        ({"in_service": False, "out_of_service_because": "broken"}, "Out of service: broken"),
    ],
)
def test_a_kiosk_says_what_is_the_matter_with_it(said: dict[str, Any], matter: str) -> None:
    school = School()
    school.hear_kiosk()
    silent_for = said.pop("silent_for", None)
    if silent_for:
        said["last_heard_at"] = school.now - silent_for
    if said:
        Kiosk.objects.update(**said)
    (line,) = kiosk_lines(school.site.pk, now=school.now)

    words = kiosk_matter(line, Place(school.site, school.now, school.today))

    assert matter in words
    assert bool(matter) is bool(words)


@pytest.mark.parametrize(
    ("kind", "subject"),
    [(HoldKind.KIOSK_UNHEARD, "door"), (HoldKind.CODE_UNKNOWN, "O"), (HoldKind.TOO_MANY, "Year 7")],
)
def test_every_hold_names_what_it_waits_for(kind: HoldKind, subject: str) -> None:
    assert subject in hold_words(kind, subject)


@pytest.mark.django_db
def test_codes_that_are_late_are_counted_by_their_reason() -> None:
    school = School()
    school.hear_kiosk()
    with transaction.atomic():
        queue(
            [Promise("erp", f"mark:1:{n}", f"person:{n}", "{}") for n in range(3)], now=school.now
        )
    Delivery.objects.update(attempts=2, because="the ERP did not answer")

    (need,) = log_in().get(school.page()).context["needs"]

    assert need.text == "3 codes are not yet in the ERP: the ERP did not answer"


@pytest.mark.django_db
@pytest.mark.covers("BEY-03")
def test_taps_from_the_future_are_listed_with_the_kiosk_they_come_from() -> None:
    school = School()
    school.hear_kiosk()
    for place in range(2):
        school.tap(school.card(place), minutes_ago=-60)

    (need,) = log_in().get(school.page()).context["needs"]

    assert need.text.startswith("Front door: 2 taps have only an approximate time")
    assert need.act.url == school.page("days/")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("minutes", "words"),
    [(-60, "opens"), (-15, "closes"), (0, "closed")],
)
def test_the_heading_says_where_registration_stands(minutes: int, words: str) -> None:
    school = School()
    now = school.now + timedelta(minutes=minutes)
    page = log_in().get(school.page()).context["sessions"]

    state = period_state(Place(school.site, now, school.today), page)

    assert f"morning registration {words}" in state


@pytest.mark.django_db
def test_the_heading_says_that_there_is_no_school() -> None:
    school = School()
    OpenDay.objects.all().delete()
    school.site.closures.create(on=school.today, reason="snow")

    assert "no school today: closed: snow" in log_in().get(school.page()).text


@pytest.mark.django_db
def test_the_heading_says_that_there_is_no_registration() -> None:
    school = School()
    Session.objects.all().delete()

    assert "no registration today" in log_in(Role.ADMIN).get(school.page()).text


def test_nobody_expected_makes_an_empty_bar() -> None:
    assert bar_of(Totals(0, 0, 0, 0, 0, 0)) == Bar(0, 0, 0, 0)


def test_the_bar_shows_who_came_in_time_who_late_and_who_left() -> None:
    bar = bar_of(Totals(expected=10, signed_in=6, signed_out=2, not_signed=2, late=1, absent=0))

    assert bar == Bar(on_time=500, late=100, gone=200, percent=80)
    assert (bar.late_from, bar.gone_from) == (500, 600)
