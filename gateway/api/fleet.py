"""Kiosks: how they are, and whether anything waits for them."""

import secrets

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.pagination import paginate

from gateway.api.clock import now
from gateway.api.errors import NotThere
from gateway.api.paging import Paged
from gateway.api.parameters import AtSite, Name, Reason, SlugText, site_of
from gateway.fleet import services
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


class Because(Schema):
    """Why nothing should wait for it."""

    because: Reason


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
