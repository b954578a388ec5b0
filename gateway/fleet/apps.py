"""Django's name for this room."""

from django.apps import AppConfig


class FleetConfig(AppConfig):
    """The room `fleet`."""

    name = "gateway.fleet"
