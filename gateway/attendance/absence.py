"""Automatic absence: who would be marked, what it waits for, and the closing of the roll."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from gateway import bulk
from gateway.attendance.errors import ReasonMissing, UnknownHold, UnknownSession
from gateway.attendance.judging import policy_of
from gateway.attendance.models import (
    AbsenceHold,
    AbsenceRun,
    RegistrationPolicy,
    Session,
    Track,
)
from gateway.attendance.rules import Expected, Plan, Reasons, plan_absence
from gateway.attendance.saying import say, standing_marks
from gateway.attendance.values import Author, Base, Hold, HoldKind, Mark, SessionState, Source
from gateway.attendance.words import Speaker, Word
from gateway.fleet.queries import heard, losses
from gateway.fleet.rules import silent_kiosks
from gateway.people import roster
from gateway.timetable.queries import Enrolled, roll, school_day
from kiosk.protocol.clocks import TimeQuality
from kiosk.protocol.days import day_bounds, school_day as date_of

PORTION = 500
UNEXPLAINED = Mark(Base.ABSENT)
WHY = "no sign-in by the end of registration"

Codes = Callable[[], frozenset[str] | None]
"""Asks for the absence codes the ERP knows; None where no ERP is connected."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One student of a preview, and why."""

    person_id: int
    name: str
    year_group: str
    why: str


@dataclass(frozen=True, slots=True)
class AbsencePlan:
    """What automatic absence would do to one session at this moment.

    `refused` says why it does not run at all, such as "not a school day"; else it is empty.
    """

    session_id: int
    title: str
    holds: tuple[Hold, ...]
    to_mark: tuple[Planned, ...]
    left_out: tuple[Planned, ...]
    refused: str = ""


@dataclass(frozen=True, slots=True)
class AbsenceOutcome:
    """What one firing did to one session."""

    session_id: int
    state: str
    marked: int
    holds: tuple[Hold, ...]
    refused: str = ""


def preview(*, session_id: int, codes: Codes, now: datetime) -> AbsencePlan:
    """Whom automatic absence would mark now, whom not, and why (BEY-09). Changes nothing.

    Raises UnknownSession.
    """
    session = Session.objects.select_related("site").filter(pk=session_id).first()
    if session is None:
        raise UnknownSession(f"there is no session {session_id}")
    policy = policy_of(session.site_id)
    members = _members(session)
    plan = _plan(session, policy, members, codes)
    by_id = {member.person_id: member for member in members}
    return AbsencePlan(
        session_id=session.pk,
        title=session.title,
        holds=plan.holds,
        to_mark=tuple(_planned(by_id[p], WHY) for p in plan.to_mark),
        left_out=tuple(_planned(by_id[p], why) for p, why in plan.left_out.items()),
        refused=_refusal(session, policy, now),
    )


def run(*, site_id: int, codes: Codes, now: datetime) -> tuple[AbsenceOutcome, ...]:
    """Close the rolls of today's registration that are due; what cron fires.

    Safe to fire as often as one likes: a student is marked once per period. Killed
    half-way it goes on where it stopped. Where it must wait it marks nobody and keeps a
    hold for staff to see.
    """
    policy = RegistrationPolicy.objects.select_related("site").filter(site_id=site_id).first()
    if policy is None:
        return ()
    site = policy.site
    today = date_of(now, zone=site.tz, day_starts=site.day_starts)
    sessions = Session.objects.filter(site_id=site_id, day=today, kind=policy.period_kind)
    sessions = sessions.exclude(state=SessionState.CANCELLED.value).select_related("site")
    return tuple(_run_one(session, policy, codes, now) for session in sessions.order_by("pk"))


@transaction.atomic
def release_hold(*, hold_id: int, by: str, because: str, now: datetime) -> None:
    """Let automatic absence go on in spite of this reason. Raises UnknownHold, ReasonMissing."""
    if not because.strip():
        raise ReasonMissing("say why the absence may be marked all the same")
    released = AbsenceHold.objects.filter(pk=hold_id, released_at=None, cleared_at=None).update(
        released_at=now, released_by=by, released_because=because.strip()
    )
    if not released:
        raise UnknownHold(f"there is no open hold {hold_id}; it may have been let go already")


def _run_one(
    session: Session, policy: RegistrationPolicy, codes: Codes, now: datetime
) -> AbsenceOutcome:
    refused = _refusal(session, policy, now)
    if refused:
        return AbsenceOutcome(session.pk, "refused", 0, (), refused)
    plan = _plan(session, policy, _members(session), codes)
    _keep_holds(session, plan.holds, now)
    if plan.holds:
        _keep_run(session, AbsenceRun.State.HOLDING, now)
        return AbsenceOutcome(session.pk, AbsenceRun.State.HOLDING, 0, plan.holds)
    _keep_run(session, AbsenceRun.State.RUNNING, now)
    marked = sum(
        _close(session, policy, part, now) for part in bulk.portions(plan.to_mark, PORTION)
    )
    _finish(session, marked, now)
    return AbsenceOutcome(session.pk, AbsenceRun.State.DONE, marked, ())


def _members(session: Session) -> tuple[Enrolled, ...]:
    """The students registered there; nobody where the session is no registration period."""
    return () if session.division_id is None else roll(session.division_id, session.day)


