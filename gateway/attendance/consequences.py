"""Who must hear of a mark: the rooms its profile switches on, where somebody listens."""

from collections.abc import Mapping

from django.conf import settings

from gateway.attendance.events import MarkChanged
from gateway.attendance.models import RegistrationPolicy, Session
from gateway.attendance.profiling import profile_of
from gateway.attendance.values import Mark
from gateway.outbox.services import Promise

ERP = "erp"


def promises(
    told: Mapping[tuple[int, int], Mark],
    sessions: Mapping[int, Session],
    policy: RegistrationPolicy | None,
) -> list[Promise]:
    """One promise a room and mark, with the whole state of that person and session."""
    return [
        Promise(room, event.subject, event.lane, event.to_json(), event.priority)
        for (session_id, person_id), mark in told.items()
        for room in _rooms(sessions[session_id], policy)
        for event in [MarkChanged.of(session_id, person_id, mark)]
    ]


def _rooms(session: Session, policy: RegistrationPolicy | None) -> list[str]:
    """The ERP hears of periods it knows itself; a room in which nobody listens, of nothing."""
    listening = settings.LISTENING & profile_of(session.profile).consequences
    rooms = sorted(listening - {ERP})
    if policy is not None and policy.erp_enabled and session.external_id:
        rooms.append(ERP)
    return rooms
