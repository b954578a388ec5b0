"""Excuses as they are listed: waiting to be decided, of a person, and with a certificate due."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from gateway.attendance.excuse_rules import is_certificate_due
from gateway.attendance.models import Excuse
from gateway.attendance.values import ExcuseReason, ExcuseState

MOST = 500
"""Excuses one list shows."""
ALIVE = (ExcuseState.REQUESTED.value, ExcuseState.APPROVED.value)


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """A certificate of an excuse, without its content."""

    id: UUID
    name: str
    content_type: str
    size: int
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class ExcuseLine:
    """An excuse as lists show it; `offering` is empty where it covers all sessions."""

    id: int
    person_id: int
    name: str
    offering_id: int | None
    offering: str
    starts_at: datetime
    ends_at: datetime
    reason: ExcuseReason
    note: str
    state: ExcuseState
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str
    decided_because: str
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdrawn_because: str
    certificates: tuple[CertificateLine, ...]

    @property
    def certificate_due(self) -> bool:
        """Whether a certificate is still to come."""
        return is_certificate_due(self.reason, self.state, certificates=len(self.certificates))


def excuse(excuse_id: int) -> ExcuseLine | None:
    """One excuse; None where there is none of that number."""
    return next(iter(_lines(Excuse.objects.filter(pk=excuse_id))), None)


def excuses_waiting() -> tuple[ExcuseLine, ...]:
    """Excuses that somebody asked for and nobody decided, the oldest first."""
    waiting = Excuse.objects.filter(state=ExcuseState.REQUESTED.value)
    return _lines(waiting.order_by("asked_at", "pk"))


def excuses_of(person_id: int) -> tuple[ExcuseLine, ...]:
    """All excuses of a person, the newest days first."""
    return _lines(Excuse.objects.filter(person=person_id).order_by("-starts_at", "-pk"))


def certificates_due(*, person_id: int | None = None) -> tuple[ExcuseLine, ...]:
    """Medical excuses without a certificate, of one person or of all, the oldest first."""
    whose = Q() if person_id is None else Q(person=person_id)
    due = Excuse.objects.filter(
        whose, reason=ExcuseReason.MEDICAL.value, state__in=ALIVE, certificates=None
    )
    return _lines(due.order_by("asked_at", "pk"))


def _lines(rows: QuerySet[Excuse]) -> tuple[ExcuseLine, ...]:
    found = rows.select_related("person", "offering").prefetch_related("certificates")
    return tuple(_line(row) for row in found[:MOST])


def _line(row: Excuse) -> ExcuseLine:
    return ExcuseLine(
        id=row.pk,
        person_id=row.person_id,
        name=str(row.person).strip(),
        offering_id=row.offering_id,
        offering=row.offering.name if row.offering else "",
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        reason=ExcuseReason(row.reason),
        note=row.note,
        state=ExcuseState(row.state),
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        decided_because=row.decided_because,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=row.withdrawn_by,
        withdrawn_because=row.withdrawn_because,
        certificates=_certificates(row),
    )


def _certificates(row: Excuse) -> tuple[CertificateLine, ...]:
    files = sorted(row.certificates.all(), key=lambda file: (file.added_at, file.pk))
    return tuple(
        CertificateLine(
            file.pk, file.name, file.content_type, file.size, file.added_at, file.added_by
        )
        for file in files
    )
