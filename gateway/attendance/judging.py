"""Days become marks: what a rule now says is added beside what was said before."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gateway import bulk
from gateway.attendance.events import MarkChanged
from gateway.attendance.models import Mark as MarkRow
from gateway.attendance.models import MarkRevision, RegistrationPolicy, Session
from gateway.attendance.rules import Day, LatePolicy, Period, judge, revised
from gateway.attendance.values import Author, Base, LateFrom, Mark, SessionState
from gateway.outbox.services import Promise, queue
from gateway.timetable.queries import enrolled
from kiosk.protocol.lateness import Rounding

ERP = "erp"

_REVISION = (
    "session", "person", "base", "late_minutes", "left_early_minutes", "partial", "reason", "why",
    "author", "author_name", "made_at",
)  # fmt: skip
_MARK = tuple(name for name in _REVISION if name != "author_name")
_MARK_IS_REPLACED = "(session_id, person_id) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in _MARK[2:]
)


@dataclass(frozen=True, slots=True)
class Word:
    """One thing to be said about one person on one roll."""

    session: Session
    person_id: int
    mark: Mark
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The current mark and whose word it is."""

    mark: Mark
    author: Author


def judge_days(site_id: int, day: date, days: Mapping[int, Day], *, now: datetime) -> int:
    """Judge each student's day against the registration periods of that date.

    Answers how many words were added. Persons must be locked by the caller.
    """
    places = enrolled(tuple(days), day)
    sessions = _sessions(site_id, day, {place.division_id for place in places.values()})
    if not sessions:
        return 0
    policy = policy_of(site_id)
    pairs = [(s, p) for p, place in places.items() for s in sessions.get(place.division_id, ())]
    standing = standing_marks({s.pk for s, _ in pairs}, places)
    words = _words(pairs, days, standing, policy, now)
    say(words, policy, author=Author.RULE, now=now)
    return len(words)


def say(
    words: Sequence[Word],
    policy: RegistrationPolicy,
    *,
    author: Author,
    now: datetime,
    author_name: str = "",
) -> None:
    """Add the words as revisions, make them current, and queue who must hear of them."""
    _revise(words, author, author_name, now)
    rows = [(*_columns(word, author), now) for word in words]
    bulk.insert(MarkRow, _MARK, rows, on_conflict=_MARK_IS_REPLACED)
    queue(_promises(words, policy), now=now)


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


def standing_marks(
    session_ids: Collection[int], person_ids: Collection[int]
) -> dict[tuple[int, int], Standing]:
    """The current marks of these persons on these rolls."""
    found = MarkRow.objects.filter(session_id__in=session_ids, person_id__in=person_ids)
    columns = ("session_id", "person_id", "author", "base", "late_minutes")
    more = ("left_early_minutes", "partial", "reason")
    return {
        (session_id, person_id): Standing(Mark(Base(base), *rest), Author(author))
        for session_id, person_id, author, base, *rest in found.values_list(*columns, *more)
    }


def _sessions(site_id: int, day: date, divisions: set[int]) -> dict[int, list[Session]]:
    by_division: dict[int, list[Session]] = defaultdict(list)
    found = Session.objects.filter(site_id=site_id, day=day, division_id__in=divisions)
    for session in found.exclude(state=SessionState.CANCELLED.value).order_by("starts_at"):
        by_division[session.division_id].append(session)
    return by_division


def _words(
    pairs: Iterable[tuple[Session, int]],
    days: Mapping[int, Day],
    standing: Mapping[tuple[int, int], Standing],
    policy: RegistrationPolicy,
    now: datetime,
) -> list[Word]:
    """What is to be said; opinions that a person's mark outranks are only kept beside it."""
    late = late_policy(policy)
    words: list[Word] = []
    beside: list[Word] = []
    for session, person_id in pairs:
        is_main = session.kind == policy.period_kind
        day = days[person_id]
        opinion = judge(day, period_of(session), late=late, is_main=is_main, now=now)
        before = standing.get((session.pk, person_id))
        outranked = before is not None and before.author is not Author.RULE
        new = opinion if outranked else revised(before.mark if before else None, opinion)
        if new is not None:
            word = Word(session, person_id, new.mark, new.why)
            (beside if outranked else words).append(word)
    _keep_new_opinions(beside, now)
    return words


def _keep_new_opinions(words: Sequence[Word], now: datetime) -> None:
    """Only what the rules have not said last is worth a line beside a person's mark."""
    if not words:
        return
    said = MarkRevision.objects.filter(
        session_id__in={w.session.pk for w in words},
        person_id__in={w.person_id for w in words},
        author=Author.RULE.value,
    ).order_by("made_at", "pk")
    last = {
        (session_id, person_id): Mark(Base(base), late)
        for session_id, person_id, base, late in said.values_list(
            "session_id", "person_id", "base", "late_minutes"
        )
    }
    new = [w for w in words if last.get((w.session.pk, w.person_id)) != w.mark]
    _revise(new, Author.RULE, "", now)


def _revise(words: Sequence[Word], author: Author, author_name: str, now: datetime) -> None:
    rows = [(*_columns(word, author), author_name, now) for word in words]
    bulk.insert(MarkRevision, _REVISION, rows)


def _columns(word: Word, author: Author) -> tuple[object, ...]:
    mark = word.mark
    return (
        word.session.pk, word.person_id, mark.base.value, mark.late_minutes,
        mark.left_early_minutes, mark.partial, mark.reason, word.why, author.value,
    )  # fmt: skip


def _promises(words: Sequence[Word], policy: RegistrationPolicy) -> list[Promise]:
    if not policy.erp_enabled:
        return []
    events = (
        MarkChanged.of(w.session.pk, w.person_id, w.mark) for w in words if w.session.external_id
    )
    return [
        Promise(ERP, event.subject, event.lane, event.to_json(), event.priority) for event in events
    ]
