"""Where the event streams are, seen from a page, and where pages are, seen from a stream."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

EVENTS = "events"


def live_origin(request: HttpRequest) -> str:
    """Scheme, host and port of the event streams for whoever asked for this page."""
    if settings.LIVE_URL:
        named = urlsplit(settings.LIVE_URL)
        return f"{named.scheme}://{named.netloc}"
    return f"{request.scheme}://{_hostname(request)}:{settings.LIVE_PORT}"


def live_url(request: HttpRequest, site: str) -> str:
    """The address of a site's event stream."""
    base = settings.LIVE_URL.rstrip("/") or live_origin(request)
    return f"{base}/{EVENTS}/{site}"


def is_own_page(request: HttpRequest, origin: str) -> bool:
    """Whether `origin` is where this gateway's pages come from."""
    own = f"{request.scheme}://{_hostname(request)}:{settings.WEB_PORT}"
    return origin in {own, *settings.CSRF_TRUSTED_ORIGINS}


def _hostname(request: HttpRequest) -> str:
    host = request.get_host()
    return host if host.endswith("]") else host.rsplit(":", 1)[0]
