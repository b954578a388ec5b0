import pytest
from django.contrib.auth.models import User
from django.test import Client

from gateway.people.logins import add_login, issue_token
from gateway.people.values import Role
from tests.gateway.api.conftest import NOW, Answer, Api, make_api

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [Role.OFFICE, Role.ADMIN])
def test_office_and_administrators_may_call(role: Role) -> None:
    assert make_api(role).get("/me") == Answer(
        200, {"name": role.value, "roles": [role.value], "person_id": None, "children": []}
    )


@pytest.mark.parametrize("token", ["", "muster_wrong", "\x00"])
def test_a_stranger_is_told_how_to_get_in(token: str) -> None:
    answer = Api(Client(), token).get("/people")

    assert answer.status == 401
    assert "muster-gateway token" in answer.body["message"]


def test_a_login_without_a_role_is_turned_away() -> None:
    token = issue_token(User.objects.create_user("guest").pk, "phone", NOW)

    answer = Api(Client(), token).get("/people")

    assert (answer.status, answer.body["error"]) == (403, "forbidden")


def test_a_session_of_the_pages_may_read() -> None:
    client = Client()
    add_login(username="amy", password="long enough", role=Role.OFFICE)
    client.login(username="amy", password="long enough")

    assert client.get("/api/v1/me").json()["roles"] == ["office"]


def test_a_session_without_the_csrf_token_changes_nothing() -> None:
    client = Client(enforce_csrf_checks=True)
    add_login(username="amy", password="long enough", role=Role.OFFICE)
    client.login(username="amy", password="long enough")

    answer = client.post("/api/v1/people", {"given_name": "Mia"}, content_type="application/json")

    assert answer.status_code == 403
    assert client.get("/api/v1/people").json()["total"] == 0
