"""Brings the school's students, dictionaries and periods here, each run whole or not at all.

A list is fetched to its end before anything is changed by it. All of it may be run again at
any time: what is the same changes nothing.
"""

from collections.abc import Callable
from datetime import date, datetime

import structlog
from django.db import transaction

from gateway import bulk
from gateway.attendance import services as attendance
from gateway.attendance.events import MarkChanged
from gateway.attendance.models import Mark, RegistrationPolicy, Session
from gateway.attendance.values import Base, Mark as MarkValue
from gateway.erp.errors import FetchIncomplete
from gateway.erp.models import Code, Sync
from gateway.erp.ports import Calendar, CodeKind, Directory, ErpPeriod
from gateway.erp.roster import bring_students
from gateway.errors import GatewayError
from gateway.outbox import services as outbox
from gateway.outbox.services import Promise
from gateway.timetable.models import Division, PeriodKind, Site
from kiosk.protocol.days import school_day

ERP = "erp"
_CODE_COLUMNS = ("kind", "external_id", "code", "government_code", "name", "active")
_TOLD_WINS = "(kind, external_id) DO UPDATE SET " + ", ".join(
    f"{column} = excluded.{column}" for column in _CODE_COLUMNS[2:]
)
_log = structlog.get_logger()


def sync_students(
    *, site_id: int, erp: Directory, now: datetime, many_may_leave: bool = False
) -> str:
    """Students, year groups and divisions as the ERP has them; answers what changed, in words.

    Divisions that are new here become the site's. Who is no longer listed is deactivated and
    the enrolment ends. Raises Unavailable when the list could not be read to its end, and
    TooManyLeavers, unless `many_may_leave`, when it lacks more than a third of the students.
    """
    return _recorded(
        lambda: bring_students(
            site=_site(site_id), erp=erp, now=now, many_may_leave=many_may_leave
        ),
        site_id=site_id,
        what="students",
        now=now,
    )


def sync_codes(*, site_id: int, erp: Calendar, now: datetime) -> str:
    """Both dictionaries; a code that vanished becomes inactive. Raises Unavailable."""
    return _recorded(lambda: _bring_codes(erp), site_id=site_id, what="codes", now=now)


def sync_periods(*, site_id: int, erp: Calendar, now: datetime) -> str:
    """Today's registration periods of the site's divisions, as sessions. Raises Unavailable.

    A mark that was made before the ERP's period was known is told to the ERP now.
    """
    return _recorded(
        lambda: _bring_periods(_site(site_id), erp, now), site_id=site_id, what="periods", now=now
    )


def _recorded(deed: Callable[[], str], *, site_id: int, what: str, now: datetime) -> str:
    """Do it, and keep how it went where staff can see it."""
    try:
        outcome = deed()
    except GatewayError as failure:
        _keep_outcome(site_id, what, {"tried_at": now, "ok": False, "outcome": str(failure)})
        raise
    told = {"tried_at": now, "succeeded_at": now, "ok": True, "outcome": outcome}
    _keep_outcome(site_id, what, told)
    _log.info("erp_synchronised", site=site_id, what=what, outcome=outcome)
    return outcome


def _keep_outcome(site_id: int, what: str, told: dict[str, object]) -> None:
    Sync.objects.update_or_create(site_id=site_id, what=what, defaults=told)


def _site(site_id: int) -> Site:
    return Site.objects.get(pk=site_id)


def _bring_codes(erp: Calendar) -> str:
    found = erp.codes()
    for kind in CodeKind:
        if not any(code.kind is kind for code in found):
            raise FetchIncomplete(f"the ERP's dictionary of {kind} codes came empty")
    rows = [
        (
            code.kind.value,
            code.key,
            code.code[:16],
            code.government_code[:16],
            code.name[:200],
            True,
        )
        for code in found
    ]
    keys = {(code.kind.value, code.key) for code in found}
    with transaction.atomic():
        bulk.insert(Code, _CODE_COLUMNS, rows, on_conflict=_TOLD_WINS)
        gone = [
            row.pk
            for row in Code.objects.filter(active=True)
            if (row.kind, row.external_id) not in keys
        ]
        Code.objects.filter(pk__in=gone).update(active=False)
    return f"{len(rows)} codes, {len(gone)} vanished"


def _bring_periods(site: Site, erp: Calendar, now: datetime) -> str:
    today = school_day(now, zone=site.tz, day_starts=site.day_starts)
    divisions = Division.objects.filter(site=site).exclude(external_id=None).order_by("pk")
    listed = [
        (division, period)
        for division in divisions
        for period in erp.periods(str(division.external_id), today)
    ]
    laid = sum(_lay(division, period, today, now) for division, period in listed)
    return f"{laid} periods in {len(divisions)} divisions"


def _lay(division: Division, period: ErpPeriod, today: date, now: datetime) -> bool:
    """Make the session of a period; False for one that is left out with a line in the log."""
    kind = _kind(period)
    if wrong := _unusable(division, period, kind, today):
        _log.warning("erp_period_skipped", division=division.pk, period=period.key, wrong=wrong)
        return False
    was_told = Session.objects.filter(
        division=division, day=today, kind=str(kind), external_id=period.key
    ).exists()
    session = attendance.lay_session(
        division_id=division.pk,
        day=today,
        kind=str(kind),
        starts_at=period.starts_at,
        registers_at=period.registers_at,
        finishes_at=period.finishes_at,
        external_id=period.key,
        title=f"{division.name} · {period.name or kind}"[:120],
        now=now,
    )
    if not was_told:
        _tell_standing_marks(session, now)
    return True


def _kind(period: ErpPeriod) -> PeriodKind | None:
    """AM or PM by the period's type; where that says neither, by its name's first word."""
    for word in (period.kind, period.name.partition(" ")[0]):
        if word.upper() in PeriodKind.values:
            return PeriodKind(word.upper())
    return None


def _unusable(division: Division, period: ErpPeriod, kind: PeriodKind | None, today: date) -> str:
    zone, day_starts = division.site.tz, division.site.day_starts
    if kind is None:
        return f"its type {period.kind!r} is neither AM nor PM"
    if not period.starts_at <= period.registers_at <= period.finishes_at:
        return "its times run backwards"
    if school_day(period.starts_at, zone=zone, day_starts=day_starts) != today:
        return "it is not of today"
    return ""


@transaction.atomic
def _tell_standing_marks(session: Session, now: datetime) -> None:
    """Marks from before the ERP's number was known were promised to nobody."""
    policy = RegistrationPolicy.objects.filter(site_id=session.site_id, erp_enabled=True).first()
    if policy is None:
        return
    marks = Mark.objects.filter(session=session).exclude(base=Base.PENDING.value)
    events = [
        MarkChanged.of(
            session.pk,
            mark.person_id,
            MarkValue(Base(mark.base), mark.late_minutes, reason=mark.reason),
        )
        for mark in marks
    ]
    outbox.queue(
        [Promise(ERP, e.subject, e.lane, e.to_json(), e.priority) for e in events], now=now
    )
