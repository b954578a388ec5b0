"""Django's name for this room."""

from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    """The room `attendance`."""

    name = "gateway.attendance"
