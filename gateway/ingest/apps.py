"""Django's name for this room."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    """The room `ingest`."""

    name = "gateway.ingest"
