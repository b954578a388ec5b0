"""Who may call: a program with a token, or someone logged in to the pages."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja.errors import AuthorizationError
from ninja.security import HttpBearer, SessionAuth

from gateway.people.logins import roles_of, token_user
from gateway.people.values import Role

STAFF = frozenset({Role.OFFICE, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Caller:
    """The login that answers for what is changed."""

    user_id: int
    name: str


class Token(HttpBearer):
    """The header `Authorization: Bearer …`."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:  # noqa: ARG002 - the library's signature
        """None for a token that opens nothing. Raises AuthorizationError without a role."""
        user = token_user(token)
        return None if user is None else _admitted(user)


class Login(SessionAuth):
    """The session of somebody logged in to the pages; changes need the CSRF token too."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:  # noqa: ARG002 - the library's signature
        """None for a visitor. Raises AuthorizationError without a role."""
        user = request.user
        return _admitted(user) if isinstance(user, User) and user.is_active else None


def caller(request: HttpRequest) -> Caller:
    """The login of an admitted request."""
    admitted = request.auth  # type: ignore[attr-defined]  # set by django-ninja
    if not isinstance(admitted, Caller):
        raise AuthorizationError(message="this address is for logins only")
    return admitted


def require_admin(request: HttpRequest) -> None:
    """Turn away everyone but administrators. Raises AuthorizationError."""
    if Role.ADMIN not in roles_of(caller(request).user_id):
        raise AuthorizationError(message="only a login with the role admin may do this")


def _admitted(user: User) -> Caller:
    if roles_of(user.pk).isdisjoint(STAFF):
        raise AuthorizationError(
            message="this login has neither the role office nor admin: ask an administrator"
        )
    return Caller(user.pk, user.get_username())
