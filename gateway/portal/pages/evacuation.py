"""An evacuation on any phone: raise the alarm, find everybody, end it; and who is on site now."""

from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gateway.attendance.evacuation import end_alarm, raise_alarm, tick
from gateway.attendance.roll_call import past_alarms, roll_call
from gateway.errors import Rejected
from gateway.portal.access import office_page
from gateway.portal.acts import act
from gateway.portal.found import asked_for, found, groups_of
from gateway.portal.frame import Place, place, show

MOST_PAST = 10
LONGEST_NUMBER = 18
TICKED = "X-Tick"
"""Set by the page's script, which wants no page for an answer."""


@office_page
def evacuation_page(request: HttpRequest, site: str) -> HttpResponse:
    """The roll call while there is an alarm; else who is on site, and how to raise one."""
    where = place(site)
    call = roll_call(where.site, now=where.now)
    context = {
        "call": call,
        "found": found(call, asked_for(request.GET)),
        "query": request.GET.urlencode(),
        "past": past_alarms(where.site.pk, most=MOST_PAST),
    }
    return show(request, where, "evacuation.html", here="evacuation", context=context)


@office_page
def list_page(request: HttpRequest, site: str) -> HttpResponse:
    """Everybody on site, to be printed."""
    where = place(site)
    call = roll_call(where.site, now=where.now)
    context = {"call": call, "groups": groups_of(call.people)}
    return show(request, where, "evacuation_list.html", here="evacuation", context=context)


@require_POST
@office_page
def raise_it(request: HttpRequest, site: str) -> HttpResponse:
    """Turn every kiosk of the site into its roll call."""
    where = place(site)
    return act(
        request,
        lambda: raise_alarm(site_id=where.site.pk, by=request.user.get_username(), now=where.now),
        done=_("The alarm is raised: every kiosk shows the roll call."),
        back="evacuation",
        at=(site,),
    )


@office_page
def end_page(request: HttpRequest, site: str) -> HttpResponse:
    """Ask once more, then end the alarm."""
    where = place(site)
    call = roll_call(where.site, now=where.now)
    if call.alarm is None:
        return redirect("portal:evacuation", site)
    if request.method == "POST":
        return _end(request, where, call.alarm)
    return show(request, where, "evacuation_end.html", here="evacuation", context={"call": call})


@require_POST
@office_page
def tick_person(request: HttpRequest, site: str) -> HttpResponse:
    """Tick a person `safe`, or `missing` after all."""
    where = place(site)
    is_safe = "safe" in request.POST
    person = request.POST.get("safe" if is_safe else "missing", "")
    if TICKED not in request.headers:
        return _ticked_and_shown(request, where, person, is_safe=is_safe)
    try:
        _tick(request, where, person, is_safe=is_safe)
    except Rejected as refusal:
        return HttpResponse(str(refusal), status=HTTPStatus.CONFLICT, content_type="text/plain")
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _ticked_and_shown(
    request: HttpRequest, where: Place, person: str, *, is_safe: bool
) -> HttpResponse:
    act(
        request,
        lambda: _tick(request, where, person, is_safe=is_safe),
        done=_("Noted."),
        back="evacuation",
        at=(where.site.slug,),
    )
    back = reverse("portal:evacuation", args=(where.site.slug,))
    return redirect(f"{back}?{request.GET.urlencode()}")


def _tick(request: HttpRequest, where: Place, person: str, *, is_safe: bool) -> None:
    tick(
        site_id=where.site.pk,
        person_id=int(person) if _is_number(person) else 0,
        is_safe=is_safe,
        by=request.user.get_username(),
        now=where.now,
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER


def _end(request: HttpRequest, where: Place, alarm: UUID) -> HttpResponse:
    return act(
        request,
        lambda: end_alarm(alarm_id=alarm, by=request.user.get_username(), now=where.now),
        done=_("The alarm has ended: the kiosks return to their work."),
        back="evacuation",
        at=(where.site.slug,),
    )
