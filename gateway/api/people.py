"""People, what they show at a door, and where they are enrolled."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import Field

from gateway.api.clock import now
from gateway.api.errors import NotThere
from gateway.api.paging import Paged
from gateway.api.parameters import Day, Id, Reason, Text
from gateway.attendance.services import resolve_unknown
from gateway.people import pins, services
from gateway.people.models import Credential, Person
from gateway.people.queries import details_of
from gateway.people.rules import credential_value
from gateway.people.values import PersonDetails
from gateway.timetable import services as timetable
from gateway.timetable.models import Enrolment
from kiosk.protocol.messages import Method, PersonKind

router = Router(tags=["people"])


class CredentialOut(Schema):
    """What a person shows at a door; blocked since `blocked_at`, or not."""

    method: Method
    value: str
    person_id: int | None
    blocked_at: datetime | None
    blocked_because: str


class PinIn(Schema):
    """Six digits, without a long row of them."""

    pin: str = Field(pattern="^[0-9]{6}$")


class EnrolmentOut(Schema):
    """A person belongs to a year group from one date to another, both included."""

    id: int
    person_id: int
    year_group_id: int
    year_group: str
    starts_on: date
    ends_on: date | None

    @staticmethod
    def resolve_year_group(enrolment: Enrolment) -> str:
        """The year group's name."""
        return enrolment.year_group.name


class PersonOut(Schema):
    """A person; `synchronised` where the ERP is master, `enrolment` the one that is open."""

    id: int
    kind: PersonKind
    given_name: str
    family_name: str
    external_id: str | None
    email: str
    language: str
    active: bool
    synchronised: bool
    credentials: list[CredentialOut]
    enrolment: EnrolmentOut | None

    @staticmethod
    def resolve_enrolment(person: Person) -> Enrolment | None:
        """The open enrolment, fetched with the person."""
        (*_, last) = (None, *person.enrolments.all())
        return last


class PersonFilter(Schema):
    """Which people; `search` finds words in names, and external ids."""

    search: Text = ""
    kind: PersonKind | None = None
    active: bool | None = None
    external_id: Text | None = None
    year_group: Id | None = None


class PersonIn(Schema):
    """A person to be entered."""

    kind: PersonKind = PersonKind.STUDENT
    given_name: Text = ""
    family_name: Text = ""
    external_id: Text | None = None
    email: Text = ""
    language: Text = "en"


class PersonPatch(Schema):
    """What is to be corrected; what is left out stays."""

    kind: PersonKind | None = None
    given_name: Text | None = None
    family_name: Text | None = None
    external_id: Text | None = None
    email: Text | None = None
    language: Text | None = None


class Shown(Schema):
    """A credential."""

    method: Method = Method.CARD
    value: Text


class ShownBy(Shown):
    """A credential for a person; `move` takes it from whoever holds it now."""

    move: bool = False


class Blocking(Shown):
    """A credential to be blocked."""

    because: Reason


class CredentialFilter(Schema):
    """Which credentials."""

    method: Method | None = None
    value: Text | None = None
    person: Id | None = None
    blocked: bool | None = None


class EnrolmentFilter(Schema):
    """Which enrolments; `on` keeps those that hold on that date."""

    person: Id | None = None
    year_group: Id | None = None
    on: Day | None = None


class EnrolmentIn(Schema):
    """A student belongs to a year group from `on`."""

    person_id: Id
    year_group_id: Id
    on: Day


class Leaving(Schema):
    """The last day at the school."""

    last_day: Day


@router.get("/people", response=list[PersonOut])
@paginate(Paged)
def list_people(request: HttpRequest, asked: Query[PersonFilter]) -> "QuerySet[Person]":
    """People by family name."""
    found = _people()
    for word in asked.search.split():
        found = found.filter(
            Q(given_name__icontains=word) | Q(family_name__icontains=word) | Q(external_id=word)
        )
    if asked.kind is not None:
        found = found.filter(kind=asked.kind.value)
    if asked.active is not None:
        found = found.filter(active=asked.active)
    if asked.external_id is not None:
        found = found.filter(external_id=asked.external_id)
    if asked.year_group is not None:
        in_group = Enrolment.objects.filter(year_group_id=asked.year_group, ends_on=None)
        found = found.filter(pk__in=in_group.values("person_id"))
    return found


@router.post("/people", response={201: PersonOut})
def add_person(request: HttpRequest, person: PersonIn) -> Status[Person]:
    """Enter a person by hand."""
    return Status(201, _person(services.add_person(PersonDetails(**person.model_dump()))))


@router.get("/people/{person_id}", response=PersonOut)
def get_person(request: HttpRequest, person_id: Id) -> Person:
    """One person."""
    return _person(person_id)


@router.patch("/people/{person_id}", response=PersonOut)
def correct_person(request: HttpRequest, person_id: Id, patch: PersonPatch) -> Person:
    """Correct a person; of one the ERP keeps only the language."""
    told: dict[str, Any] = patch.model_dump(exclude_unset=True)
    cleared = {
        key: value for key, value in told.items() if value is not None or key == "external_id"
    }
    details = replace(details_of(_person(person_id)), **cleared)
    services.update_person(person_id=person_id, details=details)
    return _person(person_id)


