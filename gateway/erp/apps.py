"""Django's name for this room."""

from django.apps import AppConfig


class ErpConfig(AppConfig):
    """The room `erp`."""

    name = "gateway.erp"
