"""The life of a session over the API."""

import pytest

from gateway.attendance.models import Notice, Session
from tests.gateway.api.centre import Centre, make_centre
from tests.gateway.api.conftest import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre() -> Centre:
    return make_centre()


@pytest.fixture
def callers(centre: Centre) -> dict[str, Api]:
    return centre.callers()


def state_of(centre: Centre) -> str:
    return Session.objects.get(pk=centre.session.pk).state


@pytest.mark.covers("SES-03", "SES-07")
def test_a_teacher_begins_a_session_looks_ahead_and_ends_it(
    centre: Centre, callers: dict[str, Api]
) -> None:
    teacher, path = callers["teacher"], f"/sessions/{centre.session.pk}"

    begun = teacher.post(f"{path}/activate").body
    ending = teacher.get(f"{path}/ending").body
    ended, again = teacher.post(f"{path}/complete").body, teacher.post(f"{path}/complete").body

    assert begun["state"] == "active"
    assert [each["name"] for each in ending["absent"]] == ["Mia Keller"]
    assert [each["name"] for each in ending["told"]] == ["Jan Keller"]
    assert (ended["absent"], again["absent"]) == ([centre.mia.pk], [])
    assert state_of(centre) == "completed"


def test_ending_a_session_may_tell_those_who_answer_for_the_absent(
    centre: Centre, callers: dict[str, Api]
) -> None:
    path = f"/sessions/{centre.session.pk}"

    refused = callers["teacher"].post(f"{path}/complete", {"tell": ["pigeon"]})
    callers["teacher"].post(f"{path}/complete", {"tell": ["app"]})

    assert refused.status == 422
    assert Notice.objects.filter(subject__startswith="absent:").count() == 1


def test_what_the_profile_keeps_from_teachers_is_forbidden(
    centre: Centre, callers: dict[str, Api]
) -> None:
    path, why = f"/sessions/{centre.session.pk}", {"because": "Mia came after all"}
    callers["teacher"].post(f"{path}/complete")

    refused = callers["teacher"].post(f"{path}/reopen", why)

    assert (refused.status, refused.body["error"]) == (403, "not_permitted")
    assert state_of(centre) == "completed"
    assert callers["admin"].post(f"{path}/reopen", why).body["state"] == "active"


def test_a_cancelled_session_is_marked_by_nobody(centre: Centre, callers: dict[str, Api]) -> None:
    path = f"/sessions/{centre.session.pk}"

    cancelled = callers["office"].post(
        f"{path}/cancel", {"whose": "teacher_absent", "because": "ill"}
    )

    assert cancelled.body["state"] == "cancelled"
    answer = callers["teacher"].post(f"{path}/mark-all", {"base": "present"})
    assert (answer.status, answer.body["error"]) == (409, "not_taught")
    assert not centre.session.marks.exists()


@pytest.mark.covers("MRK-02")
def test_a_roll_is_handed_in_by_whom_it_says(centre: Centre, callers: dict[str, Api]) -> None:
    assert callers["teacher"].post(f"/sessions/{centre.session.pk}/submit").status == 204

    assert Session.objects.get(pk=centre.session.pk).submitted_by == "ada"


@pytest.mark.covers("POL-06")
def test_an_administrator_unlocks_a_locked_roll(centre: Centre, callers: dict[str, Api]) -> None:
    Session.objects.filter(pk=centre.session.pk).update(overrides={"lock_after": 1})
    path, until = f"/sessions/{centre.session.pk}", "2099-01-01T08:00:00Z"
    locked = callers["teacher"].post(f"{path}/mark-all", {"base": "present"})

    unlocked = callers["admin"].post(f"{path}/unlock", {"until": until, "because": "was ill"})

    assert (locked.status, locked.body["error"]) == (409, "roll_locked")
    assert unlocked.status == 204
    assert callers["teacher"].post(f"{path}/mark-all", {"base": "present"}).body == {"marked": 1}
