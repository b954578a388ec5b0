"""Django's name for this room."""

from django.apps import AppConfig


class FacesConfig(AppConfig):
    """The room `faces`."""

    name = "gateway.faces"
