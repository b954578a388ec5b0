"""Django's name for this room."""

from django.apps import AppConfig


class TimetableConfig(AppConfig):
    """The room `timetable`."""

    name = "gateway.timetable"