def _refusal(session: Session, policy: RegistrationPolicy, now: datetime) -> str:
    if not policy.absence_enabled:
        return "automatic absence is switched off for this site"
    if session.kind != policy.period_kind:
        return f"automatic absence is set to {policy.period_kind} registration"
    if now <= session.finishes_at:
        return "registration is not over yet"
    day = school_day(session.site_id, session.day)
    return "" if day.is_open else f"not a school day: {day.why}"


def _plan(
    session: Session, policy: RegistrationPolicy, members: Sequence[Enrolled], codes: Codes
) -> Plan:
    until = heard(session.site_id)
    silent = silent_kiosks(until, cutoff=session.finishes_at)
    reasons = Reasons(
        year_groups=_year_groups(policy),
        unheard={kiosk: until[kiosk] for kiosk in silent},
        lost=losses(session.site_id, since=_bounds(session)[0]),
        code=policy.absence_code,
        known_codes=codes() if policy.erp_enabled else None,
        share_limit=float(policy.share_limit),
        released=_released(session),
    )
    return plan_absence(_expected(session, members), reasons)


def _year_groups(policy: RegistrationPolicy) -> frozenset[int]:
    """Those it was set up for; none at a site whose policy nobody has set."""
    return frozenset(policy.year_groups.values_list("pk", flat=True)) if policy.pk else frozenset()


def _expected(session: Session, members: Sequence[Enrolled]) -> list[Expected]:
    seen = _seen(session, [m.person_id for m in members])
    marks = dict(session.marks.values_list("person_id", "base"))
    return [
        Expected(
            person_id=m.person_id,
            year_group_id=m.year_group_id,
            year_group=m.year_group,
            has_track=m.person_id in seen,
            mark=Base(marks[m.person_id]) if m.person_id in marks else None,
        )
        for m in members
    ]


def _seen(session: Session, person_ids: Sequence[int]) -> set[int]:
    """Which of these may have come: who has a track of that date anywhere.

    One whose time is only approximate counts from the day it is held for to the day it was
    received: the kiosk may have made it on any day between.
    """
    rows = Track.objects.filter(day=session.day, counts=True)
    seen = {
        person_id
        for part in bulk.portions(person_ids, PORTION)
        for person_id in rows.filter(person_id__in=part).values_list("person_id", flat=True)
    }
    first, after = _bounds(session)
    doubtful = Track.objects.filter(
        quality=TimeQuality.APPROXIMATE.value, counts=True, at__lt=after, received_at__gte=first
    )
    seen |= set(doubtful.values_list("person_id", flat=True))
    return {person_id for person_id in seen if person_id is not None}


def _bounds(session: Session) -> tuple[datetime, datetime]:
    site = session.site
    return day_bounds(session.day, zone=site.tz, day_starts=site.day_starts)


def _released(session: Session) -> frozenset[tuple[HoldKind, str]]:
    rows = session.holds.exclude(released_at=None).values_list("kind", "subject")
    return frozenset((HoldKind(kind), subject) for kind, subject in rows)


@transaction.atomic
def _close(
    session: Session, policy: RegistrationPolicy, person_ids: Sequence[int], now: datetime
) -> int:
    """Mark a portion absent, looking once more for tracks and marks that came meanwhile."""
    roster.hold(person_ids)
    seen = _seen(session, person_ids)
    standing = standing_marks([(session.pk, each) for each in person_ids])
    marked = {p for (_, p), stands in standing.items() if stands.mark.base is not Base.PENDING}
    absent = [p for p in person_ids if p not in seen and p not in marked]
    words = [Word(session, person_id, UNEXPLAINED, WHY) for person_id in absent]
    say(words, policy, speaker=Speaker(Author.RULE, Source.CLOSING, now), standing=standing)
    AbsenceRun.objects.filter(session=session).update(fired_at=now)
    return len(words)


@transaction.atomic
def _keep_holds(session: Session, holds: Sequence[Hold], now: datetime) -> None:
    open_now = {(hold.kind.value, hold.subject) for hold in holds}
    for row in session.holds.filter(cleared_at=None, released_at=None):
        if (row.kind, row.subject) not in open_now:
            AbsenceHold.objects.filter(pk=row.pk).update(cleared_at=now)
    bulk.insert(
        AbsenceHold,
        ("session", "kind", "subject", "why", "noticed_at", "released_by", "released_because"),
        [(session.pk, h.kind.value, h.subject, h.why, now, "", "") for h in holds],
        on_conflict="(session_id, kind, subject) DO UPDATE SET why = excluded.why, "
        "cleared_at = NULL",
    )


def _keep_run(session: Session, state: str, now: datetime) -> None:
    AbsenceRun.objects.update_or_create(
        session=session, defaults={"state": state, "fired_at": now}, create_defaults=None
    )


@transaction.atomic
def _finish(session: Session, marked: int, now: datetime) -> None:
    row = AbsenceRun.objects.select_for_update().get(session=session)
    row.state, row.finished_at = AbsenceRun.State.DONE, now
    row.marked += marked
    row.save()
    Session.objects.filter(pk=session.pk).update(state=SessionState.COMPLETED.value)


def _planned(member: Enrolled, why: str) -> Planned:
    return Planned(member.person_id, member.name, member.year_group, why)
