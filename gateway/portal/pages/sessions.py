"""A registration's roll, and a mark by hand; other sessions have pages of their own."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from gateway.attendance import marking, rolls
from gateway.attendance.models import Session
from gateway.portal.access import office_page
from gateway.portal.acts import act
from gateway.portal.forms import MarkForm
from gateway.portal.frame import place, show
from gateway.portal.pages.lessons import actor_of, lesson_page, line_page

MOST = 400
"""Lines of a roll up to which all year groups are shown together."""


@office_page
def session_page(request: HttpRequest, site: str, session_id: int) -> HttpResponse:
    """Everybody on the roll with the mark that holds."""
    where = place(site)
    session = get_object_or_404(Session, pk=session_id, site=where.site)
    if session.division_id is None:
        return lesson_page(request, where, session)
    lines = rolls.roll_of(session.pk, now=where.now)
    groups = tuple(dict.fromkeys(line.year_group for line in lines))
    first = groups[0] if len(lines) > MOST else ""
    year = request.GET.get("year", first)
    context = {
        "session": session,
        "roll": [line for line in lines if year in ("", line.year_group)],
        "groups": groups,
        "year": year,
    }
    return show(request, where, "session.html", here="status", context=context)


@office_page
def mark_page(request: HttpRequest, site: str, session_id: int, person_id: int) -> HttpResponse:
    """Let a person's word stand for one line of the roll."""
    where = place(site)
    session = get_object_or_404(Session, pk=session_id, site=where.site)
    if session.division_id is None:
        return line_page(request, where, session, person_id)
    line = next(
        (line for line in rolls.roll_of(session.pk, now=where.now) if line.person_id == person_id),
        None,
    )
    if line is None:
        raise Http404
    form = MarkForm(request.POST or None, initial=_said(line))
    if request.method == "POST" and form.is_valid():
        return act(
            request,
            lambda: marking.mark(
                session_id=session.pk,
                wanted=[marking.Wanted(person_id, form.mark())],
                by=actor_of(request),
                now=where.now,
            ),
            done=_("The mark is kept."),
            back="session",
            at=(site, session.pk),
        )
    context = {"session": session, "line": line, "form": form}
    return show(request, where, "mark.html", here="status", context=context)


def _said(line: rolls.RollLine) -> dict[str, object]:
    """What holds now, so that whoever changes one thing keeps the rest."""
    return {"base": line.base, "late_minutes": line.late_minutes, "reason": line.reason}
