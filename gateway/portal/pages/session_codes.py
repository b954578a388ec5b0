"""A session's code on the teacher's screen, where it changes by itself, and on paper."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from gateway.attendance.class_judging import policy_for, window_of
from gateway.attendance.entry_codes import attend_address, code_keys, rotating_code
from gateway.attendance.entry_rules import Entry, entry_by_code
from gateway.attendance.models import Session
from gateway.attendance.values import SessionState
from gateway.people.badge_pictures import svg_address
from gateway.portal.visitors import Taught, taught_page


@taught_page
def code_page(request: HttpRequest, taught: Taught, session_id: int) -> HttpResponse:
    """The code of this moment, as large as the screen; it says so while there is none."""
    session = taught.session(session_id)
    now, policy = timezone.now(), policy_for(session)
    window = window_of(session, session.site)
    is_on = session.state != SessionState.CANCELLED.value and policy.session_code
    entry = entry_by_code(window, policy, at=now) if is_on else None
    context = {"session": session, "entry": entry, "opens_at": window.opens_at(policy)}
    if entry is not Entry.OPEN:
        return _render(request, session, "session_code_none.html", context, status=404)
    step = policy.code_step
    shown = {
        "code": svg_address(_address(request, session) + rotating_code(session, now=now)),
        "again_s": max(2, int(step.total_seconds() / 3)),
        "holds_ms": int(_holds(now, step) / timedelta(milliseconds=1)),
    }
    return _render(request, session, "session_code.html", {**context, **shown})


@taught_page
def printed_page(request: HttpRequest, taught: Taught, session_id: int) -> HttpResponse:
    """The code that does not change, to be printed; not found where the policy allows none."""
    session = taught.session(session_id)
    policy, window = policy_for(session), window_of(session, session.site)
    if not policy.printed_code or session.state == SessionState.CANCELLED.value:
        raise Http404
    context = {
        "session": session,
        "code": svg_address(_address(request, session) + code_keys(session.pk).printed),
        "opens_at": window.opens_at(policy),
        "closes_at": window.closes_at(policy),
    }
    return _render(request, session, "session_code_printed.html", context)


def _holds(now: datetime, step: timedelta) -> timedelta:
    """How much longer the code of this moment is accepted: its step and the next."""
    into = timedelta(seconds=now.timestamp() % step.total_seconds())
    return 2 * step - into


def _address(request: HttpRequest, session: Session) -> str:
    return attend_address(session.pk, otherwise=request.build_absolute_uri("/"))


def _render(
    request: HttpRequest,
    session: Session,
    template: str,
    context: Mapping[str, object],
    status: int = 200,
) -> HttpResponse:
    with timezone.override(session.site.tz):
        return render(request, f"portal/{template}", dict(context), status=status)
