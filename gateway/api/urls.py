"""The REST API, version 1: its rooms, its errors, its documentation."""

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, path
from ninja import NinjaAPI, Router

from gateway.api import (
    absence,
    attendance,
    bookings,
    catalogue,
    check_ins,
    enrolling,
    errors,
    evacuation,
    excuses,
    faces,
    families,
    flags,
    fleet,
    marks,
    members,
    offerings,
    outside,
    people,
    photos,
    places,
    profiles,
    scheduling,
    sessions,
    tallies,
    tokens,
)
from gateway.api.access import FOR_EVERYBODY, FOR_OFFICE
from gateway.api.documenting import DocumentedApi
from gateway.api.errors import NotThere
from gateway.api.rendering import Rendered

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
DESCRIPTION = """Everything Muster knows of attendance, for other programs.

Send a token with every request: `Authorization: Bearer …`. Lists come in pages (`limit`,
`offset`, `total`). Errors answer `error`, a word for programs, and `message`, a sentence
that says what to do. Instants carry an offset; dates are school dates of the site."""


ROOMS = (
    tokens,
    people,
    families,
    enrolling,
    faces,
    places,
    attendance,
    catalogue,
    offerings,
    members,
    sessions,
    scheduling,
    marks,
    bookings,
    excuses,
    check_ins,
    tallies,
    flags,
    profiles,
    photos,
    evacuation,
    absence,
    fleet,
    outside,
)
"""Modules with a router each, in the order of the documentation."""


def build() -> NinjaAPI:
    """The whole API, every address of it for logins alone."""
    api = DocumentedApi(
        title="Muster",
        version="1",
        description=DESCRIPTION,
        auth=FOR_OFFICE,
        renderer=Rendered(),
        urls_namespace="api",
    )
    errors.install(api)
    for room in ROOMS:
        api.add_router("", room.router)
    last = Router(auth=FOR_EVERYBODY)
    last.api_operation(METHODS, "/{path:rest}", include_in_schema=False)(nothing_here)
    api.add_router("", last)
    return api


def nothing_here(request: HttpRequest, rest: str) -> None:
    """The answer at an address of the API that does not exist. Raises NotThere."""
    raise NotThere(f"there is nothing at /api/v1/{rest}: see /api/v1/docs")


urlpatterns: list[URLPattern | URLResolver] = [path("api/v1/", build().urls)]
