import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from gateway.fleet.models import Kiosk
from gateway.fleet.services import add_kiosk
from gateway.people.values import Role
from tests.gateway.api.conftest import Api, make_api
from tests.gateway.factories import make_site

pytestmark = pytest.mark.django_db


def test_a_kiosk_is_added_and_its_password_shown_once(api: Api) -> None:
    make_site()

    added = api.post("/kiosks", {"id": "gate", "name": "Main gate"})

    assert (added.status, added.body["id"]) == (201, "gate")
    assert len(added.body["password"]) > 30
    told = api.get("/kiosks/gate").body
    assert (told["name"], told["site"], told["in_service"]) == ("Main gate", "main", True)
    assert "password" not in told


def test_a_second_kiosk_of_a_name_is_refused(api: Api) -> None:
    make_site()
    api.post("/kiosks", {"id": "gate", "name": "Main gate"})

    answer = api.post("/kiosks", {"id": "gate", "name": "Yard"})

    assert (answer.status, answer.body["error"]) == (409, "kiosk_exists")
    assert Kiosk.objects.get().name == "Main gate"


def test_a_new_password_replaces_the_old_one(api: Api) -> None:
    make_site()
    old = api.post("/kiosks", {"id": "gate", "name": "Main gate"}).body["password"]
    digest = Kiosk.objects.get().broker_digest

    new = api.post("/kiosks/gate/password").body["password"]

    assert new != old
    assert Kiosk.objects.get().broker_digest != digest


def test_a_kiosk_goes_out_of_service_for_a_reason_and_comes_back(api: Api) -> None:
    make_site()
    api.post("/kiosks", {"id": "gate", "name": "Main gate"})

    out = api.post("/kiosks/gate/take-out-of-service", {"because": "broken"})
    back = api.post("/kiosks/gate/put-in-service")

    assert out.body["in_service"] is False
    assert out.body["out_of_service_because"].startswith("broken")
    assert back.body["in_service"] is True


def test_an_unknown_kiosk_is_not_there(api: Api) -> None:
    assert api.get("/kiosks/shed").status == 404
    assert api.post("/kiosks/shed/put-in-service").status == 404
    assert api.post("/kiosks/shed/password").status == 404


@pytest.mark.parametrize("many", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_list(
    api: Api, many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    site = make_site()
    for number in range(many):
        add_kiosk(kiosk_id=f"k{number}", site_id=site.pk, name=f"K{number}", password="x" * 32)

    with django_assert_num_queries(6):
        assert len(api.items("/kiosks")) == many


def test_switches_that_are_not_named_stay_as_they_are() -> None:
    make_site()
    api = make_api(Role.ADMIN)
    api.patch("/kiosk-options", {"photo_on": True, "photo_days": 7})

    told = api.patch("/kiosk-options", {"show_names": False}).body

    assert (told["photo_on"], told["photo_days"], told["show_names"]) == (True, 7, False)
    assert api.get("/kiosk-options").body == told


def test_a_switch_out_of_range_is_refused() -> None:
    make_site()

    assert make_api(Role.ADMIN).patch("/kiosk-options", {"face_threshold": 0}).status == 422


def test_only_an_administrator_switches() -> None:
    make_site()

    assert make_api(Role.OFFICE).patch("/kiosk-options", {"photo_on": True}).status == 403
