from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from gateway.people.errors import UnknownPerson, WrongLogin
from gateway.people.logins import (
    add_login,
    issue_token,
    person_of,
    revoke_token,
    roles_of,
    token_user,
)
from gateway.people.models import ApiToken
from gateway.people.services import deactivate_person
from gateway.people.values import Role
from kiosk.protocol.messages import PersonKind
from tests.gateway.factories import make_person

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 9, 7, 8, tzinfo=UTC)


def login(username: str = "amy", role: Role = Role.OFFICE) -> int:
    return add_login(username=username, password="long enough", role=role)


def test_a_login_has_the_role_it_was_given() -> None:
    assert roles_of(login(role=Role.OFFICE)) == {Role.OFFICE}
    assert roles_of(login("zoe", role=Role.ADMIN)) == {Role.ADMIN}


def test_an_administrator_of_the_server_has_every_role() -> None:
    assert roles_of(User.objects.create_superuser("root").pk) == set(Role)


def test_a_closed_login_has_no_role() -> None:
    amy = login()

    User.objects.update(is_active=False)

    assert roles_of(amy) == frozenset()


@pytest.mark.parametrize(
    ("username", "password"), [("amy", "long enough"), ("ben", "short"), (" ", "long enough")]
)
def test_a_login_that_cannot_be_is_refused(username: str, password: str) -> None:
    login("amy")

    with pytest.raises(WrongLogin):
        add_login(username=username, password=password, role=Role.OFFICE)

    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        (Role.TEACHER, PersonKind.STAFF),
        (Role.GUARDIAN, PersonKind.GUARDIAN),
        (Role.STUDENT, PersonKind.STUDENT),
        (Role.OFFICE, PersonKind.STAFF),
    ],
)
def test_a_login_stands_for_a_person(role: Role, kind: PersonKind) -> None:
    mia = make_person(kind=kind)

    amy = add_login(username="amy", password="long enough", role=role, person_id=mia)

    assert person_of(amy) == mia
    assert roles_of(amy) == {role}


def test_a_login_of_somebody_who_left_stands_for_nobody() -> None:
    mia = make_person()
    login = add_login(username="mia", password="long enough", role=Role.STUDENT, person_id=mia)

    deactivate_person(person_id=mia)

    assert person_of(login) is None


@pytest.mark.parametrize("role", [Role.TEACHER, Role.GUARDIAN])
def test_a_login_of_another_kind_of_person_is_refused(role: Role) -> None:
    mia = make_person(kind=PersonKind.STUDENT)

    with pytest.raises(WrongLogin, match="is student"):
        add_login(username="mia", password="long enough", role=role, person_id=mia)

    assert User.objects.count() == 0


def test_a_login_that_must_be_somebody_s_needs_one() -> None:
    with pytest.raises(WrongLogin, match="needs a person"):
        login(role=Role.STUDENT)
    with pytest.raises(UnknownPerson):
        add_login(username="mia", password="long enough", role=Role.STUDENT, person_id=7777)

    assert User.objects.count() == 0


def test_a_person_has_one_login() -> None:
    mia = make_person()
    add_login(username="mia", password="long enough", role=Role.STUDENT, person_id=mia)

    with pytest.raises(WrongLogin, match="has a login already"):
        add_login(username="mia2", password="long enough", role=Role.STUDENT, person_id=mia)

    assert User.objects.count() == 1


def test_a_token_stands_for_its_login() -> None:
    amy = login()

    token = issue_token(amy, "phone", NOW)

    found = token_user(token)
    assert found is not None
    assert found.pk == amy


def test_a_token_is_not_stored() -> None:
    token = issue_token(login(), "phone", NOW)

    assert token not in ApiToken.objects.get().digest


def test_an_unknown_token_stands_for_nobody() -> None:
    assert token_user("muster_x") is None


def test_a_revoked_token_stands_for_nobody() -> None:
    token = issue_token(login(), "phone", NOW)
    number = ApiToken.objects.get().pk

    assert [revoke_token(number, NOW), revoke_token(number, NOW)] == [True, False]
    assert token_user(token) is None


def test_a_closed_login_s_token_stands_for_nobody() -> None:
    token = issue_token(login(), "phone", NOW)

    User.objects.update(is_active=False)

    assert token_user(token) is None
