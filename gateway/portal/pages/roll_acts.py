"""What is done to a roll with one click: marks, undoing, handing in, beginning."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import lazy
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST

from gateway.attendance import lifecycle, marking
from gateway.attendance.models import Session
from gateway.attendance.values import Base, Mark
from gateway.portal.access import office_page
from gateway.portal.acts import act
from gateway.portal.frame import Place, place
from gateway.portal.pages.lessons import actor_of
from gateway.portal.words import Word

SAID = {"present": Base.PRESENT, "absent": Base.ABSENT}


@require_POST
@office_page
def say(request: HttpRequest, site: str, session_id: int) -> HttpResponse:
    """One person is present or absent: ✓ or ✗ (OFF-03)."""
    where, session = _found(site, session_id)
    name = next((name for name in SAID if request.POST.get(name)), "")
    person = request.POST.get(name, "")
    if not (person.isascii() and person.isdecimal()):
        raise Http404
    wanted = marking.Wanted(int(person), Mark(SAID[name]))
    return _act(
        request,
        where,
        session,
        lambda: marking.mark(
            session_id=session.pk, wanted=[wanted], by=actor_of(request), now=where.now
        ),
        done=_("The mark is kept."),
        part=f"p{person}",
    )


@require_POST
@office_page
def say_all(request: HttpRequest, site: str, session_id: int) -> HttpResponse:
    """Everybody is present, absent, or what they were the last time (MRK-02)."""
    where, session = _found(site, session_id)
    by, only_unmarked = actor_of(request), "everybody" not in request.POST
    what = request.POST.get("what", "")
    if what == "copy":
        return _counted(
            request,
            where,
            session,
            lambda: marking.copy_previous(
                session_id=session.pk, by=by, now=where.now, only_unmarked=only_unmarked
            ),
        )
    if what not in SAID:
        raise Http404
    return _counted(
        request,
        where,
        session,
        lambda: marking.mark_all(
            session_id=session.pk,
            base=SAID[what],
            by=by,
            now=where.now,
            only_unmarked=only_unmarked,
        ),
    )


@require_POST
@office_page
def undo(request: HttpRequest, site: str, session_id: int) -> HttpResponse:
    """Take back the newest of one's own acts on the roll."""
    where, session = _found(site, session_id)
    return _act(
        request,
        where,
        session,
        lambda: marking.undo(session_id=session.pk, by=actor_of(request), now=where.now),
        done=_("Undone: what stood before stands again."),
    )


@require_POST
@office_page
def submit(request: HttpRequest, site: str, session_id: int) -> HttpResponse:
    """Hand in the roll as it stands."""
    where, session = _found(site, session_id)
    return _act(
        request,
        where,
        session,
        lambda: lifecycle.submit(session_id=session.pk, by=actor_of(request), now=where.now),
        done=_("The roll is handed in."),
    )


@require_POST
@office_page
def activate(request: HttpRequest, site: str, session_id: int) -> HttpResponse:
    """Begin the session."""
    where, session = _found(site, session_id)
    return _act(
        request,
        where,
        session,
        lambda: lifecycle.activate(session_id=session.pk, by=actor_of(request), now=where.now),
        done=_("The session is active."),
    )


def _counted(
    request: HttpRequest, where: Place, session: Session, deed: Callable[[], int]
) -> HttpResponse:
    """Do it to many, and say how many they were once it is done."""
    marked: list[int] = []
    done = lazy(lambda: _how_many(marked), str)()
    return _act(request, where, session, lambda: marked.append(deed()), done=done)


def _how_many(marked: list[int]) -> str:
    n = sum(marked)
    return ngettext("%(n)d person was marked.", "%(n)d people were marked.", n) % {"n": n}


def _act(
    request: HttpRequest,
    where: Place,
    session: Session,
    deed: Callable[[], object],
    *,
    done: Word,
    part: str = "",
) -> HttpResponse:
    at = (where.site.slug, session.pk)
    return act(request, deed, done=done, back="session", at=at, part=part)


def _found(site: str, session_id: int) -> tuple[Place, Session]:
    where = place(site)
    return where, get_object_or_404(Session, pk=session_id, site=where.site, division=None)
