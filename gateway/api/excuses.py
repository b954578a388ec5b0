"""Excuses: asked for by families, given by teachers, decided by the office; their certificates."""

from datetime import date
from typing import Self
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Router, Schema, Status, UploadedFile
from pydantic import model_validator

from gateway.api import reach
from gateway.api.access import FOR_EVERYBODY, FOR_FAMILIES, FOR_OFFICE, FOR_TEACHERS
from gateway.api.clock import now
from gateway.api.errors import NotThere
from gateway.api.parameters import AtSite, Because, Day, Id, Instant, LongNote, Note
from gateway.attendance import certificates, excuses, excusing
from gateway.attendance.excuse_rules import Span
from gateway.attendance.models import Certificate
from gateway.attendance.values import ExcuseReason

router = Router(tags=["excuses"], auth=FOR_OFFICE)

FILE = {
    "responses": {
        200: {
            "description": "The file as it was given.",
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("application/pdf", "image/png", "image/jpeg")
            },
        }
    }
}


class ExcuseIn(AtSite):
    """What an excuse is for: school dates of the site, or sessions between two instants."""

    reason: ExcuseReason
    first: Day | None = None
    last: Day | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    offering_id: Id | None = None
    note: LongNote = ""

    @model_validator(mode="after")
    def _one_pair(self) -> Self:
        if (self.first is None) == (self.starts_at is None):
            raise ValueError("say first, and last, or starts_at and ends_at")
        if (self.starts_at is None) != (self.ends_at is None):
            raise ValueError("say both starts_at and ends_at")
        return self

    def wish(self, request: HttpRequest, person_id: int) -> excusing.Wish:
        """The same as excusing knows it."""
        span = self._span(request)
        return excusing.Wish(person_id, self.reason, span, self.offering_id, self.note)

    def _span(self, request: HttpRequest) -> Span:
        if self.starts_at is not None and self.ends_at is not None:
            return Span(self.starts_at, self.ends_at)
        first = self.first or date.min
        return excusing.days_at(reach.site(request, self.site).pk, first, self.last or first)


class HereIn(Schema):
    """Why somebody is excused from one session."""

    reason: ExcuseReason
    note: LongNote = ""


class Deciding(Schema):
    """Why it is decided so."""

    because: Note = ""


class Changed(Schema):
    """How many marks it changed."""

    excuse_id: int
    changed: int


class Added(Schema):
    """The certificate's number."""

    id: UUID


@router.get("/excuses", response=list[excuses.ExcuseLine])
def list_waiting(request: HttpRequest) -> list[excuses.ExcuseLine]:
    """Excuses that somebody asked for and nobody decided, the oldest first."""
    return list(excuses.excuses_waiting())


@router.get("/certificates-due", response=list[excuses.ExcuseLine])
def list_due(request: HttpRequest) -> list[excuses.ExcuseLine]:
    """Medical excuses whose certificate is still to come."""
    return list(excuses.certificates_due())


@router.get("/people/{person_id}/excuses", response=list[excuses.ExcuseLine], auth=FOR_FAMILIES)
def list_excuses(request: HttpRequest, person_id: Id) -> list[excuses.ExcuseLine]:
    """All excuses of a person, the newest days first."""
    reach.kin(request, person_id)
    return list(excuses.excuses_of(person_id))


@router.post("/people/{person_id}/excuses", response={201: excuses.ExcuseLine}, auth=FOR_FAMILIES)
def ask(request: HttpRequest, person_id: Id, told: ExcuseIn) -> Status[excuses.ExcuseLine]:
    """Ask for an excuse; it changes nothing until somebody approves it."""
    reach.kin(request, person_id)
    if told.offering_id is not None:
        reach.belonging(request, told.offering_id, person_id)
    asked = excusing.ask(wish=told.wish(request, person_id), by=reach.actor(request), now=now())
    return Status(201, _line(asked))


@router.post("/people/{person_id}/excuses/grant", response={201: Changed})
def grant(request: HttpRequest, person_id: Id, told: ExcuseIn) -> Status[excusing.Granted]:
    """Keep an excuse that is approved at once, and change the marks it covers."""
    granted = excusing.grant(wish=told.wish(request, person_id), by=reach.actor(request), now=now())
    return Status(201, granted)


