"""Lists about classes ask the store as often for many rows as for few."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gateway.api.clock import now
from gateway.attendance.models import CheckIn, Excuse, Session
from gateway.attendance.values import ExcuseReason, ExcuseState
from gateway.timetable.models import Teaching
from kiosk.protocol.messages import PersonKind
from tests.gateway.api.centre import Centre, make_centre
from tests.gateway.api.conftest import Api
from tests.gateway.classes import SEPTEMBER, enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_person

pytestmark = pytest.mark.django_db


def one_more(centre: Centre, name: str) -> None:
    """A learner, a class, its teacher, its session, an excuse and a check-in more."""
    learner, offering = make_learner(name), make_offering(centre.site, name)
    for each in (learner, centre.mia):
        enrol_in(offering, each)
    enrol_in(centre.algebra, learner)
    teacher = make_person(f"Ada {name}", kind=PersonKind.STAFF)
    Teaching.objects.create(offering=offering, person_id=teacher, starts_on=SEPTEMBER)
    session, at = make_session(offering), now() - timedelta(hours=1)
    Session.objects.filter(pk=session.pk).update(
        starts_at=at, registers_at=at, finishes_at=at, day=at.date()
    )
    Excuse.objects.create(
        person=centre.mia, starts_at=at, ends_at=at, reason=ExcuseReason.MEDICAL.value,
        state=ExcuseState.REQUESTED.value, asked_at=at, asked_by="father",
    )  # fmt: skip
    said = CheckIn.objects.get(person=centre.mia)
    CheckIn.objects.create(
        session=centre.session, person=learner, at=said.at, method=said.method,
        state=said.state, by=said.by,
    )  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "/sessions?first=2026-11-01&last=2099-01-01",
        "/sessions/{session}/marks",
        "/sessions/{session}/check-ins",
        "/check-ins",
        "/rolls-due",
        "/offerings?date=2026-11-23",
        "/excuses",
        "/certificates-due",
        "/people/{mia}/excuses",
        "/people/{mia}/offerings",
        "/people/{mia}/attendance",
    ],
)
def test_the_number_of_queries_does_not_grow_with_the_lists(api: Api, path: str) -> None:
    centre = make_centre()
    address = path.format(session=centre.session.pk, mia=centre.mia.pk)

    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as captured:
            body = api.get(address).body
        return len(captured), len(body["items"] if isinstance(body, dict) else body)

    one_more(centre, "One")
    queries, rows = asked()
    for name in ("Two", "Three"):
        one_more(centre, name)

    assert asked() == (queries, rows + 2)
