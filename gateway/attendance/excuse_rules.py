"""Who may ask for an excuse, who decides it, and what becomes of it. Values in, values out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from gateway.attendance.policy import Deed, Profile
from gateway.attendance.values import Base, ExcuseReason, ExcuseState, Mark
from gateway.people.values import Role
from kiosk.protocol.days import day_bounds

OFFICE = frozenset({Role.ADMIN, Role.OFFICE})
LONGEST = timedelta(days=366)
FURTHEST = timedelta(days=2 * 366)
"""How far from today an excuse may begin or end."""
TICK = timedelta(microseconds=1)


class Step(StrEnum):
    """What is done with an excuse that somebody asked for."""

    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


_NEXT = {
    (ExcuseState.REQUESTED, Step.APPROVE): ExcuseState.APPROVED,
    (ExcuseState.REQUESTED, Step.REFUSE): ExcuseState.REFUSED,
    (ExcuseState.REQUESTED, Step.WITHDRAW): ExcuseState.WITHDRAWN,
    (ExcuseState.APPROVED, Step.WITHDRAW): ExcuseState.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class Span:
    """Two instants; sessions that start between them, both included, are covered."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Standpoint:
    """Who somebody is to an excuse: what the login may do, and how it stands to the person.

    `asked` and `decided` say that the excuse is of this login's asking or deciding.
    """

    roles: frozenset[Role]
    is_guardian: bool = False
    is_themselves: bool = False
    asked: bool = False
    decided: bool = False


def following(state: ExcuseState, step: Step) -> ExcuseState | None:
    """What the excuse is after the step; None where the step cannot be taken.

    What was refused or withdrawn stays so: ask again.
    """
    return _NEXT.get((state, step))


def whole_days(first: date, last: date, *, zone: ZoneInfo, day_starts: time) -> Span:
    """From the first instant of one school date to the last of another, on the site's clock."""
    starts_at, _ = day_bounds(first, zone=zone, day_starts=day_starts)
    _, after = day_bounds(last, zone=zone, day_starts=day_starts)
    return Span(starts_at, after - TICK)


def fault_of(span: Span, *, now: datetime) -> str:
    """Why nobody can be excused for that time; empty where they can."""
    if span.ends_at < span.starts_at:
        return "an excuse ends after it begins"
    if span.ends_at - span.starts_at > LONGEST:
        return "an excuse is for a year at most: ask for each year by itself"
    if abs(span.starts_at - now) > FURTHEST:
        return "an excuse begins within two years of today"
    return ""


def may_ask(who: Standpoint) -> bool:
    """Guardians ask for their children, people for themselves, the office for anybody."""
    return who.is_guardian or who.is_themselves or not OFFICE.isdisjoint(who.roles)


def may_decide(who: Standpoint, reason: ExcuseReason, profiles: Collection[Profile]) -> bool:
    """Whether all profiles that the person is judged by let this login decide (POL-03).

    Another reason than the named ones always needs an administrator. Somebody whom no
    profile judges is decided about by the office.
    """
    if reason is ExcuseReason.OTHER and Role.ADMIN not in who.roles:
        return False
    if not profiles:
        return not OFFICE.isdisjoint(who.roles)
    return all(profile.allows(Deed.DECIDE_EXCUSE, who.roles) for profile in profiles)


def may_excuse_at_session(who: Standpoint, reason: ExcuseReason, profile: Profile) -> bool:
    """Whether the login may excuse somebody at once from one session of this profile.

    Who marks there may, for the reasons that the profile holds to be valid (POL-03).
    """
    is_valid = reason in profile.teacher_reasons and reason is not ExcuseReason.OTHER
    by_marking = is_valid and profile.allows(Deed.MARK, who.roles)
    return by_marking or may_decide(who, reason, [profile])


def may_withdraw(
    who: Standpoint,
    reason: ExcuseReason,
    profiles: Collection[Profile],
    *,
    is_requested: bool,
    has_begun: bool,
) -> bool:
    """Who decides and who decided may; the family while it is a request or has not begun.

    Of the family, guardians may whoever asked, and people themselves what they asked for.
    """
    if who.decided or may_decide(who, reason, profiles):
        return True
    is_theirs = who.is_guardian or (who.is_themselves and who.asked)
    return is_theirs and (is_requested or not has_begun)


def may_mark(mark: Mark, roles: frozenset[Role], profile: Profile) -> bool:
    """Whether the roles may say this mark by hand: who excuses needs a reason that is valid."""
    if mark.base is Base.MEDICAL_LEAVE:
        reasons = {ExcuseReason.MEDICAL.value}
    elif mark.base is Base.EXCUSED:
        reasons = {mark.reason}
    else:
        return True
    is_valid = not reasons.isdisjoint(each.value for each in profile.teacher_reasons)
    return is_valid or profile.allows(Deed.DECIDE_EXCUSE, roles)


def may_see_certificate(who: Standpoint) -> bool:
    """Certificates are for the family and the office; a teacher sees whether one is there."""
    return may_ask(who)


def is_alive(state: ExcuseState) -> bool:
    """Whether the excuse is asked for or stands."""
    return state in {ExcuseState.REQUESTED, ExcuseState.APPROVED}


def is_certificate_due(reason: ExcuseReason, state: ExcuseState, *, certificates: int) -> bool:
    """A medical excuse is proved by a certificate, as long as it is asked for or stands."""
    return reason is ExcuseReason.MEDICAL and is_alive(state) and certificates == 0
