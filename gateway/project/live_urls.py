"""What the live role answers: its health and the event streams."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path

from gateway.portal.streams import stream_urls


async def alive(_: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns: list[URLPattern | URLResolver] = [path("healthz", alive), *stream_urls()]
