"""A session ended, opened again, cancelled, and its roll unlocked: each asks before it does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from operator import attrgetter

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from gateway.attendance import lifecycle
from gateway.attendance.absentees import Channel, Reached
from gateway.attendance.lifecycle import Ending
from gateway.attendance.models import Session
from gateway.attendance.values import CancelledBy
from gateway.errors import Rejected
from gateway.portal.access import office_page
from gateway.portal.acts import act
from gateway.portal.forms import BecauseForm
from gateway.portal.frame import Place, place, show
from gateway.portal.pages.lessons import actor_of
from gateway.portal.roll_forms import CancelForm, UnlockForm
from gateway.portal.words import Word


@dataclass(frozen=True, slots=True)
class Absentee:
    """One who would become absent, and who would be told of it."""

    name: str
    told: tuple[Reached, ...]


@office_page
def end_page(request: HttpRequest, site: str, session_id: int) -> HttpResponse:
    """Who becomes absent, who would be told and how; then it is done (SES-07)."""
    where, session = _found(site, session_id)
    by = actor_of(request)
    if request.method == "POST":
        return act(
            request,
            lambda: lifecycle.complete(
                session_id=session.pk, by=by, now=where.now, tell=_chosen(request)
            ),
            done=_("The session is ended. Whoever nobody marked is absent."),
            back="session",
            at=(site, session.pk),
        )
    try:
        ending = lifecycle.preview_end(session_id=session.pk, by=by, now=where.now)
    except Rejected as refusal:
        messages.add_message(request, messages.ERROR, str(refusal), extra_tags="bad")
        return redirect("portal:session", site, session.pk)
    context = {
        "session": session,
        "absentees": _absentees(ending),
        "unheard": ending.unheard,
        "channels": [c for c in Channel if any(c in each.channels for each in ending.told)],
    }
    return show(request, where, "lesson_end.html", here="sessions", context=context)


def _chosen(request: HttpRequest) -> list[Channel]:
    """The channels ticked; a word that is none is no channel."""
    return [each for each in Channel if each.value in request.POST.getlist("tell")]


@office_page
def reopen_page(request: HttpRequest, site: str, session_id: int) -> HttpResponse:
    """Make a completed session active again, with a reason that is kept."""
    where, session = _found(site, session_id)
    form = BecauseForm(request.POST or None)
    return _asked(
        request,
        where,
        session,
        form,
        heading=_("Open the session again"),
        told=_("It becomes active; its marks stay until somebody changes them."),
        verb=_("Open again"),
        deed=lambda: lifecycle.reopen(
            session_id=session.pk,
            by=actor_of(request),
            because=form.cleaned_data["because"],
            now=where.now,
        ),
        done=_("The session is active again."),
    )


@office_page
def cancel_page(request: HttpRequest, site: str, session_id: int) -> HttpResponse:
    """Let a session not take place, and say whose doing that is."""
    where, session = _found(site, session_id)
    form = CancelForm(request.POST or None)
    return _asked(
        request,
        where,
        session,
        form,
        heading=_("Cancel the session"),
        told=_("Nobody is marked at a cancelled session."),
        verb=_("Cancel the session"),
        deed=lambda: lifecycle.cancel(
            session_id=session.pk,
            whose=CancelledBy(form.cleaned_data["whose"]),
            because=form.cleaned_data["because"],
            by=actor_of(request),
            now=where.now,
        ),
        done=_("The session is cancelled."),
    )


@office_page
def unlock_page(request: HttpRequest, site: str, session_id: int) -> HttpResponse:
    """Let a locked roll be changed for some hours, with a reason that is kept (POL-06)."""
    where, session = _found(site, session_id)
    form = UnlockForm(request.POST or None)
    return _asked(
        request,
        where,
        session,
        form,
        heading=_("Unlock the roll"),
        told=_("The roll can be changed again until the hours are over."),
        verb=_("Unlock"),
        deed=lambda: lifecycle.unlock(
            session_id=session.pk,
            until=where.now + timedelta(hours=form.cleaned_data["hours"]),
            because=form.cleaned_data["because"],
            by=actor_of(request),
            now=where.now,
        ),
        done=_("The roll is unlocked."),
    )


def _asked(
    request: HttpRequest,
    where: Place,
    session: Session,
    form: forms.Form,
    *,
    heading: Word,
    told: Word,
    verb: Word,
    deed: Callable[[], object],
    done: Word,
) -> HttpResponse:
    """Show the form, and do the deed once it is filled in."""
    if request.method == "POST" and form.is_valid():
        return act(request, deed, done=done, back="session", at=(where.site.slug, session.pk))
    context = {"session": session, "form": form, "heading": heading, "told": told, "verb": verb}
    return show(request, where, "lesson_ask.html", here="sessions", context=context)


def _absentees(ending: Ending) -> tuple[Absentee, ...]:
    by_child = {
        child: tuple(told)
        for child, told in groupby(
            sorted(ending.told, key=attrgetter("child_id")), key=attrgetter("child_id")
        )
    }
    return tuple(Absentee(who.name, by_child.get(who.person_id, ())) for who in ending.absent)


def _found(site: str, session_id: int) -> tuple[Place, Session]:
    where = place(site)
    return where, get_object_or_404(Session, pk=session_id, site=where.site, division=None)