@router.post(
    "/sessions/{session_id}/marks/{person_id}/excuse",
    response={201: Changed},
    auth=FOR_TEACHERS,
)
def excuse_here(
    request: HttpRequest, session_id: Id, person_id: Id, told: HereIn
) -> Status[excusing.Granted]:
    """Excuse somebody at once from one session, for a reason the profile lets the role give."""
    reach.session(request, session_id)
    granted = excusing.excuse_at_session(
        session_id=session_id,
        person_id=person_id,
        reason=told.reason,
        note=told.note,
        by=reach.actor(request),
        now=now(),
    )
    return Status(201, granted)


@router.post("/excuses/{excuse_id}/approve", response=Changed)
def approve(request: HttpRequest, excuse_id: Id, told: Deciding) -> Changed:
    """Let an excuse hold, and change the marks it covers."""
    changed = excusing.approve(
        excuse_id=excuse_id, because=told.because, by=reach.actor(request), now=now()
    )
    return Changed(excuse_id=excuse_id, changed=changed)


@router.post("/excuses/{excuse_id}/refuse", response=excuses.ExcuseLine)
def refuse(request: HttpRequest, excuse_id: Id, told: Because) -> excuses.ExcuseLine:
    """Refuse an excuse that was asked for; no mark changes."""
    excusing.refuse(excuse_id=excuse_id, because=told.because, by=reach.actor(request), now=now())
    return _line(excuse_id)


@router.post("/excuses/{excuse_id}/withdraw", response=Changed, auth=FOR_EVERYBODY)
def withdraw(request: HttpRequest, excuse_id: Id, told: Deciding) -> Changed:
    """Take an excuse back: the marks it turned are what they would be without it."""
    _reached(request, excuse_id)
    changed = excusing.withdraw(
        excuse_id=excuse_id, because=told.because, by=reach.actor(request), now=now()
    )
    return Changed(excuse_id=excuse_id, changed=changed)


@router.post("/excuses/{excuse_id}/certificates", response={201: Added}, auth=FOR_FAMILIES)
def add_certificate(request: HttpRequest, excuse_id: Id, file: File[UploadedFile]) -> Status[Added]:
    """Keep a PDF or a picture that proves the excuse; ten megabytes at most."""
    _reached(request, excuse_id)
    kept = certificates.add_certificate(
        excuse_id=excuse_id,
        name=file.name or "",
        octets=file.read(certificates.MOST_OCTETS + 1),
        by=reach.actor(request),
        now=now(),
    )
    return Status(201, Added(id=kept))


@router.get("/certificates/{certificate_id}", openapi_extra=FILE, auth=FOR_FAMILIES)
def get_certificate(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """The file as it was given; the log notes who asked for it."""
    whose = Certificate.objects.filter(pk=certificate_id).values_list("excuse__person", flat=True)
    person_id = whose.first()
    if person_id is None or not reach.is_kin(request, person_id):
        raise NotThere(f"there is no certificate {certificate_id}")
    opened = certificates.open_certificate(certificate_id=certificate_id, by=reach.actor(request))
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": "attachment",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(opened.octets, content_type=opened.content_type, headers=headers)


def _line(excuse_id: int) -> excuses.ExcuseLine:
    found = excuses.excuse(excuse_id)
    if found is None:
        raise NotThere(f"there is no excuse {excuse_id}")
    return found


def _reached(request: HttpRequest, excuse_id: int) -> excuses.ExcuseLine:
    """The excuse of somebody of the caller's, or which the caller gave. Raises NotThere."""
    found = excuses.excuse(excuse_id)
    if found is None or not (reach.is_kin(request, found.person_id) or _gave(request, found)):
        raise NotThere(f"there is no excuse {excuse_id}")
    return found


def _gave(request: HttpRequest, excuse: excuses.ExcuseLine) -> bool:
    """Whether the caller gave the excuse, for a session that is still theirs."""
    if reach.actor(request).name != excuse.decided_by:
        return False
    span = (excuse.starts_at, excuse.ends_at)
    theirs = reach.sessions(request).filter(starts_at__range=span)
    if excuse.offering_id is not None:
        theirs = theirs.filter(meets__offering=excuse.offering_id)
    return theirs.exists()
