"""Who may see a page: the school office, and for some pages administrators alone."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from gateway.people.values import Role

ADMIN = Role.ADMIN.value
STAFF = frozenset({Role.OFFICE.value, ADMIN})

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponse]
Visitor = AbstractBaseUser | AnonymousUser


def is_staff(user: Visitor) -> bool:
    """Whether the login has one of the roles pages are for."""
    return _has_role(user, STAFF)


def is_admin(user: Visitor) -> bool:
    """Whether the login may change how the site works."""
    return _has_role(user, frozenset({ADMIN}))


def office_page(page: Page[P]) -> Page[P]:
    """Ask for a login first; turn away one without a role."""
    return _for_those(is_staff, page, told="office")


def admin_page(page: Page[P]) -> Page[P]:
    """Ask for a login first; turn away everyone but administrators."""
    return _for_those(is_admin, page, told=ADMIN)


def _for_those(may: Callable[[Visitor], bool], page: Page[P], *, told: str) -> Page[P]:
    """Turn others away with the role the page is for, which 403.html puts into words."""

    @wraps(page)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not may(request.user):
            raise PermissionDenied(told)
        return page(request, *args, **kwargs)

    return guarded


def _has_role(user: Visitor, roles: frozenset[str]) -> bool:
    if not isinstance(user, User) or not user.is_active:
        return False
    return user.is_superuser or user.groups.filter(name__in=roles).exists()
