"""Days become marks: what the rules now say is added beside what was said before."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef

from gateway.attendance import class_judging
from gateway.attendance.models import CheckIn, MarkRevision, RegistrationPolicy, Session
from gateway.attendance.rules import Day, Judgement, LatePolicy, Period, judge, revised
from gateway.attendance.saying import at_places, say, say_beside, standing_marks
from gateway.attendance.values import (
    Author,
    Base,
    CheckInState,
    LateFrom,
    Mark,
    SessionState,
    Source,
)
from gateway.attendance.words import NOTHING, Place, Speaker, Standing, Word
from gateway.timetable.models import Site
from gateway.timetable.queries import enrolled
from kiosk.protocol.lateness import Rounding

Opinion = tuple[Session, int, Judgement | None]
"""What the rules say of one person at one session."""


def judge_days(site: Site, day: date, days: Mapping[int, Day], *, now: datetime) -> int:
    """Judge each person's day against the sessions that expect them on that date.

    Answers how many words were added. Persons must be locked by the caller.
    """
    policy = policy_of(site.pk)
    opinions = [
        *_registration(site, day, days, policy, now),
        *class_judging.opinions(site, day, days),
    ]
    return keep_opinions(opinions, policy, now=now)


def keep_opinions(opinions: Sequence[Opinion], policy: RegistrationPolicy, *, now: datetime) -> int:
    """Say what is new in the rules' opinions; where a person's word stands, say it beside.

    Answers how many words were added. Persons must be locked by the caller.
    """
    if not opinions:
        return 0
    standing = standing_marks({(s.pk, p) for s, p, _ in opinions})
    rule = Speaker(Author.RULE, Source.TAPS, now)
    words, beside = _words(opinions, standing)
    say(words, policy, speaker=rule, standing=standing)
    say_beside(beside, speaker=rule, standing=standing)
    class_judging.mind_first_arrivals(words, now=now)
    return len(words)


def policy_of(site_id: int) -> RegistrationPolicy:
    """The site's policy; a site that set none has the defaults."""
    return RegistrationPolicy.objects.filter(site_id=site_id).first() or RegistrationPolicy(
        site_id=site_id
    )


def late_policy(policy: RegistrationPolicy) -> LatePolicy | None:
    """How the site tells late; None while ERP integration is off (TRK-05)."""
    if not policy.erp_enabled:
        return None
    return LatePolicy(
        after=LateFrom(policy.late_after),
        grace=timedelta(minutes=policy.grace_minutes),
        minutes_from=LateFrom(policy.minutes_from),
        rounding=Rounding(policy.rounding),
    )


def period_of(session: Session) -> Period:
    """The three points of the session."""
    return Period(session.starts_at, session.registers_at, session.finishes_at)


def _registration(
    site: Site,
    day: date,
    days: Mapping[int, Day],
    policy: RegistrationPolicy,
    now: datetime,
) -> Iterable[Opinion]:
    """Each student's day against the registration periods of their division."""
    places = enrolled(tuple(days), day)
    sessions = _sessions(site.pk, day, {place.division_id for place in places.values()})
    checked_in = _checked_in(site, sessions, tuple(places))
    late = late_policy(policy)
    for person_id, place in places.items():
        for session in sessions.get(place.division_id, ()):
            is_main = session.kind == policy.period_kind
            period = period_of(session)
            opinion = judge(
                days[person_id],
                period,
                late=late,
                is_main=is_main,
                now=now,
                checked_in_at=checked_in.get((session.pk, person_id)),
            )
            yield session, person_id, opinion


def _checked_in(
    site: Site, sessions: Mapping[int, Sequence[Session]], person_ids: Sequence[int]
) -> dict[Place, datetime]:
    """The first check-ins that count; nothing is asked where no session has any."""
    having = {
        each.pk: each
        for some in sessions.values()
        for each in some
        if getattr(each, "has_check_ins")  # noqa: B009 - an annotation
    }
    if not having:
        return {}
    found = class_judging.check_ins_of(having, person_ids)
    first = {
        place: min(
            (at for at in instants if _is_in_window(having[place[0]], site, at)), default=None
        )
        for place, instants in found.items()
    }
    return {place: at for place, at in first.items() if at is not None}


def _is_in_window(session: Session, site: Site, at: datetime) -> bool:
    window, policy = class_judging.window_of(session, site), class_judging.policy_for(session)
    return window.opens_at(policy) <= at <= window.closes_at(policy)


def _sessions(site_id: int, day: date, divisions: set[int]) -> dict[int, list[Session]]:
    by_division: dict[int, list[Session]] = defaultdict(list)
    counting = CheckIn.objects.filter(session=OuterRef("pk"), state=CheckInState.CONFIRMED.value)
    found = Session.objects.filter(site_id=site_id, day=day, division_id__in=divisions)
    found = found.annotate(has_check_ins=Exists(counting))
    for session in found.exclude(state=SessionState.CANCELLED.value).order_by("starts_at"):
        if session.division_id is not None:
            by_division[session.division_id].append(session)
    return by_division


def _words(
    opinions: Sequence[Opinion], standing: Mapping[Place, Standing]
) -> tuple[list[Word], list[Word]]:
    """What is to be said, and what only stands beside a mark above it: each where it is new.

    Where another's word or an excuse stands, what the rules said themselves is looked up.
    """
    last = _said_last([p for p, before in standing.items() if not _is_rules_own(before)])
    words: list[Word] = []
    beside: list[Word] = []
    for session, person_id, opinion in opinions:
        place = session.pk, person_id
        before = standing.get(place, NOTHING)
        new = revised(_said(before) if _is_rules_own(before) else last.get(place), opinion)
        if new is not None:
            word = Word(session, person_id, _closed(new.mark, session), new.why)
            (words if before.author is Author.RULE else beside).append(word)
    return words, beside


def _is_rules_own(before: Standing) -> bool:
    return before.author is Author.RULE and before.excuse_id is None


def _said(before: Standing) -> Mark | None:
    return None if before is NOTHING else before.mark


def _closed(mark: Mark, session: Session) -> Mark:
    """On a roll that was closed, whoever did not come after all is absent and not pending."""
    is_over = session.division_id is None and session.state == SessionState.COMPLETED.value
    return Mark(Base.ABSENT) if is_over and mark.base is Base.PENDING else mark


def _said_last(places: Collection[Place]) -> dict[Place, Mark]:
    """What the rules said last of each of these places, as far as they said anything."""
    if not places:
        return {}
    by_rule = MarkRevision.objects.filter(author=Author.RULE.value).order_by("pk")
    said = at_places(by_rule, places)
    columns = ("base", "late_minutes", "left_early_minutes", "partial", "reason", "arrived_at")
    return {
        (session_id, person_id): Mark(Base(base), *rest)
        for session_id, person_id, base, *rest in said.values_list(
            "session_id", "person_id", *columns
        )
    }
