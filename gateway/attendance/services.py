"""What is written about attendance: tracks, their repair, sessions, marks by hand."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from gateway import bulk
from gateway.attendance.errors import PeriodRunsBackwards
from gateway.attendance.expecting import expected_at
from gateway.attendance.folding import refold, sightings_of, touched
from gateway.attendance.judging import judge_days
from gateway.attendance.lifecycle import clock_profiles
from gateway.attendance.models import Difference, Session, Track
from gateway.attendance.recording import Heard, Kept, keep_tracks
from gateway.attendance.rules import fold, mended
from gateway.attendance.values import REGISTRATION, SessionState
from gateway.fleet.queries import anchors
from gateway.people import roster
from gateway.people.queries import holders
from gateway.timetable.models import Division, RegistrationPeriod, Site
from kiosk.protocol.clocks import TimeQuality
from kiosk.protocol.days import school_day

STALE = timedelta(days=2)
"""A session of an offering that ended so long ago is not begun by the clock any more."""
PORTION = 500
"""Persons judged in one transaction, so that none holds the store for long."""


@transaction.atomic
def record_tracks(*, heard: Sequence[Heard], now: datetime) -> tuple[Kept, ...]:
    """Keep new tracks, fold the days they touch, judge them, and queue what follows.

    Answers the tracks that were new; hearing a track again changes nothing. Raises
    IntegrityError when a kiosk gave one number to two tracks.
    """
    kept = keep_tracks(heard, now=now)
    _refresh(touched(kept), now)
    return kept


@transaction.atomic
def resolve_unknown(*, method: str, value: str, now: datetime) -> int:
    """Give the tracks of a credential that nobody held to the person who holds it now.

    Answers how many tracks were resolved.
    """
    holder = holders([(method, value)]).get((method, value))
    if holder is None or holder.person_id is None or holder.blocked:
        return 0
    found = Track.objects.filter(person=None, method=method, credential=value)
    if connection.features.has_select_for_update:
        list(found.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    places = list(found.values_list("site_id", "day").distinct())
    resolved = found.update(
        person_id=holder.person_id, counts=True, resolved_late=True, changed_at=now
    )
    _refresh({(site_id, day): {holder.person_id} for site_id, day in places}, now)
    return resolved


@transaction.atomic
def repair_boots(*, kiosk_id: str, boots: Collection[UUID], now: datetime) -> int:
    """Set right the instants of tracks made while a boot's clock was not yet known.

    Answers how many tracks were repaired. The days they leave and the days they come to
    are folded again. An anchor that lies ahead of a track's arrival repairs nothing.
    """
    known = anchors((kiosk_id, boot) for boot in boots)
    doubtful = Track.objects.filter(
        kiosk_id=kiosk_id,
        boot_id__in=[boot for _, boot in known],
        quality=TimeQuality.APPROXIMATE.value,
    ).select_related("site")
    if connection.features.has_select_for_update:
        doubtful = doubtful.order_by("pk").select_for_update(of=("self",), no_key=True)
    days: dict[tuple[int, date], set[int]] = {}
    rows: list[Track] = []
    for track in doubtful:
        uptime, anchor = timedelta(milliseconds=track.uptime_ms), known[kiosk_id, track.boot_id]
        at = mended(uptime, anchor, received_at=track.received_at)
        if at is None:
            continue
        rows.append(track)
        _touch(days, track)
        track.at, track.changed_at = at, now
        track.day = school_day(at, zone=track.site.tz, day_starts=track.site.day_starts)
        track.quality = TimeQuality.REPAIRED.value
        _touch(days, track)
    Track.objects.bulk_update(rows, ["at", "day", "quality", "changed_at"], batch_size=PORTION)
    _refresh(days, now)
    return len(rows)


def lay_sessions(*, site_id: int, day: date, now: datetime) -> int:
    """Make the registration sessions of a date from the weekly times; answers how many there are.

    Divisions that have a session of that kind already, from the ERP or by hand, keep it.
    """
    site = Site.objects.get(pk=site_id)
    periods = RegistrationPeriod.objects.filter(
        division__site_id=site_id, weekdays__contains=str(day.isoweekday())
    ).select_related("division")
    taken = set(Session.objects.filter(site_id=site_id, day=day).values_list("division_id", "kind"))
    free = [p for p in periods if (p.division_id, p.kind) not in taken]
    for period in free:
        at = (period.starts, period.registers, period.finishes)
        starts, registers, finishes = (_instant(day, clock, site) for clock in at)
        lay_session(
            division_id=period.division_id,
            day=day,
            kind=period.kind,
            starts_at=starts,
            registers_at=registers,
            finishes_at=finishes,
            now=now,
        )
    return len(taken) + len(free)


def lay_session(
    *,
    division_id: int,
    day: date,
    kind: str,
    starts_at: datetime,
    registers_at: datetime,
    finishes_at: datetime,
    now: datetime,
    external_id: str = "",
    title: str = "",
) -> Session:
    """Make or change the one session of this kind of a division and date.

    Where its times changed, the day is judged again. Raises PeriodRunsBackwards.
    """
    if not starts_at <= registers_at <= finishes_at:
        raise PeriodRunsBackwards(f"{kind} of {day} must start, then register, then finish")
    division = Division.objects.get(pk=division_id)
    told = {
        "starts_at": starts_at,
        "registers_at": registers_at,
        "finishes_at": finishes_at,
        "external_id": external_id,
        "title": title or f"{division.name} · {kind}",
    }
    with transaction.atomic():
        session, is_new = Session.objects.get_or_create(
            division_id=division_id,
            day=day,
            kind=kind,
            defaults={**told, "site_id": division.site_id},
        )
        changed = is_new or any(getattr(session, name) != value for name, value in told.items())
        if changed and not is_new:
            Session.objects.filter(pk=session.pk).update(**told)
            session.refresh_from_db()
    if changed:
        judge_session(session=session, now=now)
    return session


def judge_sessions(*, site_id: int, now: datetime) -> int:
    """Open the sessions whose time has come, and judge everybody who is on site already.

    Answers how many were opened. Killed half-way it begins again; twice is once.
    """
    scheduled = Session.objects.filter(
        site_id=site_id, state=SessionState.SCHEDULED.value, starts_at__lte=now
    )
    by_clock = Q(kind__in=REGISTRATION) | Q(profile__in=clock_profiles())
    due = scheduled.filter(by_clock).exclude(finishes_at__lt=now - STALE, division=None)
    opened = list(due)
    for session in opened:
        judge_session(session=session, now=now)
        Session.objects.filter(pk=session.pk, state=SessionState.SCHEDULED.value).update(
            state=SessionState.ACTIVE.value, activated_at=now
        )
    return len(opened)


def judge_session(*, session: Session, now: datetime) -> int:
    """Judge everybody on the roll from the tracks there are; answers how many words were said."""
    persons = [each.person_id for each in expected_at(session)]
    return sum(
        judge_people(session=session, person_ids=portion, now=now)
        for portion in bulk.portions(persons, PORTION)
    )


@transaction.atomic
def judge_people(*, session: Session, person_ids: Collection[int], now: datetime) -> int:
    """Judge these persons on the session's date from all there is; answers how many words."""
    roster.hold(person_ids)
    site = Site.objects.get(pk=session.site_id)
    window = timedelta(seconds=site.repeat_window_s)
    seen = sightings_of(session.site_id, session.day, person_ids)
    days = {p: fold(seen.get(p, ()), repeat_window=window) for p in person_ids}
    return judge_days(site, session.day, days, now=now)


def see_difference(*, track_id: UUID, by: str, now: datetime) -> bool:
    """Somebody knows that a kiosk showed another direction; False when it was known already."""
    unseen = Difference.objects.filter(track_id=track_id, seen_at=None)
    return bool(unseen.update(seen_at=now, seen_by=by))


def _refresh(days: Mapping[tuple[int, date], Collection[int]], now: datetime) -> None:
    """Fold and judge every touched day; persons are locked in one order for all days."""
    if not days:
        return
    roster.hold({person for persons in days.values() for person in persons})
    sites = Site.objects.in_bulk({site_id for site_id, _ in days})
    for (site_id, day), persons in days.items():
        site = sites[site_id]
        judge_days(site, day, refold(site, day, persons), now=now)


def _touch(days: dict[tuple[int, date], set[int]], track: Track) -> None:
    if track.counts and track.person_id is not None:
        days.setdefault((track.site_id, track.day), set()).add(track.person_id)


def _instant(day: date, clock: time, site: Site) -> datetime:
    return datetime.combine(day, clock, tzinfo=site.tz)
