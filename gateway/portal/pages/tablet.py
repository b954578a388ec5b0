"""The page that makes a browser a kiosk, and what it asks for. There is no login but its token.

No cookie is looked at, so that no other page can act in a tablet's name.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps

from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from gateway.errors import Rejected
from gateway.fleet import tablets
from gateway.fleet.errors import NotPaired
from gateway.fleet.models import Tablet
from gateway.ingest.pictures import codes_in
from gateway.ingest.tablets import Presented, plain, scanned, tap, typed
from gateway.portal.told import told

MOST_GUESSES, GUESSES_S = 10, 600
MOST_ASKED, ASKED_S = 100, 10
"""Each web process counts for itself, so several allow as many times more."""
PERMISSIONS = "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"

Ask = Callable[[HttpRequest, Tablet], JsonResponse]


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The page itself; everything else it learns with its token."""
    answer = render(request, "portal/tablet.html")
    answer.headers["Permissions-Policy"] = PERMISSIONS
    return answer


@csrf_exempt
@require_POST
def pair(request: HttpRequest) -> JsonResponse:
    """Exchange a code for a token, once."""
    place = f"tablet-codes-{request.META.get('REMOTE_ADDR', '')}"
    if _is_too_often(place, most=MOST_GUESSES, within=GUESSES_S):
        return _refusal(429, _("Too many wrong codes. Please wait ten minutes."))
    try:
        token = tablets.pair(code=_said(request, "code"), now=timezone.now())
    except NotPaired:
        return _refusal(
            422, _("This code is wrong, used or too old. Ask the office for a new one.")
        )
    cache.delete(place)
    return JsonResponse({"token": token})


def for_tablets(ask: Ask) -> Callable[[HttpRequest], JsonResponse]:
    """Ask only for the paired browser; whatever cannot be done now is said not to be recorded."""

    @csrf_exempt
    @wraps(ask)
    def guarded(request: HttpRequest) -> JsonResponse:
        try:
            tablet = tablets.tablet_of(_token(request))
            if _is_too_often(f"tablet-{tablet.pk}", most=MOST_ASKED, within=ASKED_S):
                return _refusal(429, _("Too often. Please wait a moment."))
            tablets.seen(tablet, now=timezone.now())
            return ask(request, tablet)
        except NotPaired as stranger:
            return _refusal(401, str(stranger))
        except Rejected as refusal:
            return _refusal(422, str(refusal))
        except DatabaseError:
            return _refusal(503, _("Nothing can be saved right now."))

    return guarded


@require_GET
@for_tablets
def state(_request: HttpRequest, tablet: Tablet) -> JsonResponse:
    """Where the tablet stands, and what time it is there."""
    site = tablet.kiosk.site
    now_ms = int(timezone.now().timestamp() * 1000)
    answer = {"site": site.name, "name": tablet.kiosk.name, "zone": site.zone, "now_ms": now_ms}
    return JsonResponse(answer)


@require_POST
@for_tablets
def frame(request: HttpRequest, tablet: Tablet) -> JsonResponse:
    """Look for a code in a picture. One that is `X-Held` from the picture before is no tap."""
    now = timezone.now()
    codes = [text for code in codes_in(request.body) if (text := plain(code))]
    if not codes:
        return JsonResponse({"held": "", "result": None})
    held = hashlib.sha256(codes[0].encode()).hexdigest()[:16]
    if held == request.headers.get("X-Held"):
        return JsonResponse({"held": held, "result": None})
    return JsonResponse({"held": held, "result": _taken(tablet, scanned(codes[0], now=now))})


@require_POST
@for_tablets
def number(request: HttpRequest, tablet: Tablet) -> JsonResponse:
    """Take a number that was typed, by hand or by a reader."""
    text = plain(_said(request, "value"))
    if not text:
        return _refusal(422, _("There is nothing in it."))
    return JsonResponse({"result": _taken(tablet, typed(text, now=timezone.now()))})


def _taken(tablet: Tablet, shown: Presented) -> dict[str, object]:
    """What the page puts up: there is none before the commit."""
    answer = tap(tablet, shown, now=timezone.now())
    return asdict(told(answer, tablet.kiosk.site))


def _said(request: HttpRequest, name: str) -> str:
    """A text of the JSON that was sent; empty when there is none."""
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return ""
    value = body.get(name) if isinstance(body, dict) else None
    return value if isinstance(value, str) else ""


def _token(request: HttpRequest) -> str:
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind == "Bearer" else ""


def _is_too_often(name: str, *, most: int, within: int) -> bool:
    cache.add(name, 0, within)
    try:
        return cache.incr(name) > most
    except ValueError:  # it ran out between the two
        return False


def _refusal(status: int, message: str) -> JsonResponse:
    return JsonResponse({"message": message}, status=status)
