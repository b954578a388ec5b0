"""A still that a kiosk sends, handed to attendance."""

import base64
import binascii
from datetime import datetime

import structlog

from gateway.attendance.photos import keep_photo
from gateway.errors import Rejected
from gateway.fleet.models import Kiosk
from gateway.ingest.parsing import Aside
from gateway.ingest.services import keep_batch
from kiosk.protocol.messages import PhotoTaken
from kiosk.protocol.topics import KioskTopics

log = structlog.get_logger()


def take_photo(*, said: PhotoTaken, now: datetime) -> bool:
    """Keep the still, or set aside why not; False when the kiosk should send it again.

    What is set aside holds no picture.
    """
    kiosk = Kiosk.objects.filter(pk=said.kiosk).first()
    if kiosk is None:
        _set_aside(said, f"no kiosk is called {said.kiosk}: add it, then it sends this again", now)
        return False
    try:
        _keep(kiosk, said, now)
    except Rejected as refusal:
        _set_aside(said, str(refusal), now)
    except binascii.Error as wrong:
        _set_aside(said, f"sealed: {wrong}", now)
    except OSError as full:
        log.error("photo_not_kept", track=str(said.track), reason=str(full))
        return False
    return True


def _keep(kiosk: Kiosk, said: PhotoTaken, now: datetime) -> None:
    sealed = base64.b64decode(said.sealed, validate=True)
    keep_photo(kiosk=kiosk, track=said.track, made_at=said.made_at, sealed=sealed, now=now)


def _set_aside(said: PhotoTaken, reason: str, now: datetime) -> None:
    topic = KioskTopics(said.kiosk).photos
    payload = said.model_copy(update={"sealed": ""}).model_dump_json().encode()
    keep_batch(told=(), asides=(Aside(topic, payload, reason, said.kiosk),), now=now)
