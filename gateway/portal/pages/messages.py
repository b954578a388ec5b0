"""Messages that could not be used: what they were, why, and that somebody looked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gateway.ingest.models import SetAside
from gateway.ingest.services import settle
from gateway.portal.access import office_page
from gateway.portal.acts import act
from gateway.portal.frame import place, show

MOST = 200
LONGEST = 20_000
"""Bytes of a message the page shows."""


@office_page
def set_aside_page(request: HttpRequest, site: str) -> HttpResponse:
    """What still waits for somebody to look, then what was settled last."""
    where = place(site)
    rows = SetAside.objects.defer("payload")
    context = {
        "rows": rows.filter(settled_at=None).order_by("-received_at")[:MOST],
        "settled": rows.exclude(settled_at=None).order_by("-settled_at")[:20],
    }
    return show(request, where, "set_aside.html", here="set_aside", context=context)


@office_page
def message_page(request: HttpRequest, site: str, message_id: int) -> HttpResponse:
    """One message as it came, as text."""
    where = place(site)
    message = get_object_or_404(SetAside, pk=message_id)
    payload = bytes(message.payload)
    context = {
        "message": message,
        "text": payload[:LONGEST].decode(errors="replace"),
        "bytes_left_out": max(0, len(payload) - LONGEST),
    }
    return show(request, where, "message.html", here="set_aside", context=context)


@require_POST
@office_page
def settle_one(request: HttpRequest, site: str, message_id: int) -> HttpResponse:
    """Somebody has looked at the message; it leaves the list."""
    where = place(site)
    return act(
        request,
        lambda: settle(set_aside_id=message_id, by=request.user.get_username(), now=where.now),
        done=_("Settled."),
        back="set_aside",
        at=(site,),
    )
