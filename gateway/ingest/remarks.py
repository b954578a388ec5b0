"""What kiosks tell beside tracks, handed to the room it concerns."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gateway.attendance.evacuation import hear_tick
from gateway.attendance.reasons import keep_reason
from gateway.errors import Rejected
from gateway.fleet.models import Kiosk
from gateway.ingest import enrolling, faces, journals
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

Handler = Callable[[Kiosk, Any, datetime], None]
"""Takes (kiosk, remark, now); hearing it twice is hearing it once. Raises Rejected."""


def _late_reason(kiosk: Kiosk, said: LateReasonGiven, now: datetime) -> None:
    keep_reason(track=said.track, kiosk=kiosk, reason=said.reason, now=now)


def _marked_safe(kiosk: Kiosk, said: MarkedSafe, now: datetime) -> None:
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


def keep_remarks(*, said: Remarks, now: datetime) -> tuple[UUID, ...]:
    """Hand each remark to its room; what a room rejects is set aside, and counts as kept.

    Answers which need not be told again: none of a kiosk that nobody knows. Raises
    OperationalError when the store is away: try again.
    """
    kiosk = Kiosk.objects.select_related("site").filter(pk=said.kiosk).first()
    if kiosk is None:
        reason = f"no kiosk is called {said.kiosk}: add it, then the kiosk says this again"
        _set_aside(said, said.model_dump_json(), reason, now)
        return ()
    for remark in said.remarks:
        _keep(kiosk, remark, said, now)
    return tuple(remark.id for remark in said.remarks)


def _keep(kiosk: Kiosk, remark: Remark, said: Remarks, now: datetime) -> None:
    try:
        with transaction.atomic():
            _handler(remark)(kiosk, remark, now)
    except Rejected as refusal:
        _set_aside(said, remark.model_dump_json(), str(refusal), now)


def _handler(remark: Remark) -> Handler:
    try:
        return HANDLERS[type(remark)]
    except KeyError:
        raise Rejected(f"this gateway does nothing with {remark.kind!r}: update it") from None


def _set_aside(said: Remarks, payload: str, reason: str, now: datetime) -> None:
    topic = KioskTopics(said.kiosk).remarks
    keep_batch(told=(), asides=(Aside(topic, payload.encode(), reason, said.kiosk),), now=now)
