"""What is told to other systems, what they said, and messages that could not be used."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.pagination import paginate

from gateway.api.access import caller
from gateway.api.clock import now
from gateway.api.errors import NotThere
from gateway.api.paging import Paged
from gateway.api.parameters import Id, SlugText, Text
from gateway.erp.models import Code, Registration, Sync
from gateway.ingest.models import SetAside
from gateway.ingest.services import settle
from gateway.outbox.models import Delivery
from gateway.outbox.services import retry

router = Router(tags=["outside"])

LONGEST_PAYLOAD = 10_000


class DeliveryOut(Schema):
    """A promise to tell a destination the state of a subject; `because` says why it waits."""

    id: int
    destination: str
    subject: str
    state: Delivery.State
    attempts: int
    because: str
    priority: int
    body: str
    queued_at: datetime
    due_at: datetime
    settled_at: datetime | None


class DeliveryFilter(Schema):
    """Which deliveries."""

    destination: Text | None = None
    state: Delivery.State | None = None
    subject: Text | None = None


class SetAsideOut(Schema):
    """A message that could not be used, and why; `payload` as far as it is text."""

    id: int
    topic: str
    reason: str
    kiosk: str
    install: UUID | None
    seq: int | None
    times: int
    received_at: datetime
    settled_at: datetime | None
    settled_by: str
    payload: str

    @staticmethod
    def resolve_payload(message: SetAside) -> str:
        """What came, as text; what is none is replaced by question marks."""
        return bytes(message.payload)[:LONGEST_PAYLOAD].decode(errors="replace")


class SetAsideFilter(Schema):
    """Which messages; those that wait for a person where `settled` is left out."""

    kiosk: SlugText | None = None
    settled: bool = False


class RegistrationOut(Schema):
    """What became of one mark in the ERP; `because` says what a person should do."""

    session_id: int
    person_id: int
    state: Registration.State
    because: str
    at: datetime


class RegistrationFilter(Schema):
    """Which entries of the ERP's registers."""

    session: Id | None = None
    person: Id | None = None
    state: Registration.State | None = None


class CodeOut(Schema):
    """An entry of the ERP's dictionary."""

    kind: Code.Kind
    external_id: str
    code: str
    government_code: str
    name: str
    active: bool


class SyncOut(Schema):
    """How a synchronisation went last."""

    site_id: int
    what: str
    tried_at: datetime
    succeeded_at: datetime | None
    ok: bool
    outcome: str


@router.get("/deliveries", response=list[DeliveryOut])
@paginate(Paged)
def list_deliveries(request: HttpRequest, asked: Query[DeliveryFilter]) -> "QuerySet[Delivery]":
    """Deliveries, the newest first."""
    told = asked.model_dump(exclude_none=True)
    return Delivery.objects.filter(**told).order_by("-id")


@router.get("/deliveries/{delivery_id}", response=DeliveryOut)
def get_delivery(request: HttpRequest, delivery_id: Id) -> Delivery:
    """One delivery."""
    delivery = Delivery.objects.filter(pk=delivery_id).first()
    if delivery is None:
        raise NotThere(f"there is no delivery {delivery_id}")
    return delivery


@router.post("/deliveries/{delivery_id}/retry", response=DeliveryOut)
def retry_delivery(request: HttpRequest, delivery_id: Id) -> Delivery:
    """Try one that was set aside once more; one that waits or is done stays as it is."""
    retry(delivery_id, now=now())
    return get_delivery(request, delivery_id)


@router.get("/set-aside", response=list[SetAsideOut])
@paginate(Paged)
def list_set_aside(request: HttpRequest, asked: Query[SetAsideFilter]) -> "QuerySet[SetAside]":
    """Messages that could not be used, the newest first."""
    found = SetAside.objects.filter(settled_at__isnull=not asked.settled).order_by("-id")
    return found.filter(kiosk=asked.kiosk) if asked.kiosk else found


@router.post("/set-aside/{message_id}/settle", response=SetAsideOut)
def settle_set_aside(request: HttpRequest, message_id: Id) -> SetAside:
    """A person has seen to it."""
    settle(set_aside_id=message_id, by=caller(request).name, now=now())
    message = SetAside.objects.filter(pk=message_id).first()
    if message is None:
        raise NotThere(f"there is no message {message_id} that was set aside")
    return message


@router.get("/erp/registrations", response=list[RegistrationOut])
@paginate(Paged)
def list_registrations(
    request: HttpRequest, asked: Query[RegistrationFilter]
) -> "QuerySet[Registration]":
    """What became of our marks in the ERP, the newest first."""
    wanted = {"session_id": asked.session, "person_id": asked.person, "state": asked.state}
    told = {name: value for name, value in wanted.items() if value is not None}
    return Registration.objects.filter(**told).order_by("-id")


@router.get("/erp/codes", response=list[CodeOut])
@paginate(Paged)
def list_codes(request: HttpRequest) -> "QuerySet[Code]":
    """The ERP's dictionaries as last synchronised."""
    return Code.objects.order_by("kind", "code", "id")


@router.get("/erp/synchronisations", response=list[SyncOut])
@paginate(Paged)
def list_synchronisations(request: HttpRequest) -> "QuerySet[Sync]":
    """How each synchronisation with the ERP went last."""
    return Sync.objects.order_by("site_id", "what")
