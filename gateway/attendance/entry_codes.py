"""The codes of sessions: what makes them, and the address they stand in.

Nothing is stored for a code: both are derived from the gateway's one secret.
"""

import base64
import hmac
from datetime import datetime

from django.conf import settings

from gateway.attendance.class_judging import policy_for
from gateway.attendance.entry_rules import CodeKeys
from gateway.attendance.models import Session
from gateway.keys import key_for
from kiosk.protocol.rotating import OCTETS, code_at


def code_key(session_id: int) -> bytes:
    """The key of a session's rotating codes; see `kiosk.protocol.rotating`."""
    return key_for(f"session-code:{session_id}")


def code_keys(session_id: int) -> CodeKeys:
    """What both codes of a session are made with."""
    return CodeKeys(code_key(session_id), _printed(session_id))


def rotating_code(session: Session, *, now: datetime) -> str:
    """The code of this moment."""
    return code_at(code_key(session.pk), now, step=policy_for(session).code_step)


def attend_address(session_id: int, *, otherwise: str = "") -> str:
    """Where a phone goes with a session's code, which is written after it.

    Below the first public address of the pages, else below `otherwise`; empty without both.
    """
    base = next(iter(settings.CSRF_TRUSTED_ORIGINS), otherwise).rstrip("/")
    return f"{base}/attend/{session_id}/" if base else ""


def _printed(session_id: int) -> str:
    """Kiosks know the key of the rotating codes, so this one has another."""
    key = key_for("printed-session-code")
    digest = hmac.digest(key, str(session_id).encode(), "sha256")
    return base64.b32encode(digest[:OCTETS]).decode()
