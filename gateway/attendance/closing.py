"""Closing a roll: whoever nobody has said anything of is absent. One operation for all who ask.

Automatic absence, End session, check-in mode and a training that is over all do this.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from gateway.attendance.expecting import Expectation, expected_at
from gateway.attendance.judging import policy_of
from gateway.attendance.models import Session
from gateway.attendance.saying import say, standing_marks
from gateway.attendance.values import Author, Base, Mark, SessionState, Source
from gateway.attendance.words import NOTHING, Speaker, Word
from gateway.timetable.values import HELD

DID_NOT_COME = "nothing was said of them when the roll was closed"
NOT_CHECKED_IN = "not checked in yet"


def close(
    session: Session,
    *,
    now: datetime,
    by: str = "",
    why: str = DID_NOT_COME,
    among: Collection[int] | None = None,
) -> tuple[int, ...]:
    """Mark absent everybody expected of whom nothing is said; answers who they are.

    With `among` only these persons are looked at. Closing again marks nobody twice. Persons
    must be locked by the caller.
    """
    expected = [e for e in expected_at(session) if among is None or e.person_id in among]
    pending = _pending(session, expected)
    words = [Word(session, each.person_id, _mark(each), why) for each in pending]
    speaker = Speaker(Author.RULE, Source.CLOSING, now, by=by)
    standing = standing_marks([word.place for word in words])
    say(words, policy_of(session.site_id), speaker=speaker, standing=standing)
    return tuple(word.person_id for word in words)


def keep_closed(session: Session, person_ids: Collection[int], *, now: datetime, by: str) -> None:
    """On the roll of a class that was closed nobody becomes pending again.

    Persons must be locked by the caller; only then it is read whether the roll was closed.
    """
    closed = Session.objects.filter(
        pk=session.pk, division=None, state=SessionState.COMPLETED.value
    )
    if closed.exists():
        close(session, now=now, by=by, among=person_ids)


def still_pending(session: Session) -> tuple[Expectation, ...]:
    """Whom closing the roll would mark now."""
    return _pending(session, expected_at(session))


def _pending(session: Session, expected: Sequence[Expectation]) -> tuple[Expectation, ...]:
    said = standing_marks([(session.pk, each.person_id) for each in expected])
    return tuple(
        each
        for each in expected
        if said.get((session.pk, each.person_id), NOTHING).mark.base is Base.PENDING
    )


def _ids(expected: Collection[Expectation]) -> list[int]:
    return [each.person_id for each in expected]


def _mark(expected: Expectation) -> Mark:
    return Mark(Base.ON_HOLD if expected.standing in HELD else Base.ABSENT)
