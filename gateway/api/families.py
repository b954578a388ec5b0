"""What families and students may hear of themselves, and who answers for whom."""

from datetime import date, datetime
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import Field

from gateway.api import reach
from gateway.api.access import FOR_EVERYBODY, FOR_OFFICE
from gateway.api.paging import Paged
from gateway.api.parameters import Day, Id
from gateway.attendance.models import Session
from gateway.attendance.values import Base, SessionKind, SessionState
from gateway.people import guardians
from gateway.people.models import Guardianship

router = Router(tags=["families"], auth=FOR_EVERYBODY)
_OF_SESSION = ("title", "kind", "state", "day", "starts_at", "finishes_at")
_OF_MARK = {
    "base": Coalesce("mark__base", Value(Base.PENDING.value)),
    "late_minutes": F("mark__late_minutes"),
    "left_early_minutes": F("mark__left_early_minutes"),
    "partial": Coalesce("mark__partial", Value(value=False)),
    "reason": Coalesce("mark__reason", Value("")),
    "arrived_at": F("mark__arrived_at"),
}


class Between(Schema):
    """From which school date to which, both included; all of them where they are left out."""

    first: Day | None = None
    last: Day | None = None


class Attended(Schema):
    """A session of one person, and what is held to have happened there."""

    session_id: int
    title: str
    kind: SessionKind
    state: SessionState
    day: date
    starts_at: datetime
    finishes_at: datetime
    base: Base
    late_minutes: int | None
    left_early_minutes: int | None
    partial: bool
    reason: str
    arrived_at: datetime | None


class GuardianOut(Schema):
    """A guardian of a child; the smallest rank is told first."""

    person_id: int
    name: str
    rank: int

    @staticmethod
    def resolve_person_id(row: Guardianship) -> int:
        """The guardian's number."""
        return row.guardian_id

    @staticmethod
    def resolve_name(row: Guardianship) -> str:
        """The guardian's name."""
        return str(row.guardian)


class GuardianIn(Schema):
    """The smallest rank is told first."""

    rank: int = Field(1, ge=1, le=guardians.MOST_RANK)


@router.get("/people/{person_id}/attendance", response=list[Attended])
@paginate(Paged)
def list_attendance(
    request: HttpRequest, person_id: Id, asked: Query[Between]
) -> "QuerySet[Session, Any]":
    """The sessions of one person with the marks, the newest first.

    A guardian asks for own children, a student for themself; a teacher hears of the sessions
    they teach.
    """
    found = reach.sessions_of(request, person_id)
    if asked.first is not None:
        found = found.filter(day__gte=asked.first)
    if asked.last is not None:
        found = found.filter(day__lte=asked.last)
    of_person = FilteredRelation("marks", condition=Q(marks__person=person_id))
    ordered = found.annotate(mark=of_person).order_by("-starts_at", "-pk")
    lines: QuerySet[Session, Any] = ordered.values(*_OF_SESSION, session_id=F("pk"), **_OF_MARK)
    return lines


@router.get("/people/{person_id}/guardians", response=list[GuardianOut], auth=FOR_OFFICE)
def list_guardians(request: HttpRequest, person_id: Id) -> "QuerySet[Guardianship]":
    """Who answers for a child, whoever is told first at the top."""
    reach.person(request, person_id)
    rows = Guardianship.objects.filter(child=person_id).select_related("guardian")
    return rows.order_by("rank", "pk")


@router.put("/people/{person_id}/guardians/{guardian_id}", response=GuardianOut, auth=FOR_OFFICE)
def add_guardian(
    request: HttpRequest, person_id: Id, guardian_id: Id, told: GuardianIn
) -> Guardianship:
    """The guardian answers for the child; said again, only the rank changes."""
    return guardians.add_guardian(guardian_id=guardian_id, child_id=person_id, rank=told.rank)


@router.delete("/people/{person_id}/guardians/{guardian_id}", response={204: None}, auth=FOR_OFFICE)
def remove_guardian(request: HttpRequest, person_id: Id, guardian_id: Id) -> Status[None]:
    """The guardian does not answer for the child any more."""
    guardians.remove_guardian(guardian_id=guardian_id, child_id=person_id)
    return Status(204, None)
