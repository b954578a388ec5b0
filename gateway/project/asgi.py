"""The event streams, for an ASGI server: nothing but `live_urls` is answered here."""

import os
from collections.abc import Mapping
from typing import IO, Any

import django
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http.response import HttpResponseBase

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway.project.settings")
django.setup(set_prefix=False)


class StreamHandler(ASGIHandler):
    """Django with the addresses of the streams."""

    def create_request(
        self, scope: Mapping[str, Any], body_file: IO[bytes]
    ) -> tuple[ASGIRequest, None] | tuple[None, HttpResponseBase]:
        """Hand requests to the streams' own addresses."""
        made = super().create_request(scope, body_file)
        if made[0] is not None:
            made[0].urlconf = "gateway.project.live_urls"
        return made


application = StreamHandler()
