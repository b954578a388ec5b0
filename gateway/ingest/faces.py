"""What kiosks tell of faces, and which faces each is told, sealed to it alone."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from pydantic import BaseModel

from gateway.faces import services
from gateway.faces.queries import FacesChange, HeldFace, faces_since, faces_version, uses_faces
from gateway.fleet.models import Kiosk
from kiosk.protocol.messages import FacesPart, Heartbeat, SealedFace
from kiosk.protocol.remarks import FaceEnrolled, FaceSeen
from kiosk.protocol.sealing import KEY_OCTETS, seal
from kiosk.protocol.topics import KioskTopics

log = structlog.get_logger()

STILL_APART = timedelta(hours=1)
"""How often a kiosk is told that what it holds still holds; without, it forgets it in a day."""

SETTLES = timedelta(seconds=5)
"""What a heartbeat says was true before what was told just now."""


def face_enrolled(kiosk: Kiosk, remark: FaceEnrolled, now: datetime) -> None:
    """Keep the measures that were taken for an enrolment."""
    services.keep_face(kiosk=kiosk, remark=remark, now=now)


def face_seen(kiosk: Kiosk, remark: FaceSeen, now: datetime) -> None:
    """Keep what the kiosk made of the face of who made a track."""
    services.hear_verdict(kiosk=kiosk, remark=remark, now=now)


@dataclass(slots=True)
class _Shelf:
    """What one kiosk holds, as far as is known."""

    site_id: int
    key: bytes
    version: int
    told_at: datetime


class FaceTeller:
    """Tells each kiosk its site's faces, a part at a time. `say` takes (topic, message)."""

    def __init__(self, say: Callable[[str, BaseModel], None]) -> None:
        self._say = say
        self._shelves: dict[str, _Shelf] = {}

    def answer(self, heartbeat: Heartbeat, *, now: datetime) -> None:
        """Tell a kiosk what its heartbeat shows it to lack; nothing to one without a key."""
        key = _public(heartbeat.seal_key)
        if key is None:
            return
        shelf = self._shelves.get(heartbeat.kiosk)
        if shelf is None or shelf.key != key:
            site_id = Kiosk.objects.values_list("site_id", flat=True).get(pk=heartbeat.kiosk)
            shelf = _Shelf(site_id, key, heartbeat.faces_version, now - STILL_APART)
            self._shelves[heartbeat.kiosk] = shelf
        elif now - shelf.told_at > SETTLES:
            shelf.version = heartbeat.faces_version
        self._tell(heartbeat.kiosk, shelf, faces_version(), now)

    def tick(self, *, now: datetime) -> None:
        """Tell what changed without a kiosk having asked."""
        newest = faces_version()
        uses = {shelf.site_id: False for shelf in self._shelves.values()}
        uses = {site_id: uses_faces(site_id) for site_id in uses}
        for kiosk_id, shelf in self._shelves.items():
            wanted = newest if uses[shelf.site_id] else 0
            if shelf.version != wanted or (wanted and now - shelf.told_at >= STILL_APART):
                self._tell(kiosk_id, shelf, newest, now)

    def _tell(self, kiosk_id: str, shelf: _Shelf, newest: int, now: datetime) -> None:
        is_current = shelf.version == newest and now - shelf.told_at < STILL_APART
        if newest == shelf.version == 0 or (is_current and uses_faces(shelf.site_id)):
            return
        change = faces_since(shelf.site_id, shelf.version)
        if change.version == shelf.version == 0:
            return
        try:
            part = _part(change, shelf.key)
        except ValueError as wrong:
            log.warning("faces_not_sealed", kiosk=kiosk_id, reason=str(wrong))
            return
        self._say(KioskTopics(kiosk_id).faces, part)
        shelf.version, shelf.told_at = change.version, now


def _part(change: FacesChange, key: bytes) -> FacesPart:
    return FacesPart(
        base=change.base,
        version=change.version,
        faces=tuple(_sealed(face, key) for face in change.faces),
        removed=change.removed,
    )


def _sealed(face: HeldFace, key: bytes) -> SealedFace:
    sealed = seal(key, face.measures, about=str(face.person_id).encode())
    return SealedFace(
        person=face.person_id,
        sealed=base64.b64encode(sealed).decode(),
        expires_at=face.expires_at,
    )


def _public(told: str) -> bytes | None:
    """The kiosk's public key; None when it told none, or something else."""
    try:
        key = base64.b64decode(told, validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_OCTETS else None
