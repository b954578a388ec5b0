"""What kiosks tell beside tracks, handed to the room it concerns."""

from collections.abc import Callable, Mapping
from datetime import MAXYEAR, MINYEAR, datetime
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from gateway.attendance.evacuation import hear_tick
from gateway.attendance.reasons import keep_reason
from gateway.errors import Rejected
from gateway.fleet.models import Kiosk
from gateway.ingest import enrolling, faces, journals
from gateway.ingest.failures import is_transient, shown
from gateway.ingest.parsing import Aside
from gateway.ingest.services import keep_batch
from kiosk.protocol.remarks import (
    CardEnrolled,
    EnrolmentRefused,
    FaceEnrolled,
    FaceSeen,
    JournalLost,
    LateReasonGiven,
    MarkedSafe,
    Remark,
    Remarks,
)
from kiosk.protocol.topics import KioskTopics

log = structlog.get_logger()

Handler = Callable[[Kiosk, Any, datetime], None]
"""Takes (kiosk, remark, now); hearing it twice is hearing it once. Raises Rejected."""


def _late_reason(kiosk: Kiosk, said: LateReasonGiven, now: datetime) -> None:
    keep_reason(track=said.track, kiosk=kiosk, reason=said.reason, now=now)


def _marked_safe(kiosk: Kiosk, said: MarkedSafe, now: datetime) -> None:
    if not MINYEAR < said.at.year < MAXYEAR:
        raise Rejected("its instant lies outside of all calendars")
    hear_tick(kiosk=kiosk, said=said, now=now)


HANDLERS: Mapping[type, Handler] = {
    CardEnrolled: enrolling.card_enrolled,
    EnrolmentRefused: enrolling.enrolment_refused,
    LateReasonGiven: _late_reason,
    FaceEnrolled: faces.face_enrolled,
    FaceSeen: faces.face_seen,
    JournalLost: journals.journal_lost,
    MarkedSafe: _marked_safe,
}
"""Who takes which remark."""


def keep_remarks(
    *, said: Remarks, now: datetime, handlers: Mapping[type, Handler] = HANDLERS
) -> tuple[UUID, ...]:
    """Hand each remark to its room; what a room rejects is set aside, and counts as kept.

    So is one on which a room fails: those that follow must not wait for it.

    Answers which need not be told again: none of a kiosk that nobody knows. Raises
    OperationalError when the store is away: try again.
    """
    kiosk = Kiosk.objects.select_related("site").filter(pk=said.kiosk).first()
    if kiosk is None:
        reason = f"no kiosk is called {said.kiosk}: add it, then the kiosk says this again"
        _set_aside(said, said.model_dump_json(), reason, now)
        return ()
    for remark in said.remarks:
        take = handlers.get(type(remark), _nothing)
        reason = _refusal(partial(take, kiosk, remark, now), tries=2)
        if reason:
            _set_aside(said, remark.model_dump_json(), reason, now)
    return tuple(remark.id for remark in said.remarks)


def _refusal(take: Callable[[], None], *, tries: int) -> str:
    """Why the room does not take it, empty when it does; two at once may fail the first time."""
    try:
        with transaction.atomic():
            take()
    except Rejected as refusal:
        return str(refusal)
    except Exception as failed:
        if is_transient(failed):
            raise
        if tries > 1:
            return _refusal(take, tries=tries - 1)
        log.error("remark_failed", reason=shown(failed))
        return shown(failed)
    return ""


def _nothing(_kiosk: Kiosk, remark: Remark, _now: datetime) -> None:
    raise Rejected(f"this gateway does nothing with {remark.kind!r}: update it")


def _set_aside(said: Remarks, payload: str, reason: str, now: datetime) -> None:
    topic = KioskTopics(said.kiosk).remarks
    keep_batch(told=(), asides=(Aside(topic, payload.encode(), reason, said.kiosk),), now=now)
