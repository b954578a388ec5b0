"""What kiosks must be told: their site's settings, tracks they have missed."""

import base64
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from django.db.models import F, Q

from gateway.attendance.judging import late_policy, period_of, policy_of
from gateway.attendance.models import Session, Track
from gateway.attendance.rules import LatePolicy, Period, lateness
from gateway.attendance.values import SessionState
from gateway.fleet.options import Options, door_options
from gateway.ingest.session_codes import session_codes
from gateway.keys import gateway_key
from gateway.people.badge_keys import badge_keys
from gateway.people.pins import pin_key
from gateway.timetable.models import RegistrationPeriod, Site, YearGroup
from gateway.timetable.queries import school_day
from kiosk.protocol.days import school_day as date_of
from kiosk.protocol.messages import LatePeriod, SiteSettings, SiteTrack
from kiosk.protocol.options import FaceOptions, FallbackOptions, GroupName, PhotoOptions

DAYS_AHEAD = 14
"""How many days a kiosk that is cut off can still say how late somebody is."""


def site_settings(site: Site, *, now: datetime) -> SiteSettings:
    """What a kiosk must know of the site to decide alone."""
    options = door_options(site.pk)
    return SiteSettings(
        site=site.slug,
        name=site.name,
        zone=site.zone,
        day_starts=site.day_starts,
        repeat_window_s=site.repeat_window_s,
        late_periods=_late_periods(site, now),
        seal_key=base64.b64encode(gateway_key().public).decode(),
        badge_keys=badge_keys(),
        photo=PhotoOptions(on=options.photo_on),
        face=_face_options(options),
        fallback=_fallback(options),
        show_names=options.show_names,
        ask_late_reason=options.ask_late_reason,
        session_codes=session_codes(site, now=now) if options.show_session_codes else (),
        year_groups=_group_names(site),
    )


def _group_names(site: Site) -> tuple[GroupName, ...]:
    rows = YearGroup.objects.filter(division__site=site).order_by("position", "name", "pk")
    return tuple(GroupName(id=pk, name=name) for pk, name in rows.values_list("pk", "name"))


def _fallback(options: Options) -> FallbackOptions:
    """The key of PINs goes out only where a PIN may be entered."""
    key = base64.b64encode(pin_key()).decode() if options.fallback_pin else ""
    return FallbackOptions(pin=options.fallback_pin, names=options.fallback_names, pin_key=key)


def _face_options(options: Options) -> FaceOptions:
    return FaceOptions(
        confirm=options.face_confirm,
        identify=options.face_identify,
        threshold=options.face_threshold,
        margin=options.face_margin,
        smallest_px=options.face_smallest_px,
        blink=options.face_blink,
    )


def changed_tracks(site_id: int, *, since: datetime, until: datetime) -> list[Track]:
    """The site's counted tracks of which something was learnt after `since`, up to `until`."""
    rows = Track.objects.filter(
        site_id=site_id, changed_at__gt=since, changed_at__lte=until, counts=True
    )
    return list(rows.order_by("changed_at"))


def late_news(site_id: int, *, since: datetime, until: datetime) -> list[Track]:
    """Tracks that were repaired or resolved after they had been stored, and those of tablets.

    What a kiosk sends is told by who takes it in; a tablet's tap is committed elsewhere.
    """
    rows = Track.objects.filter(
        site_id=site_id, changed_at__gt=since, changed_at__lte=until, counts=True
    )
    return list(rows.filter(~Q(changed_at=F("received_at")) | ~Q(kiosk__tablet=None)))


def site_track(row: Track) -> SiteTrack:
    """The track as kiosks hear of it; it has a person because it counts."""
    return SiteTrack(id=row.pk, person=row.person_id or 0, kiosk=row.kiosk_id, made_at=row.at)


def _late_periods(site: Site, now: datetime) -> tuple[LatePeriod, ...]:
    policy = policy_of(site.pk)
    late = late_policy(policy)
    if late is None:
        return ()
    today = date_of(now, zone=site.tz, day_starts=site.day_starts)
    groups = _groups_by_division(site)
    found = (
        (day, division, period)
        for day in (today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD))
        for division, period in _periods(site, day, policy.period_kind)
    )
    return tuple(
        _late_period(day, groups[division], period, late)
        for day, division, period in found
        if groups[division]
    )


def _late_period(
    day: date, groups: Sequence[int], period: Period, policy: LatePolicy
) -> LatePeriod:
    rule = lateness(period, policy)
    return LatePeriod(
        day=day,
        year_groups=tuple(groups),
        late_after=rule.after,
        minutes_from=rule.minutes_from,
        rounding=rule.rounding,
    )


def _periods(site: Site, day: date, kind: str) -> Iterable[tuple[int, Period]]:
    """The sessions laid for the day; else, on a school day, the weekly times."""
    laid = Session.objects.filter(site=site, day=day, kind=kind)
    laid = laid.exclude(state=SessionState.CANCELLED.value).order_by("division_id")
    sessions = list(laid)
    if sessions:
        return [(each.division_id, period_of(each)) for each in sessions if each.division_id]
    weekly = RegistrationPeriod.objects.filter(
        division__site=site, kind=kind, weekdays__contains=str(day.isoweekday())
    ).order_by("division_id")
    rows = list(weekly)
    if not rows or not school_day(site.pk, day).is_open:
        return []
    return [(row.division_id, _dated(row, day, site)) for row in rows]


def _dated(row: RegistrationPeriod, day: date, site: Site) -> Period:
    def at(clock: time) -> datetime:
        return datetime.combine(day, clock, tzinfo=site.tz)

    return Period(at(row.starts), at(row.registers), at(row.finishes))


def _groups_by_division(site: Site) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = defaultdict(list)
    rows = YearGroup.objects.filter(division__site=site).order_by("pk")
    for group_id, division_id in rows.values_list("pk", "division_id"):
        groups[division_id].append(group_id)
    return groups