@router.post("/people/{person_id}/deactivate", response=PersonOut)
def deactivate_person(request: HttpRequest, person_id: Id) -> Person:
    """The person left; kiosks forget her, and no roll expects her."""
    services.deactivate_person(person_id=person_id)
    return _person(person_id)


@router.post("/people/{person_id}/reactivate", response=PersonOut)
def reactivate_person(request: HttpRequest, person_id: Id) -> Person:
    """The person came back."""
    services.reactivate_person(person_id=person_id)
    return _person(person_id)


@router.post("/people/{person_id}/credentials", response={201: CredentialOut})
def give_credential(request: HttpRequest, person_id: Id, shown: ShownBy) -> Status[Credential]:
    """Give a person a credential; earlier tracks of it that nobody held become hers."""
    give = services.move_credential if shown.move else services.set_credential
    give(person_id=person_id, method=shown.method, value=shown.value)
    credential = _credential(shown)
    resolve_unknown(method=credential.method, value=credential.value, now=now())
    return Status(201, credential)


@router.put("/people/{person_id}/pin", response={204: None})
def set_pin(request: HttpRequest, person_id: Id, chosen: PinIn) -> Status[None]:
    """Give a person a PIN for touch screens; only what it is turned into is kept."""
    pins.set_pin(person_id=person_id, pin=chosen.pin)
    return Status(204, None)


@router.delete("/people/{person_id}/pin", response={204: None})
def clear_pin(request: HttpRequest, person_id: Id) -> Status[None]:
    """Take a person's PIN away."""
    pins.clear_pin(person_id=person_id)
    return Status(204, None)


@router.get("/credentials", response=list[CredentialOut])
@paginate(Paged)
def list_credentials(
    request: HttpRequest, asked: Query[CredentialFilter]
) -> "QuerySet[Credential]":
    """Credentials, and who holds them."""
    found = Credential.objects.order_by("id")
    if asked.method is not None:
        found = found.filter(method=asked.method.value)
    if asked.value is not None:
        found = found.filter(value=asked.value)
    if asked.person is not None:
        found = found.filter(person_id=asked.person)
    if asked.blocked is not None:
        found = found.filter(blocked_at__isnull=not asked.blocked)
    return found


@router.post("/credentials/block", response=CredentialOut)
def block_credential(request: HttpRequest, blocking: Blocking) -> Credential:
    """No kiosk lets it in from now on, whoever holds it."""
    services.block_credential(
        method=blocking.method, value=blocking.value, because=blocking.because, now=now()
    )
    return _credential(blocking)


@router.post("/credentials/unblock", response=CredentialOut)
def unblock_credential(request: HttpRequest, shown: Shown) -> Credential:
    """It works again for its holder."""
    services.unblock_credential(method=shown.method, value=shown.value)
    credential = _credential(shown)
    resolve_unknown(method=credential.method, value=credential.value, now=now())
    return credential


@router.post("/credentials/remove", response={204: None})
def remove_credential(request: HttpRequest, shown: Shown) -> Status[None]:
    """Take it from its holder; a blocked one stays blocked."""
    services.remove_credential(method=shown.method, value=shown.value)
    return Status(204, None)


@router.get("/enrolments", response=list[EnrolmentOut])
@paginate(Paged)
def list_enrolments(request: HttpRequest, asked: Query[EnrolmentFilter]) -> "QuerySet[Enrolment]":
    """Who belongs where, and when."""
    found = Enrolment.objects.select_related("year_group").order_by("id")
    if asked.person is not None:
        found = found.filter(person_id=asked.person)
    if asked.year_group is not None:
        found = found.filter(year_group_id=asked.year_group)
    if asked.on is not None:
        reaching = Q(ends_on=None) | Q(ends_on__gte=asked.on)
        found = found.filter(reaching, starts_on__lte=asked.on)
    return found


@router.post("/enrolments", response={201: EnrolmentOut})
def enrol(request: HttpRequest, enrolment: EnrolmentIn) -> Status[Enrolment]:
    """Enrol a student, or transfer her: the enrolment before it ends the day before."""
    _person(enrolment.person_id)
    timetable.enrol(
        person_id=enrolment.person_id, year_group_id=enrolment.year_group_id, on=enrolment.on
    )
    held = Enrolment.objects.select_related("year_group")
    return Status(201, held.get(person_id=enrolment.person_id, ends_on=None))


@router.post("/people/{person_id}/leave", response=PersonOut)
def leave(request: HttpRequest, person_id: Id, leaving: Leaving) -> Person:
    """The person left: her enrolment ends, and kiosks forget her."""
    with transaction.atomic():
        services.deactivate_person(person_id=person_id)
        timetable.end_enrolments([person_id], last_day=leaving.last_day)
    return _person(person_id)


def _people() -> "QuerySet[Person]":
    open_ones = Enrolment.objects.filter(ends_on=None).select_related("year_group")
    return Person.objects.order_by("family_name", "given_name", "id").prefetch_related(
        "credentials", Prefetch("enrolments", queryset=open_ones)
    )


def _person(person_id: int) -> Person:
    person = _people().filter(pk=person_id).first()
    if person is None:
        raise NotThere(f"there is no person {person_id}")
    return person


def _credential(shown: Shown) -> Credential:
    return Credential.objects.get(
        method=shown.method.value, value=credential_value(shown.method, shown.value)
    )
