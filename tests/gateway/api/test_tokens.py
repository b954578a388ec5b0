import pytest

from gateway.people.models import ApiToken
from gateway.people.values import Role
from tests.gateway.api.conftest import Answer, make_api

pytestmark = pytest.mark.django_db


def test_an_administrator_revokes_a_token_and_it_opens_nothing_more() -> None:
    admin, office = make_api(Role.ADMIN), make_api(Role.OFFICE)
    (_, token) = admin.items("/tokens")

    assert (token["login"], token["name"], token["revoked_at"]) == ("office", "tests", None)
    assert admin.delete(f"/tokens/{token['id']}") == Answer(204, None)
    assert office.get("/me").status == 401
    assert admin.delete(f"/tokens/{token['id']}").status == 404


def test_the_text_of_a_token_is_told_to_nobody() -> None:
    admin = make_api(Role.ADMIN)

    assert admin.token not in str(admin.get("/tokens"))


def test_only_administrators_see_and_revoke_tokens() -> None:
    office = make_api(Role.OFFICE)

    assert office.get("/tokens").status == 403
    assert office.delete(f"/tokens/{ApiToken.objects.get().pk}").status == 403
    assert ApiToken.objects.get().revoked_at is None
