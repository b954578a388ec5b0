"""Excuses and their certificates over the API."""

from datetime import timedelta

import pytest

from gateway.api.clock import now
from gateway.attendance.models import Certificate, Excuse
from gateway.attendance.values import Base, Mark
from tests.gateway.api.centre import PDF, Centre, make_centre
from tests.gateway.api.conftest import Api
from tests.gateway.school import at, mark_by_hand

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre() -> Centre:
    """Algebra is an hour old: nobody asks for excuses of long ago."""
    made, began = make_centre(), now() - timedelta(hours=1)
    made.session.starts_at = made.session.registers_at = made.session.finishes_at = began
    made.session.save()
    return made


@pytest.fixture
def callers(centre: Centre) -> dict[str, Api]:
    return centre.callers()


def wish(centre: Centre) -> dict[str, str]:
    began = centre.session.starts_at.isoformat()
    return {"reason": "family_emergency", "starts_at": began, "ends_at": began}


def base_of(centre: Centre) -> str:
    return centre.session.marks.get(person=centre.mia).base


def be_absent(centre: Centre) -> None:
    mark_by_hand(
        session_id=centre.session.pk, person_id=centre.mia.pk, mark=Mark(Base.ABSENT),
        by="ada", now=at("16:30"),
    )  # fmt: skip


@pytest.mark.covers("POL-03")
def test_a_guardian_asks_the_office_approves_and_the_absence_is_excused(
    centre: Centre, callers: dict[str, Api]
) -> None:
    be_absent(centre)
    path = f"/people/{centre.mia.pk}/excuses"

    asked = callers["guardian"].post(path, wish(centre)).body
    before = base_of(centre)
    approved = callers["office"].post(f"/excuses/{asked['id']}/approve", {}).body

    assert (asked["state"], before) == ("requested", "absent")
    assert (approved["changed"], base_of(centre)) == (1, "excused")
    callers["office"].post(f"/excuses/{asked['id']}/withdraw", {})
    assert base_of(centre) == "absent"


def test_a_guardian_asks_for_nobody_else_s_child(centre: Centre, callers: dict[str, Api]) -> None:
    answer = callers["another guardian"].post(f"/people/{centre.mia.pk}/excuses", wish(centre))

    assert (answer.status, answer.body["error"]) == (404, "not_there")
    assert Excuse.objects.count() == 1


@pytest.mark.parametrize(
    "told",
    [
        {"reason": "medical"},
        {"reason": "medical", "first": "2026-11-23", "starts_at": "2026-11-23T08:00:00Z"},
        {"reason": "medical", "starts_at": "2026-11-23T08:00:00Z"},
        {"reason": "medical", "first": "2026-11-23", "last": "2026-11-20"},
    ],
)
def test_an_excuse_for_no_clear_time_is_refused(
    centre: Centre, callers: dict[str, Api], told: dict[str, str]
) -> None:
    answer = callers["guardian"].post(f"/people/{centre.mia.pk}/excuses", told)

    assert answer.status == 422
    assert Excuse.objects.count() == 1


def test_a_certificate_is_for_the_family_and_the_office(
    centre: Centre, callers: dict[str, Api]
) -> None:
    excuse = Excuse.objects.get()

    assert callers["guardian"].send_file(f"/excuses/{excuse.pk}/certificates", PDF) == 201
    assert callers["guardian"].send_file(f"/excuses/{excuse.pk}/certificates", b"MZ") == 422

    path = f"/certificates/{Certificate.objects.latest('added_at').pk}"
    told = {who: callers[who].get(path).status for who in callers}
    assert told == {
        "admin": 200, "office": 200, "teacher": 403, "another teacher": 403, "guardian": 200,
        "another guardian": 404, "student": 200, "another student": 404, "nobody": 401,
    }  # fmt: skip
