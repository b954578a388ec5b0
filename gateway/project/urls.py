"""Which address leads to which room."""

from django.urls import URLPattern, URLResolver, include, path

from gateway.project import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", health.metrics),
    path("", include("gateway.api.urls")),
    path("", include("gateway.portal.urls")),
]
