import pytest
from django.db import transaction
from pytest_django.fixtures import DjangoAssertNumQueries

from gateway.erp.models import Code, Registration, Sync
from gateway.ingest.parsing import Aside
from gateway.ingest.services import keep_batch
from gateway.outbox.models import Delivery
from gateway.outbox.services import Promise, queue, set_aside
from tests.gateway.api.conftest import NOW, Api
from tests.gateway.factories import make_site
from tests.gateway.school import make_school

pytestmark = pytest.mark.django_db


def promise(number: int = 1) -> None:
    with transaction.atomic():
        queue([Promise("erp", f"mark:{number}", f"person:{number}", '{"base":"present"}')], now=NOW)


def put_aside(payload: bytes = b"{\xff", number: int = 1) -> None:
    topic = f"muster/v1/kiosk/gate/up/{number}"
    keep_batch(told=[], asides=[Aside(topic, payload, "no JSON", "gate", None, None)], now=NOW)


def test_deliveries_are_listed_with_their_state_and_reason(api: Api) -> None:
    promise()
    set_aside(Delivery.objects.get(), because="the ERP refused it", now=NOW)
    promise(2)

    assert [d["state"] for d in api.items("/deliveries")] == ["waiting", "set_aside"]
    (delivery,) = api.items("/deliveries", state="set_aside", destination="erp", subject="mark:1")
    assert delivery["because"] == "the ERP refused it"
    assert api.get(f"/deliveries/{delivery['id']}").body == delivery


def test_a_delivery_that_was_set_aside_is_tried_again(api: Api) -> None:
    promise()
    set_aside(Delivery.objects.get(), because="the ERP refused it", now=NOW)

    retried = api.post(f"/deliveries/{Delivery.objects.get().pk}/retry")

    assert (retried.status, retried.body["state"]) == (200, "waiting")
    assert api.post("/deliveries/77/retry").status == 404


def test_messages_set_aside_are_read_as_far_as_they_are_text_and_settled(api: Api) -> None:
    put_aside(b'{"v": 9, \xff')

    (message,) = api.items("/set-aside", kiosk="gate")
    settled = api.post(f"/set-aside/{message['id']}/settle")

    assert (message["reason"], message["payload"]) == ("no JSON", '{"v": 9, \ufffd')
    assert settled.body["settled_by"] == "office"
    assert api.items("/set-aside") == []
    assert len(api.items("/set-aside", settled="true")) == 1
    assert api.post("/set-aside/77/settle").status == 404


def test_what_became_of_marks_in_the_erp_is_listed(api: Api) -> None:
    school = make_school()
    (mia,) = school.pupils(1)
    Registration.objects.create(
        session=school.session, person=mia, state="correct_in_erp", because="finalised", at=NOW
    )

    (registration,) = api.items("/erp/registrations", state="correct_in_erp", person=mia.pk)

    assert (registration["because"], registration["session_id"]) == ("finalised", school.session.pk)
    assert api.items("/erp/registrations", state="pushed") == []


def test_the_erp_s_codes_and_the_last_synchronisations_are_listed(api: Api) -> None:
    Code.objects.create(kind="absence", external_id="1", code="O", name="Unauthorised")
    Sync.objects.create(
        site=make_site(), what="codes", tried_at=NOW, succeeded_at=NOW, ok=True, outcome="1 code"
    )

    assert [code["code"] for code in api.items("/erp/codes")] == ["O"]
    assert [sync["outcome"] for sync in api.items("/erp/synchronisations")] == ["1 code"]


@pytest.mark.parametrize("many", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_lists(
    api: Api, many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(many):
        promise(number)
        put_aside(b"%d" % number, number)

    for path in ("/deliveries", "/set-aside"):
        with django_assert_num_queries(5):
            assert len(api.items(path)) == many
