"""Who may come in: logins with a role, and tokens that let programs call the API."""

import secrets
from datetime import datetime
from hashlib import sha256

from django.contrib.auth.models import Group, User
from django.db import transaction

from gateway.people.errors import WrongLogin
from gateway.people.models import ApiToken
from gateway.people.values import Role

SHORTEST_PASSWORD = 8
_PREFIX = "muster_"


@transaction.atomic
def add_login(*, username: str, password: str, role: Role) -> int:
    """A person of the school who may use the pages and the API; answers the login's number.

    Raises WrongLogin for a name that is taken or a password that is too short.
    """
    if not username.strip():
        raise WrongLogin("a login needs a name")
    if len(password) < SHORTEST_PASSWORD:
        raise WrongLogin(f"a password needs at least {SHORTEST_PASSWORD} characters")
    if User.objects.filter(username=username).exists():
        raise WrongLogin(f"there is a login {username!r} already: choose another name")
    user = User.objects.create_user(username=username, password=password)
    group, _ = Group.objects.get_or_create(name=role.value)
    user.groups.add(group)
    return user.pk


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


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
