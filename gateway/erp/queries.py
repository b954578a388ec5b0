"""What the ERP told us, and where it does not hold what we hold."""

from dataclasses import dataclass
from datetime import date, datetime

from gateway.attendance.models import Session
from gateway.erp.models import Code, Registration, Sync
from gateway.erp.ports import CodeKind, ErpCode


@dataclass(frozen=True, slots=True)
class ToCorrect:
    """One entry that a person has to put right in the ERP; `because` says what is wrong."""

    session_id: int
    title: str
    day: date
    person_id: int
    name: str
    because: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SyncLine:
    """How one synchronisation went last."""

    what: str
    ok: bool
    outcome: str
    tried_at: datetime
    succeeded_at: datetime | None


def to_correct(site_id: int, *, day: date | None = None) -> tuple[ToCorrect, ...]:
    """The list "correct it in the ERP", newest first; of one date where it is given."""
    rows = Registration.objects.filter(
        session__site_id=site_id, state=Registration.State.CORRECT_IN_ERP
    )
    if day is not None:
        rows = rows.filter(session__day=day)
    return tuple(
        ToCorrect(
            session_id=row.session_id,
            title=row.session.title,
            day=row.session.day,
            person_id=row.person_id,
            name=str(row.person),
            because=row.because,
            at=row.at,
        )
        for row in rows.select_related("session", "person").order_by("-at", "-pk")
    )


def absence_codes() -> frozenset[str]:
    """Every absence code the ERP knows at present, as it calls it and as the government does."""
    rows = Code.objects.filter(kind=CodeKind.ABSENCE.value, active=True)
    pairs = rows.values_list("code", "government_code")
    return frozenset(code for pair in pairs for code in pair if code)


def codes() -> tuple[ErpCode, ...]:
    """Both dictionaries as last synchronised, without what has vanished."""
    rows = Code.objects.filter(active=True).order_by("pk")
    return tuple(
        ErpCode(CodeKind(row.kind), row.external_id, row.code, row.government_code, row.name)
        for row in rows
    )


def syncs(site_id: int) -> tuple[SyncLine, ...]:
    """How each synchronisation of a site went last."""
    rows = Sync.objects.filter(site_id=site_id).order_by("what")
    return tuple(
        SyncLine(row.what, row.ok, row.outcome, row.tried_at, row.succeeded_at) for row in rows
    )


def told_session(session_id: int) -> Session | None:
    """The session with its site's policy, where the ERP knows it; else None."""
    rows = Session.objects.select_related("site__policy").exclude(external_id="")
    return rows.filter(pk=session_id, site__policy__erp_enabled=True).first()
