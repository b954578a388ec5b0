"""Today at a site: totals, names by state, sessions, kiosks, and what needs someone."""

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from gateway.attendance import queries as attendance, summaries
from gateway.attendance.summaries import SessionSummary
from gateway.fleet.queries import kiosk_lines
from gateway.portal.access import is_staff, office_page
from gateway.portal.deliveries import delivery_totals
from gateway.portal.frame import Place, place, show
from gateway.portal.names import asked_for, names_of
from gateway.portal.needs import needs
from gateway.portal.totals import bar_of
from gateway.portal.visitors import visitor
from gateway.portal.words import word
from gateway.timetable.models import Site
from gateway.timetable.queries import school_day

REMEMBERED = "site"


def home(request: HttpRequest) -> HttpResponse:
    """Lead the office to a board, and those who learn here to where they check in."""
    is_of_a_person = request.user.is_authenticated and visitor(request) is not None
    if is_of_a_person and not is_staff(request.user):
        return redirect("portal:check_in")
    return _board(request)


@office_page
def _board(request: HttpRequest) -> HttpResponse:
    """The site the reader looked at last, or the first one."""
    slugs = list(Site.objects.order_by("name").values_list("slug", flat=True))
    if not slugs:
        return no_site(request)
    remembered = request.session.get(REMEMBERED)
    return redirect("portal:board", remembered if remembered in slugs else slugs[0])


@office_page
def choose_site(request: HttpRequest) -> HttpResponse:
    """Go to the same page of another site."""
    where = place(request.GET.get("site", ""))
    request.session[REMEMBERED] = where.site.slug
    try:
        return redirect(reverse(f"portal:{request.GET.get('page')}", args=(where.site.slug,)))
    except NoReverseMatch:
        return redirect("portal:board", where.site.slug)


@office_page
def board(request: HttpRequest, site: str) -> HttpResponse:
    """The first page of the day."""
    where = place(site)
    kiosks = kiosk_lines(where.site.pk, now=where.now)
    sessions = summaries.registrations_of(where.site.pk, where.today)
    states = attendance.person_states(where.site.pk, where.today)
    totals = attendance.totals_of(states)
    context = {
        "sessions": sessions,
        "period": period_state(where, sessions),
        "totals": totals,
        "bar": bar_of(totals),
        "names": names_of(states, asked_for(request.GET)),
        "needs": needs(where, kiosks),
        "kiosks": kiosks,
        "deliveries": delivery_totals(),
    }
    return show(request, where, "board.html", here="board", context=context)


def no_site(request: HttpRequest) -> HttpResponse:
    """What to do first on a gateway that has no site yet."""
    return render(request, "portal/no_site.html")


def period_state(where: Place, sessions: Sequence[SessionSummary]) -> str:
    """Where the day's registration stands, in a few words."""
    calendar = school_day(where.site.pk, where.today)
    if not calendar.is_open:
        return _("no school today: %s") % _(calendar.why)
    if not sessions:
        return _("no registration today")
    ordered = sorted(sessions, key=lambda session: session.starts_at)
    next_one = next((s for s in ordered if s.finishes_at > where.now), ordered[-1])
    return _registration(next_one, where)


def _registration(session: SessionSummary, where: Place) -> str:
    kind = word(session.kind)
    if where.now < session.starts_at:
        return _("%(kind)s registration opens %(at)s") % {
            "kind": kind,
            "at": _clock(session.starts_at, where),
        }
    closes = {"kind": kind, "at": _clock(session.finishes_at, where)}
    if where.now < session.finishes_at:
        return _("%(kind)s registration closes %(at)s") % closes
    return _("%(kind)s registration closed %(at)s") % closes


def _clock(instant: datetime, where: Place) -> str:
    return f"{timezone.localtime(instant, where.site.tz):%H:%M}"
