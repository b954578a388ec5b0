"""What every page of a site has around it: the rail, the site's clock, the session's site."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gateway.attendance.evacuation import open_alarm
from gateway.fleet.queries import kiosk_lines
from gateway.ingest.models import SetAside
from gateway.outbox.models import Delivery
from gateway.portal.access import is_admin
from gateway.portal.live import live_url
from gateway.timetable.models import Site
from kiosk.protocol.days import school_day

Word = str | Promise


@dataclass(frozen=True, slots=True)
class RailItem:
    """One entry of the rail; `count` says how much there needs someone."""

    name: str
    word: Word
    url: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """The surroundings of one page."""

    site: Site
    sites: tuple[Site, ...]
    here: str
    rail: tuple[RailItem, ...]
    live_url: str
    is_admin: bool
    alarm_since: datetime | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a page is asked for: the site, this moment, and its school date there."""

    site: Site
    now: datetime
    today: date


def place(slug: str) -> Place:
    """The site of that name, now; not found where there is none."""
    site = get_object_or_404(Site, slug=slug)
    now = timezone.now()
    return Place(site, now, school_day(now, zone=site.tz, day_starts=site.day_starts))


def show(
    request: HttpRequest,
    where: Place,
    template: str,
    *,
    here: str,
    context: Mapping[str, Any],
    status: int = 200,
) -> HttpResponse:
    """Render a page of the site in its rail, with times on the site's clock."""
    frame = _frame(request, where, here)
    with timezone.override(where.site.tz):
        return render(
            request,
            f"portal/{template}",
            {"frame": frame, "today": where.today, "now": where.now, **context},
            status=status,
        )


def _frame(request: HttpRequest, where: Place, here: str) -> Frame:
    admin, alarm = is_admin(request.user), open_alarm(where.site.pk)
    return Frame(
        site=where.site,
        sites=tuple(Site.objects.order_by("name")),
        here=here,
        rail=_rail(where, admin=admin),
        live_url=live_url(request, where.site.slug),
        is_admin=admin,
        alarm_since=alarm.began_at if alarm else None,
    )


def _rail(where: Place, *, admin: bool) -> tuple[RailItem, ...]:
    troubled = sum(
        1
        for kiosk in kiosk_lines(where.site.pk, now=where.now)
        if kiosk.in_service and (kiosk.silent or not kiosk.clock_trusted)
    )
    parked = Delivery.objects.filter(state=Delivery.State.SET_ASIDE).count()
    odd = SetAside.objects.filter(settled_at=None).count()
    items = [
        ("board", _("Today"), 0),
        ("status", _("Attendance"), 0),
        ("sessions", _("Sessions"), 0),
        ("absence", _("Absence"), 0),
        ("students", _("Students"), 0),
        ("kiosks", _("Kiosks"), troubled),
        ("deliveries", _("Deliveries"), parked),
        ("set_aside", _("Set aside"), odd),
        ("evacuation", _("Evacuation"), 0),
    ]
    if admin:
        items.append(("policy", _("Settings"), 0))
    slug = where.site.slug
    return tuple(
        RailItem(name, word, reverse(f"portal:{name}", args=(slug,)), count)
        for name, word, count in items
    )
