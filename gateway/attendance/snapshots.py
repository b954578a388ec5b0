"""How sessions are judged and spoken of: what a site, an offering or a session picks itself.

Sessions keep what held when they were made. What changes reaches those that have not begun.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from gateway.attendance.errors import TaughtAlready, UnknownSession
from gateway.attendance.expecting import expected_at
from gateway.attendance.laying_rules import numbers_for, profile_for
from gateway.attendance.marking import Actor, permit
from gateway.attendance.meetings import SCHEDULED, hold_site, met, offerings_in
from gateway.attendance.models import Session, SessionOffering
from gateway.attendance.policy import Deed
from gateway.attendance.profiling import check_overrides
from gateway.attendance.services import judge_session
from gateway.people import roster
from gateway.timetable.errors import UnknownPlace
from gateway.timetable.models import Offering, Site
from gateway.timetable.offerings import offering_of
from kiosk.protocol.days import school_day

Numbers = Mapping[str, Any]  # `profiling` checks them
MOST_AT_ONCE = 200


@transaction.atomic
def set_site_profile(*, site_id: int, profile: str, overrides: Numbers, now: datetime) -> int:
    """How sessions of the site are judged where their offering picks nothing itself.

    Answers how many sessions that have not begun changed with it. Raises UnknownPlace,
    UnknownProfile, WrongOverride.
    """
    if not Site.objects.filter(pk=site_id).exists():
        raise UnknownPlace(f"there is no site {site_id}")
    check_overrides(profile, overrides)
    site = hold_site(site_id)
    site.profile, site.overrides = profile, dict(overrides)
    site.save(update_fields=("profile", "overrides"))
    return _renew(Q(site=site), site, now)


@transaction.atomic
def set_offering_profile(
    *, offering_id: int, profile: str, overrides: Numbers, now: datetime
) -> int:
    """How an offering's sessions are judged; an empty profile leaves it to the site.

    Answers how many sessions that have not begun changed with it. Raises UnknownOffering,
    UnknownProfile, WrongOverride.
    """
    offering = offering_of(offering_id)
    site = hold_site(offering.site_id)
    check_overrides(profile or site.profile, overrides)
    Offering.objects.filter(pk=offering.pk).update(profile=profile, overrides=dict(overrides))
    meets = SessionOffering.objects.filter(offering=offering).values("session")
    return _renew(Q(pk__in=meets), site, now)


@transaction.atomic
def set_own_numbers(*, session_id: int, overrides: Numbers, by: Actor, now: datetime) -> None:
    """Numbers of one session alone, such as its grace (SES-01), while it has not begun.

    Raises UnknownSession, NotPermitted, WrongOverride, TaughtAlready.
    """
    session = Session.objects.filter(pk=session_id, division=None).first()
    if session is None:
        raise UnknownSession(f"there is no session {session_id} of an offering")
    permit(session, by, Deed.ACTIVATE)
    site = hold_site(session.site_id)
    check_overrides(session.profile, overrides)
    roster.hold([each.person_id for each in expected_at(session)])
    mine = Session.objects.filter(_not_begun(now), pk=session.pk)
    if not mine.update(own_overrides=dict(overrides)):
        raise TaughtAlready(f"{session.title} has begun: it is judged as it was set")
    _renew(Q(pk=session.pk), site, now)


def _renew(which: Q, site: Site, now: datetime) -> int:
    """Let sessions that have not begun be judged as is now set; those on a roll of today anew."""
    rows = list(Session.objects.filter(which, _not_begun(now), division=None).order_by("pk"))
    changed = _with_news(rows, site)
    today = school_day(now, zone=site.tz, day_starts=site.day_starts)
    due = [session for session in changed if session.day <= today]
    roster.hold({each.person_id for session in due for each in expected_at(session)})
    Session.objects.bulk_update(changed, ("profile", "overrides"), batch_size=MOST_AT_ONCE)
    for session in due:
        judge_session(session=session, now=now)
    return len(changed)


def _with_news(sessions: list[Session], site: Site) -> list[Session]:
    """Those whose profile or numbers become different, with the new ones."""
    offerings = offerings_in([each.pk for each in sessions])
    changed = []
    for session in sessions:
        taken = [met(each) for each in offerings[session.pk]]
        news = (
            profile_for(taken, site.profile),
            numbers_for(site.overrides, taken, session.own_overrides),
        )
        if news != (session.profile, session.overrides):
            session.profile, session.overrides = news
            session.site = site
            changed.append(session)
    return changed


def _not_begun(now: datetime) -> Q:
    return Q(state=SCHEDULED, starts_at__gt=now)
