"""Who may call: a program with a token, or someone logged in to the pages.

Most addresses are for the office and administrators. Those that also admit teachers, families
and students say so with `auth=FOR_…`, and ask `reach` what of it is the caller's.
"""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja.errors import AuthorizationError
from ninja.security import HttpBearer, SessionAuth
from ninja.security.base import AuthBase

from gateway.people.logins import person_of, roles_of, token_user
from gateway.people.values import Role

STAFF = frozenset({Role.OFFICE, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Caller:
    """The login that answers for what is changed."""

    user_id: int
    name: str
    roles: frozenset[Role]

    @property
    def person_id(self) -> int | None:
        """Who the login is, asked of the store; None where it stands for nobody."""
        return person_of(self.user_id)

    @property
    def is_staff(self) -> bool:
        """Whether nothing is out of reach."""
        return not self.roles.isdisjoint(STAFF)


class Token(HttpBearer):
    """The header `Authorization: Bearer …`, for logins with one of these roles."""

    def __init__(self, roles: frozenset[Role] = STAFF) -> None:
        super().__init__()
        self.roles = roles

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:  # noqa: ARG002 - the library's signature
        """None for a token that opens nothing. Raises AuthorizationError without a role."""
        user = token_user(token)
        return None if user is None else _admitted(user, self.roles)


class Login(SessionAuth):
    """The session of somebody logged in to the pages; changes need the CSRF token too."""

    def __init__(self, roles: frozenset[Role] = STAFF) -> None:
        super().__init__()
        self.roles = roles

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:  # noqa: ARG002 - the library's signature
        """None for a visitor. Raises AuthorizationError without a role."""
        user = request.user
        if not (isinstance(user, User) and user.is_active):
            return None
        return _admitted(user, self.roles)


def _doors(*roles: Role) -> list[AuthBase]:
    """Both ways in, for logins with one of these roles."""
    return [Token(frozenset(roles)), Login(frozenset(roles))]


FOR_OFFICE = _doors(*STAFF)
FOR_TEACHERS = _doors(*STAFF, Role.TEACHER)
FOR_FAMILIES = _doors(*STAFF, Role.GUARDIAN, Role.STUDENT)
FOR_SELVES = _doors(Role.GUARDIAN, Role.STUDENT)
FOR_EVERYBODY = _doors(*Role)


def caller(request: HttpRequest) -> Caller:
    """The login of an admitted request."""
    admitted = request.auth  # type: ignore[attr-defined]  # set by django-ninja
    if not isinstance(admitted, Caller):
        raise AuthorizationError(message="this address is for logins only")
    return admitted


def require_admin(request: HttpRequest) -> None:
    """Turn away everyone but administrators. Raises AuthorizationError."""
    if Role.ADMIN not in caller(request).roles:
        raise AuthorizationError(message="only a login with the role admin may do this")


def _admitted(user: User, admitted: frozenset[Role]) -> Caller:
    roles = roles_of(user.pk)
    if roles.isdisjoint(admitted):
        wanted = ", ".join(sorted(admitted))
        raise AuthorizationError(
            message=f"this is for logins with one of the roles {wanted}: ask an administrator"
        )
    return Caller(user.pk, user.get_username(), roles)
