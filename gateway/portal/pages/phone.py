"""A person's badge on their own phone, behind a secret link: a new code every few seconds."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_GET

from gateway.people.badge_pictures import svg_address
from gateway.people.badges import PhoneBadge, phone_badge
from gateway.people.errors import UnknownBadge

AGAIN_S = 10
"""Seconds after which the page asks for the next code: half of what one holds."""


@require_GET
def phone_page(request: HttpRequest, secret: str) -> HttpResponse:
    """The code of this moment. Whoever has the link sees it: there is no login."""
    now = timezone.now()
    try:
        badge = phone_badge(secret, now=now)
    except UnknownBadge:
        return _kept_from_others(render(request, "portal/phone_over.html", status=404))
    context = {
        "badge": badge,
        "code": svg_address(badge.token),
        "again_s": AGAIN_S,
        "holds_ms": int((badge.expires_at - now).total_seconds() * 1000),
    }
    with translation.override(_language(badge)):
        return _kept_from_others(render(request, "portal/phone.html", context))


def _kept_from_others(answer: HttpResponse) -> HttpResponse:
    """The address is a secret: no search engine and no other page learns it."""
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _language(badge: PhoneBadge) -> str:
    """The holder's language where the pages speak it, else the browser's."""
    spoken = {code for code, _ in settings.LANGUAGES}
    plain = badge.language.partition("-")[0].lower()
    return plain if plain in spoken else translation.get_language() or "en"
