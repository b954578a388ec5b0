from uuid import UUID, uuid4

import pytest

from gateway.api.clock import now
from gateway.fleet.enrolling import take_card
from gateway.fleet.models import DoorEnrolment
from kiosk.protocol.remarks import CardEnrolled
from tests.gateway.api.conftest import Api
from tests.gateway.factories import make_person, make_site
from tests.gateway.school import make_kiosk

pytestmark = pytest.mark.django_db
CARD = "04A224D2C86180"


@pytest.fixture
def mia() -> int:
    make_kiosk(make_site(), "gate")
    return make_person("Mia Keller")


@pytest.mark.covers("BIO-01")
def test_a_card_is_asked_for_and_followed_to_its_end(api: Api, mia: int) -> None:
    asked = api.post(f"/people/{mia}/enrol-card", {"kiosk": "gate"})
    enrolment = asked.body["id"]
    remark = CardEnrolled(id=uuid4(), enrolment=UUID(enrolment), value=CARD)

    take_card(kiosk_id="gate", remark=remark, now=now())

    told = api.get(f"/kiosk-enrolments/{enrolment}").body
    assert (asked.status, asked.body["outcome"], asked.body["person_id"]) == (201, "waiting", mia)
    assert (told["outcome"], told["value"], told["method"]) == ("done", CARD, "card")


def test_it_is_cancelled(api: Api, mia: int) -> None:
    enrolment = api.post(f"/people/{mia}/enrol-card", {"kiosk": "gate"}).body["id"]

    told = api.post(f"/kiosk-enrolments/{enrolment}/cancel").body

    assert told["outcome"] == "cancelled"


def test_a_busy_kiosk_and_a_wrong_number_are_refused(api: Api, mia: int) -> None:
    api.post(f"/people/{mia}/enrol-card", {"kiosk": "gate"})
    ben = make_person("Ben Ode")

    busy = api.post(f"/people/{ben}/enrol-card", {"kiosk": "gate"})
    wrong = api.post(f"/people/{ben}/enrol-card", {"kiosk": "gate", "number": "red"})

    assert (busy.status, busy.body["error"]) == (409, "kiosk_busy")
    assert (wrong.status, wrong.body["error"]) == (422, "wrong_credential")
    assert DoorEnrolment.objects.count() == 1


def test_what_is_not_there_is_not_found(api: Api, mia: int) -> None:
    assert api.post(f"/people/{mia}/enrol-card", {"kiosk": "shed"}).status == 404
    assert api.post("/people/999/enrol-card", {"kiosk": "gate"}).status == 404
    assert api.get(f"/kiosk-enrolments/{uuid4()}").status == 404
    assert api.post(f"/kiosk-enrolments/{uuid4()}/cancel").status == 404
