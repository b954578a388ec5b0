"""One person's attendance by date, over everything they belong to (OFF-07)."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from gateway.attendance.histories import Asked, history_of
from gateway.people.models import Person
from gateway.portal.access import office_page
from gateway.portal.frame import place, show
from gateway.portal.pages.days import parse_day

BACK = timedelta(days=90)
AHEAD = timedelta(days=30)


@office_page
def attendance_page(request: HttpRequest, site: str, person_id: int) -> HttpResponse:
    """The person's sessions with their marks: all of them, or those past."""
    where = place(site)
    person = get_object_or_404(Person, pk=person_id)
    since = parse_day(request.GET.get("since", "")) or where.today - BACK
    until = parse_day(request.GET.get("until", "")) or where.today + AHEAD
    only_past = request.GET.get("show") == "past"
    asked = Asked(min(since, until), max(since, until), only_past=only_past)
    context = {
        "person": person,
        "asked": asked,
        "history": history_of(person.pk, asked, now=where.now),
    }
    return show(request, where, "person_attendance.html", here="students", context=context)
