"""Kiosks: how they are, and whether anything waits for them."""

import secrets
from dataclasses import replace
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import Field

from gateway.api.access import require_admin
from gateway.api.clock import now
from gateway.api.errors import NotThere
from gateway.api.paging import Paged
from gateway.api.parameters import AtSite, Because, Name, SlugText, site_of
from gateway.fleet import services
from gateway.fleet.options import LONGEST_KEPT_DAYS, Options, door_options, set_door_options
from gateway.fleet.queries import KioskLine, kiosk_lines

router = Router(tags=["kiosks"])


class KioskIn(Schema):
    """A kiosk to be made known; `id` is its name on the wire."""

    id: SlugText
    site: SlugText | None = None
    name: Name


class KioskPassword(Schema):
    """The password a kiosk needs at the broker. It is shown this once."""

    id: str
    password: str


Share = Annotated[float, Field(ge=0, le=1)]
Days = Annotated[int, Field(ge=1, le=LONGEST_KEPT_DAYS)]


class OptionsPatch(Schema):
    """The switches to change; distances between faces are from 0 to 1."""

    show_names: bool | None = None
    ask_late_reason: bool | None = None
    fallback_pin: bool | None = None
    fallback_names: bool | None = None
    photo_on: bool | None = None
    photo_days: Days | None = None
    face_confirm: bool | None = None
    face_identify: bool | None = None
    face_threshold: Annotated[float, Field(gt=0, le=1)] | None = None
    face_margin: Share | None = None
    face_smallest_px: Annotated[int, Field(ge=1, le=4096)] | None = None
    face_blink: bool | None = None
    face_days: Days | None = None


@router.get("/kiosks", response=list[KioskLine])
@paginate(Paged)
def list_kiosks(request: HttpRequest, asked: Query[AtSite]) -> tuple[KioskLine, ...]:
    """The kiosks of all sites, or of one."""
    site_id = site_of(asked.site).pk if asked.site else None
    return kiosk_lines(site_id, now=now())


@router.get("/kiosks/{kiosk_id}", response=KioskLine)
def get_kiosk(request: HttpRequest, kiosk_id: SlugText) -> KioskLine:
    """One kiosk."""
    found = next((line for line in kiosk_lines(now=now()) if line.id == kiosk_id), None)
    if found is None:
        raise NotThere(f"no kiosk is called {kiosk_id}")
    return found


@router.post("/kiosks", response={201: KioskPassword})
def add_kiosk(request: HttpRequest, kiosk: KioskIn) -> Status[KioskPassword]:
    """Make a kiosk known, and answer its password."""
    made = KioskPassword(id=kiosk.id, password=secrets.token_urlsafe(32))
    services.add_kiosk(
        kiosk_id=kiosk.id,
        site_id=site_of(kiosk.site).pk,
        name=kiosk.name,
        password=made.password,
    )
    return Status(201, made)


@router.post("/kiosks/{kiosk_id}/password", response=KioskPassword)
def renew_password(request: HttpRequest, kiosk_id: SlugText) -> KioskPassword:
    """Give the kiosk a new password; the old one opens nothing any more."""
    made = KioskPassword(id=kiosk_id, password=secrets.token_urlsafe(32))
    services.set_password(kiosk_id=kiosk_id, password=made.password)
    return made


@router.post("/kiosks/{kiosk_id}/take-out-of-service", response=KioskLine)
def take_out_of_service(request: HttpRequest, kiosk_id: SlugText, why: Because) -> KioskLine:
    """Let nothing wait for it, as when it is broken; it is still listened to."""
    services.take_out_of_service(kiosk_id=kiosk_id, because=why.because, now=now())
    return get_kiosk(request, kiosk_id)


@router.post("/kiosks/{kiosk_id}/put-in-service", response=KioskLine)
def put_in_service(request: HttpRequest, kiosk_id: SlugText) -> KioskLine:
    """Wait for it again."""
    services.put_in_service(kiosk_id=kiosk_id)
    return get_kiosk(request, kiosk_id)


@router.get("/kiosk-options", response=Options)
def get_options(request: HttpRequest, asked: Query[AtSite]) -> Options:
    """What is switched on at the site's kiosks."""
    return door_options(site_of(asked.site).pk)


@router.patch("/kiosk-options", response=Options)
def change_options(request: HttpRequest, asked: Query[AtSite], patch: OptionsPatch) -> Options:
    """Switch what is named; kiosks hear of it within seconds."""
    require_admin(request)
    site = site_of(asked.site)
    told = patch.model_dump(exclude_none=True)
    set_door_options(site_id=site.pk, options=replace(door_options(site.pk), **told))
    return door_options(site.pk)
