"""Automatic absence: the policy behind it, whom it would mark, what it waits for."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import Field

from gateway.api.access import caller
from gateway.api.clock import now
from gateway.api.paging import Paged
from gateway.api.parameters import AtSite, Because, Code, Id, Name, site_of
from gateway.attendance import absence, attention
from gateway.attendance.policies import PolicyDetails, policy_details, set_policy
from gateway.attendance.values import LateFrom
from gateway.erp.queries import absence_codes
from gateway.timetable.models import PeriodKind
from kiosk.protocol.lateness import Rounding

router = Router(tags=["absence"])


class PolicyOut(Schema):
    """How a site judges registration and marks absence."""

    erp_enabled: bool
    erp_can_correct: bool
    late_after: LateFrom
    grace_minutes: int
    minutes_from: LateFrom
    rounding: Rounding
    absence_enabled: bool
    cron: str
    period_kind: PeriodKind
    present_code: str
    absence_code: str
    share_limit: float
    year_groups: list[int]


class PolicyPatch(Schema):
    """What is to change in the policy; what is left out stays."""

    erp_enabled: bool | None = None
    erp_can_correct: bool | None = None
    late_after: LateFrom | None = None
    grace_minutes: int | None = Field(None, ge=0, le=600)
    minutes_from: LateFrom | None = None
    rounding: Rounding | None = None
    absence_enabled: bool | None = None
    cron: Name | None = None
    period_kind: PeriodKind | None = None
    present_code: Code | None = None
    absence_code: Code | None = None
    share_limit: Decimal | None = Field(None, ge=0, le=1, decimal_places=3)
    year_groups: tuple[Id, ...] | None = None


@router.get("/policy", response=PolicyOut)
def get_policy(request: HttpRequest, asked: Query[AtSite]) -> PolicyDetails:
    """The site's registration policy."""
    return policy_details(site_of(asked.site).pk)


@router.patch("/policy", response=PolicyOut)
def change_policy(request: HttpRequest, asked: Query[AtSite], patch: PolicyPatch) -> PolicyDetails:
    """Judge by this from now on."""
    site = site_of(asked.site)
    told: dict[str, Any] = patch.model_dump(exclude_none=True)
    set_policy(site_id=site.pk, policy=replace(policy_details(site.pk), **told))
    return policy_details(site.pk)


@router.get("/sessions/{session_id}/absence", response=absence.AbsencePlan)
def preview_absence(request: HttpRequest, session_id: Id) -> absence.AbsencePlan:
    """Whom automatic absence would mark at this moment, whom not, and why. Changes nothing."""
    return absence.preview(session_id=session_id, codes=_known_codes, now=now())


@router.post("/absence/run", response=list[absence.AbsenceOutcome])
def run_absence(request: HttpRequest, asked: Query[AtSite]) -> list[absence.AbsenceOutcome]:
    """What the schedule does: close today's rolls that are due. As often as one likes."""
    return list(absence.run(site_id=site_of(asked.site).pk, codes=_known_codes, now=now()))


@router.get("/holds", response=list[attention.OpenHold])
@paginate(Paged)
def list_holds(request: HttpRequest, asked: Query[AtSite]) -> tuple[attention.OpenHold, ...]:
    """What automatic absence waits for."""
    return attention.open_holds(site_of(asked.site).pk)


@router.post("/holds/{hold_id}/release", response={204: None})
def release_hold(request: HttpRequest, hold_id: Id, release: Because) -> Status[None]:
    """Let it go on in spite of this; who said so and why is kept."""
    absence.release_hold(
        hold_id=hold_id, by=caller(request).name, because=release.because, now=now()
    )
    return Status(204, None)


def _known_codes() -> frozenset[str] | None:
    return absence_codes() if settings.ERP_CONNECTED else None
