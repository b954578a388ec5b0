"""Who may come in: logins with a role, and tokens that let programs call the API."""

import secrets
from datetime import datetime
from hashlib import sha256

from django.contrib.auth.models import Group, User
from django.db import transaction

from gateway.people.errors import UnknownPerson, WrongLogin
from gateway.people.models import ApiToken, Person
from gateway.people.values import Role
from kiosk.protocol.messages import PersonKind

SHORTEST_PASSWORD = 8
KINDS = {
    Role.TEACHER: PersonKind.STAFF,
    Role.GUARDIAN: PersonKind.GUARDIAN,
    Role.STUDENT: PersonKind.STUDENT,
}
"""The roles that reach no further than a person of this kind does."""
_PREFIX = "muster_"


@transaction.atomic
def add_login(*, username: str, password: str, role: Role, person_id: int | None = None) -> int:
    """A person of the school who may use the pages and the API; answers the login's number.

    Teachers, guardians and students are persons of that kind; the office need not be one.
    Raises UnknownPerson, and WrongLogin for a name that is taken, a password that is too short,
    or a person who cannot come in so.
    """
    if not username.strip():
        raise WrongLogin("a login needs a name")
    if len(password) < SHORTEST_PASSWORD:
        raise WrongLogin(f"a password needs at least {SHORTEST_PASSWORD} characters")
    if User.objects.filter(username=username).exists():
        raise WrongLogin(f"there is a login {username!r} already: choose another name")
    person = _person_for(role, person_id)
    user = User.objects.create_user(username=username, password=password)
    group, _ = Group.objects.get_or_create(name=role.value)
    user.groups.add(group)
    if person is not None:
        Person.objects.filter(pk=person.pk).update(user=user)
    return user.pk


def person_of(user_id: int) -> int | None:
    """Who the login is; None where it stands for nobody who is known and still there."""
    there = Person.objects.filter(user=user_id, active=True)
    return there.values_list("pk", flat=True).first()


def roles_of(user_id: int) -> frozenset[Role]:
    """What the login may do; an administrator of the server may all."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return frozenset()
    if user.is_superuser:
        return frozenset(Role)
    names = set(user.groups.values_list("name", flat=True))
    return frozenset(role for role in Role if role.value in names)


def issue_token(user_id: int, name: str, now: datetime) -> str:
    """A token that calls the API as this login. It is shown this once and never stored."""
    token = _PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(user_id=user_id, name=name, digest=_digest(token), created_at=now)
    return token


def token_user(token: str) -> User | None:
    """The login a token stands for; None for one that is unknown, revoked or of a closed login."""
    found = (
        ApiToken.objects.select_related("user")
        .filter(digest=_digest(token), revoked_at=None, user__is_active=True)
        .first()
    )
    return found.user if found else None


def revoke_token(token_id: int, now: datetime) -> bool:
    """The token opens nothing from now on; False when it already did not."""
    return bool(ApiToken.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=now))


def _person_for(role: Role, person_id: int | None) -> Person | None:
    if person_id is None:
        if role in KINDS:
            raise WrongLogin(f"a login with the role {role.value} needs a person: name its number")
        return None
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise UnknownPerson(f"there is no person {person_id}")
    if role in KINDS and person.kind != KINDS[role].value:
        raise WrongLogin(
            f"person {person_id} is {person.kind}, and a {role.value} is {KINDS[role].value}"
        )
    if person.user_id is not None:
        raise WrongLogin(f"person {person_id} has a login already: that one is theirs")
    return person


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
