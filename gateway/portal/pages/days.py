"""One day of a site, and one person's day, with all that was said of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_date, parse_time

from gateway.attendance import queries as attendance, summaries
from gateway.attendance.queries import PersonState
from gateway.faces.queries import verdicts_of
from gateway.portal.access import office_page
from gateway.portal.frame import Place, place, show
from gateway.portal.names import asked_for, names_of
from gateway.portal.totals import bar_of
from gateway.timetable.queries import school_day
from kiosk.protocol.movements import Presence

DAY = timedelta(days=1)


@office_page
def status(request: HttpRequest, site: str) -> HttpResponse:
    """Today's status, or that of the day chosen in the form."""
    where = place(site)
    day = parse_day(request.GET.get("on", "")) or where.today
    return redirect("portal:day", site, day)


@office_page
def day_page(request: HttpRequest, site: str, day: date) -> HttpResponse:
    """Everybody's presence on a day, or at one instant of it."""
    where = place(site)
    at = instant_of(where, day, request.GET.get("at", ""))
    states = _states(where, day, at)
    totals = attendance.totals_of(states)
    context = {
        "day": day,
        "at": f"{at:%H:%M}" if at else "",
        "calendar": school_day(where.site.pk, day),
        "sessions": summaries.registrations_of(where.site.pk, day),
        "totals": totals,
        "bar": bar_of(totals),
        "names": names_of(states, asked_for(request.GET)),
    }
    return show(request, where, "day.html", here="status", context=context)


@office_page
def person_page(request: HttpRequest, site: str, person_id: int, day: date) -> HttpResponse:
    """One person's day: every track, and every mark with its history."""
    where = place(site)
    view = attendance.day_of(person_id, day)
    if view is None:
        raise Http404
    tracks = [track.id for part in view.sites for track in part.tracks]
    context = {
        "view": view,
        "faces": verdicts_of(tracks),
        "day": day,
        "before": day - DAY,
        "after": day + DAY,
    }
    return show(request, where, "person.html", here="status", context=context)


def parse_day(text: str) -> date | None:
    """The date written as 2026-11-23; None for anything else."""
    try:
        return parse_date(text)
    except ValueError:
        return None


def instant_of(where: Place, day: date, text: str) -> datetime | None:
    """The moment of that day on the site's clock; None for no time or a wrong one."""
    try:
        clock = parse_time(text)
    except ValueError:
        return None
    return datetime.combine(day, clock or time(), tzinfo=where.site.tz) if clock else None


def _states(where: Place, day: date, at: datetime | None) -> Sequence[PersonState]:
    states = attendance.person_states(where.site.pk, day)
    if at is None:
        return states
    then = attendance.presences_at(where.site.pk, at)
    return [_as_it_was(state, then.get(state.person_id), at) for state in states]


def _as_it_was(state: PersonState, presence: Presence | None, at: datetime) -> PersonState:
    """The person's state at that instant; marks of later hours were not made yet."""
    came = state.first_in_at is not None and state.first_in_at <= at
    return replace(
        state,
        presence=presence or Presence.NOT_SIGNED,
        first_in_at=state.first_in_at if came else None,
        last_at=None,
        late_minutes=state.late_minutes if came else None,
        absent=False,
    )
