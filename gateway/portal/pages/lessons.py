"""Sessions in a list, and the roll of an offering's session: read, exported, one line of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from gateway.attendance import due, exports, marking, summaries
from gateway.attendance.deadlines import Deadline
from gateway.attendance.exports import Format
from gateway.attendance.models import Session
from gateway.attendance.profiling import profile_of
from gateway.attendance.rolls import RollLine, roll_of
from gateway.attendance.settling import UNSAID
from gateway.attendance.sheets import sheet_of
from gateway.attendance.summaries import SessionSummary, Sought
from gateway.attendance.values import Mark
from gateway.people.logins import roles_of
from gateway.portal.access import office_page
from gateway.portal.acts import act
from gateway.portal.frame import Place, place, show
from gateway.portal.roll_forms import LineForm, SoughtForm, said_of
from gateway.portal.totals import roll_bar

A_PAGE = 100
"""Sessions one page of the list shows."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A session of the list, and how its roll stands; None where it has no deadline."""

    session: SessionSummary
    deadline: Deadline | None


@office_page
def sessions_page(request: HttpRequest, site: str) -> HttpResponse:
    """Today's sessions, or those that were asked for (SES-04)."""
    where = place(site)
    form = SoughtForm(request.GET or None, site=where.site)
    sought = form.sought(where.today) if form.is_valid() else Sought(where.today, where.today)
    page = _page(request.GET.get("page", ""))
    found = summaries.history(where.site.pk, sought, first=(page - 1) * A_PAGE, most=A_PAGE)
    context = {
        "form": form,
        "sought": sought,
        "is_today": sought.since == sought.until == where.today,
        "sessions": found.sessions,
        "listed": _listed(found.sessions, where.now),
        "of": found.of,
        "before": _query(request, page - 1) if page > 1 else "",
        "after": _query(request, page + 1) if page * A_PAGE < found.of else "",
    }
    return show(request, where, "sessions_list.html", here="sessions", context=context)


def lesson_page(request: HttpRequest, where: Place, session: Session) -> HttpResponse:
    """The roll of an offering's session, with all that may be done to it now."""
    sheet = sheet_of(session.pk, by=actor_of(request), now=where.now)
    context = {
        "sheet": sheet,
        "session": sheet.session,
        "bar": roll_bar(sheet.session),
        "may": {choice.value for choice in sheet.may},
    }
    return show(request, where, "lesson.html", here="sessions", context=context)


def line_page(request: HttpRequest, where: Place, session: Session, person_id: int) -> HttpResponse:
    """Everything that can be said of one person on the roll (OFF-04), and a note."""
    line = _line(session, person_id, where.now)
    starts_at = session.starts_at.astimezone(where.site.tz)
    form = LineForm(
        request.POST or None,
        initial=said_of(line, starts_at),
        profile=profile_of(session.profile),
        starts_at=starts_at,
    )
    if request.method == "POST" and form.is_valid():
        return act(
            request,
            lambda: _say(request, where, session, line, form),
            done=_("%(name)s: kept.") % {"name": line.name},
            back="session",
            at=(where.site.slug, session.pk),
            part=f"p{person_id}",
        )
    context = {"session": session, "line": line, "form": form}
    return show(request, where, "lesson_line.html", here="sessions", context=context)


@office_page
def export(request: HttpRequest, site: str, session_id: int, kind: str) -> HttpResponse:
    """The roll as a file (SES-06)."""
    where = place(site)
    session = get_object_or_404(Session, pk=session_id, site=where.site)
    if kind not in set(Format):
        raise Http404
    wanted = Format(kind)
    sheet = sheet_of(session.pk, by=actor_of(request), now=where.now)
    return HttpResponse(
        exports.exported(sheet, wanted, zone=where.site.tz),
        content_type=exports.CONTENT_TYPES[wanted],
        headers={
            "Content-Disposition": f'attachment; filename="{exports.file_name(sheet, wanted)}"',
            "Cache-Control": "no-store",
        },
    )


def actor_of(request: HttpRequest) -> marking.Actor:
    """Who acts, by the login of the page."""
    return marking.Actor(request.user.get_username(), roles_of(request.user.pk or 0))


def _say(
    request: HttpRequest, where: Place, session: Session, line: RollLine, form: LineForm
) -> None:
    """A note alone leaves the mark to whoever made it."""
    mark, note, by = form.mark(), form.cleaned_data["note"], actor_of(request)
    if mark == _marked(line):
        marking.note(
            session_id=session.pk, person_id=line.person_id, text=note, by=by, now=where.now
        )
        return
    wanted = marking.Wanted(line.person_id, mark, note)
    marking.mark(session_id=session.pk, wanted=[wanted], by=by, now=where.now)


def _marked(line: RollLine) -> Mark:
    """The line's mark as the form would tell it if nothing was changed."""
    if line.base is UNSAID.base:
        return UNSAID
    arrived = line.arrived_at.replace(second=0, microsecond=0) if line.arrived_at else None
    return Mark(
        line.base, line.late_minutes, line.left_early_minutes, line.partial, line.reason, arrived
    )


def _listed(sessions: Sequence[SessionSummary], now: datetime) -> list[Listed]:
    stands = due.deadlines_of([each.id for each in sessions], now=now)
    return [Listed(each, stands.get(each.id)) for each in sessions]


def _line(session: Session, person_id: int, now: datetime) -> RollLine:
    lines = roll_of(session.pk, now=now)
    found = next((line for line in lines if line.person_id == person_id), None)
    if found is None:
        raise Http404
    return found


def _page(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 6 else 1


def _query(request: HttpRequest, page: int) -> str:
    """The address's query for the same list, another page of it."""
    asked = request.GET.copy()
    asked["page"] = str(page)
    return asked.urlencode()
