"""The rotating codes of sessions, which kiosks of the site may show."""

import base64
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from gateway.attendance.class_judging import policy_for, window_of
from gateway.attendance.entry_codes import attend_address, code_key
from gateway.attendance.models import Session
from gateway.attendance.values import SessionState
from gateway.timetable.models import Site
from kiosk.protocol.days import school_day
from kiosk.protocol.options import SessionCode

ONE_DAY = timedelta(days=1)


def session_codes(site: Site, *, now: datetime) -> tuple[SessionCode, ...]:
    """The site's sessions of today that have codes, with the keys of these.

    Among them are those of the evening before that go on. There are none while the gateway
    has no public address that a phone could open.
    """
    if not attend_address(0):
        return ()
    day = school_day(now, zone=site.tz, day_starts=site.day_starts)
    rows = Session.objects.filter(site=site, day__in=(day - ONE_DAY, day))
    rows = rows.exclude(state=SessionState.CANCELLED.value).order_by("starts_at", "pk")
    return tuple(_codes(rows, site, day=day, now=now))


def _codes(
    rows: Iterable[Session], site: Site, *, day: date, now: datetime
) -> Iterable[SessionCode]:
    for row in rows:
        policy, window = policy_for(row), window_of(row, site)
        is_over = row.day != day and window.closes_at(policy) < now
        if not policy.session_code or is_over:
            continue
        yield SessionCode(
            session=row.pk,
            title=row.title,
            shown_from=window.opens_at(policy),
            shown_until=window.closes_at(policy),
            url=attend_address(row.pk),
            key=base64.b64encode(code_key(row.pk)).decode(),
            step=policy.code_step,
        )
