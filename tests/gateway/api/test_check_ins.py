"""Check-ins without a kiosk over the API, in sessions that are on at this moment."""

from datetime import timedelta

import pytest

from gateway.api.clock import now
from gateway.attendance.models import CheckIn, Session
from tests.gateway.api.centre import Centre, make_centre
from tests.gateway.api.conftest import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre() -> Centre:
    """Algebra began five minutes ago, and people may check themselves in."""
    made = make_centre()
    CheckIn.objects.all().delete()
    began = now() - timedelta(minutes=5)
    Session.objects.filter(pk=made.session.pk).update(
        starts_at=began,
        registers_at=began,
        finishes_at=began + timedelta(hours=1),
        overrides={"lock_after": None, "self_check_in": True},
    )
    return made


@pytest.fixture
def callers(centre: Centre) -> dict[str, Api]:
    return centre.callers()


def base_of(centre: Centre) -> str:
    mark = centre.session.marks.filter(person=centre.mia).first()
    return mark.base if mark else "pending"


@pytest.mark.covers("QR-01")
def test_a_student_checks_in_by_the_code_that_the_teacher_shows(
    centre: Centre, callers: dict[str, Api]
) -> None:
    path = f"/sessions/{centre.session.pk}"
    shown = callers["teacher"].get(f"{path}/code").body

    made = callers["student"].post(f"{path}/code-check-ins", {"code": shown["code"]})

    assert (made.status, made.body["state"], base_of(centre)) == (201, "confirmed", "present")
    wrong = callers["student"].post(f"{path}/code-check-ins", {"code": "ABCDEFGH"})
    assert (wrong.status, wrong.body["error"]) == (422, "wrong_code")


@pytest.mark.covers("SLF-01")
def test_what_a_guardian_says_counts_once_the_teacher_confirms_it(
    centre: Centre, callers: dict[str, Api]
) -> None:
    path = f"/sessions/{centre.session.pk}/self-check-ins"
    said = callers["guardian"].post(path, {"person_id": centre.mia.pk}).body
    before = base_of(centre)

    (waits,) = callers["teacher"].get("/check-ins").body
    assert callers["another teacher"].get("/check-ins").body == []
    callers["teacher"].post(f"/check-ins/{waits['id']}/confirm")

    assert (said["state"], before, base_of(centre)) == ("pending", "pending", "present")
    assert callers["guardian"].post(path, {"person_id": centre.tom.pk}).status == 404


def test_a_session_that_is_on_is_listed_for_who_may_check_in(
    centre: Centre, callers: dict[str, Api]
) -> None:
    (line,) = callers["student"].get(f"/people/{centre.mia.pk}/open-check-ins").body

    assert (line["session_id"], line["asked"], line["state"]) == (centre.session.pk, [], "")
