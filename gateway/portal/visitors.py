"""Who reads a page that is not the office's alone: a person of the school behind a login."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from gateway.attendance.code_entry import Redeemer
from gateway.attendance.marking import Actor
from gateway.attendance.models import Session
from gateway.attendance.reaching import taught_by
from gateway.people.logins import person_of, roles_of
from gateway.people.values import Role
from gateway.portal.access import is_staff
from gateway.timetable.models import Site


@dataclass(frozen=True, slots=True)
class Taught:
    """A site, and those of its sessions that the reader may look after."""

    site: Site
    sessions: QuerySet[Session]

    def session(self, session_id: int) -> Session:
        """One of them. Raises PermissionDenied for another's."""
        found = get_object_or_404(Session, pk=session_id, site=self.site)
        if not self.sessions.filter(pk=found.pk).exists():
            raise PermissionDenied("session")
        return found


TaughtPage = Callable[..., HttpResponse]
"""A page that takes the request, what is taught, and the other parts of its address."""


def visitor(request: HttpRequest) -> Redeemer | None:
    """The login with the person it belongs to; None for one without, and without any role."""
    user_id = request.user.pk or 0
    found = person_of(user_id) if roles_of(user_id) else None
    return None if found is None else Redeemer(request.user.get_username(), found)


def actor(request: HttpRequest) -> Actor:
    """The login with what it may do."""
    return Actor(request.user.get_username(), roles_of(request.user.pk or 0))


def taught_page(page: TaughtPage) -> Callable[..., HttpResponse]:
    """Hand the page the sessions that are the reader's: all of the site, or those taught.

    Turns away who is neither of the office nor a teacher.
    """

    @wraps(page)
    def guarded(request: HttpRequest, site: str, **parts: object) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return page(request, _taught(request, site), **parts)

    return guarded


def _taught(request: HttpRequest, slug: str) -> Taught:
    if is_staff(request.user):
        site = get_object_or_404(Site, slug=slug)
        return Taught(site, Session.objects.filter(site=site))
    who = visitor(request)
    if who is None or Role.TEACHER not in roles_of(request.user.pk or 0):
        raise PermissionDenied("session")
    site = get_object_or_404(Site, slug=slug)
    return Taught(site, taught_by(who.person_id).filter(site=site))
