"""The rotating codes of sessions, which kiosks of the site may show."""

import base64
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings

from gateway.attendance.models import Session
from gateway.attendance.values import SessionState
from gateway.keys import key_for
from gateway.timetable.models import Site
from kiosk.protocol.days import school_day
from kiosk.protocol.options import SessionCode

BEFORE = timedelta(minutes=15)
"""How long before a session begins its code is shown."""


def session_codes(site: Site, *, now: datetime) -> tuple[SessionCode, ...]:
    """Today's sessions of the site with the keys of their codes.

    None while the gateway has no public address that a phone could open.
    """
    address = _address()
    if not address:
        return ()
    day = school_day(now, zone=site.tz, day_starts=site.day_starts)
    rows = Session.objects.filter(site=site, day=day).exclude(state=SessionState.CANCELLED.value)
    return tuple(_codes(rows.order_by("starts_at", "pk"), address))


def code_key(session_id: int) -> bytes:
    """The key of a session's codes; see `kiosk.protocol.rotating`."""
    return key_for(f"session-code:{session_id}")


def _codes(rows: Iterable[Session], address: str) -> Iterable[SessionCode]:
    for row in rows:
        yield SessionCode(
            session=row.pk,
            title=row.title,
            shown_from=row.starts_at - BEFORE,
            shown_until=row.finishes_at,
            url=f"{address}/attend/{row.pk}/",
            key=base64.b64encode(code_key(row.pk)).decode(),
        )


def _address() -> str:
    """The public address of the pages; empty when none is configured."""
    return next(iter(settings.CSRF_TRUSTED_ORIGINS), "").rstrip("/")
