"""A session's roll as it is read: everybody on it, what is held of each, and why."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.attendance import settling
from gateway.attendance.expecting import Expectation, expected_at
from gateway.attendance.indicating import Indicator
from gateway.attendance.indicators import indicators_of
from gateway.attendance.models import Mark as MarkRow, Session
from gateway.attendance.policy import Profile
from gateway.attendance.profiling import profile_of
from gateway.attendance.reasons import reasons_of_day
from gateway.attendance.saying import trail_of
from gateway.attendance.settling import UNSAID, Said, Settled
from gateway.attendance.status import status
from gateway.attendance.values import Author, Base, Mark, SessionState, Source


@dataclass(frozen=True, slots=True)
class RollLine:
    """One person on a roll; `base` is pending while nobody said anything.

    `year_group` is what they belong to: a year group or an offering, empty for one who is
    booked or not expected any more. `status` is one of `status.KEYS`, with the profile's name
    and short form of it. `is_subdued`: there is a mark, and no enrolment or booking covers the
    session any more. `is_conflict`: a kiosk saw them, and a person says they were away.
    `joined_by` says how one who is not enrolled came onto the roll. `late_reason` is what a
    late person said at the kiosk that day, empty for nothing. Rolls of registration periods
    carry no `indicators`.
    """

    person_id: int
    name: str
    year_group: str
    base: Base
    late_minutes: int | None
    reason: str
    why: str
    author: str
    late_reason: str
    left_early_minutes: int | None
    partial: bool
    arrived_at: datetime | None
    note: str
    status: str
    status_name: str
    status_short: str
    source: str
    standing: str
    joined_by: str
    is_subdued: bool
    is_conflict: bool
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a roll holds beside its marks."""

    profile: Profile
    is_over: bool
    trails: Mapping[int, list[Said]]
    reasons: Mapping[int, str]
    indicators: Mapping[int, tuple[Indicator, ...]]


@dataclass(frozen=True, slots=True)
class _Marked:
    """A current mark with its person's name."""

    name: str
    mark: Mark
    stands: Settled


_UNMARKED = _Marked("", UNSAID, Settled(UNSAID, Author.RULE))


def roll_of(session_id: int, *, now: datetime) -> tuple[RollLine, ...]:
    """The roll of a session with the current marks; empty when there is no such session.

    Those expected come first, as `expecting.expected_at` has them; then, by name, whoever is
    marked and not expected any more.
    """
    session = Session.objects.filter(pk=session_id).first()
    return () if session is None else lines_of(session, now=now)


def lines_of(session: Session, *, now: datetime) -> tuple[RollLine, ...]:
    """As `roll_of`, of a session that was read already."""
    marks = _marks(session)
    expected = expected_at(session)
    gone = tuple(_gone(marks, {each.person_id for each in expected}))
    beside = _Beside(
        profile=profile_of(session.profile),
        is_over=is_over(session, now),
        trails=_trails(session, marks),
        reasons=reasons_of_day(session.site_id, session.day),
        indicators=_indicators(session, [each.person_id for each in (*expected, *gone)]),
    )
    return (
        *(_line(each, marks.get(each.person_id, _UNMARKED), beside) for each in expected),
        *(_line(each, marks[each.person_id], beside, is_subdued=True) for each in gone),
    )


def is_over(session: Session, now: datetime) -> bool:
    """Whether nobody is called booked any more (TRN-01)."""
    return session.state == SessionState.COMPLETED.value or now >= session.finishes_at


def _marks(session: Session) -> dict[int, _Marked]:
    rows = MarkRow.objects.filter(session=session, person__merged_into=None).select_related(
        "person"
    )
    return {row.person_id: _marked(row) for row in rows}


def _marked(row: MarkRow) -> _Marked:
    mark = Mark(
        Base(row.base), row.late_minutes, row.left_early_minutes, row.partial, row.reason,
        row.arrived_at,
    )  # fmt: skip
    stands = Settled(mark, Author(row.author), row.why, row.excuse_id, row.note)
    return _Marked(str(row.person).strip(), mark, stands)


def _trails(session: Session, marks: Mapping[int, _Marked]) -> dict[int, list[Said]]:
    """What was said of those whom a person marked: only they can be in conflict."""
    by_hand = [p for p, each in marks.items() if each.stands.author is Author.PERSON]
    if not by_hand:
        return {}
    return {
        person: said
        for (_, person), said in trail_of([(session.pk, each) for each in by_hand]).items()
    }


def _indicators(
    session: Session, person_ids: Collection[int]
) -> Mapping[int, tuple[Indicator, ...]]:
    """None on the roll of a registration: half a school is on it, and nobody calls it."""
    return indicators_of(session, person_ids) if session.division_id is None else {}


def _gone(marks: Mapping[int, _Marked], expected: Collection[int]) -> Iterable[Expectation]:
    """Those of whom something is said though nobody expects them any more."""
    left = [
        (each.name, person)
        for person, each in marks.items()
        if person not in expected and each.mark.base is not Base.PENDING
    ]
    return (Expectation(person, name, "") for name, person in sorted(left))


def _line(
    who: Expectation, marked: _Marked, beside: _Beside, *, is_subdued: bool = False
) -> RollLine:
    mark, stands = marked.mark, marked.stands
    called = status(mark, beside.profile, is_over=beside.is_over)
    said = beside.trails.get(who.person_id, [])
    return RollLine(
        person_id=who.person_id,
        name=who.name,
        year_group=who.group,
        base=mark.base,
        late_minutes=mark.late_minutes,
        reason=mark.reason,
        why=stands.why,
        author=stands.author.value if marked is not _UNMARKED else "",
        late_reason=beside.reasons.get(who.person_id, "") if mark.late_minutes else "",
        left_early_minutes=mark.left_early_minutes,
        partial=mark.partial,
        arrived_at=mark.arrived_at,
        note=stands.note,
        status=called.key,
        status_name=called.name,
        status_short=called.short,
        source=_source(said),
        standing=who.standing.value if who.standing else "",
        joined_by=who.source.value if who.source else "",
        is_subdued=is_subdued,
        is_conflict=settling.conflict(said, stands),
        indicators=beside.indicators.get(who.person_id, ()),
    )


def _source(said: Iterable[Said]) -> str:
    """How the last word that a person said came about; empty where none did."""
    by_hand = [w for w in said if w.author is Author.PERSON and w.source is not Source.NOTE]
    return by_hand[-1].source.value if by_hand else ""
