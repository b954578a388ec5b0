"""What the rules said ahead of those who are not expected any more is taken back."""

from collections.abc import Collection
from datetime import datetime

from gateway.attendance.expecting import expected_at
from gateway.attendance.judging import policy_of
from gateway.attendance.models import Session
from gateway.attendance.saying import say, standing_marks
from gateway.attendance.values import Author, Base, Mark, Source
from gateway.attendance.words import Speaker, Word


def take_back(session: Session, person_ids: Collection[int], *, now: datetime) -> None:
    """Before it begins, let nothing stand that the rules said of who is not expected there.

    Whoever signs in early is present at all that is still to come. What a person said stays.
    Persons must be locked by the caller.
    """
    if session.starts_at <= now:
        return
    standing = standing_marks([(session.pk, person) for person in person_ids])
    expected = {each.person_id for each in expected_at(session)} if standing else set()
    words = [
        Word(session, person, Mark(Base.PENDING), "not expected any more")
        for (_, person), before in standing.items()
        if person not in expected
        and before.author is Author.RULE
        and before.mark.base is not Base.PENDING
    ]
    rule = Speaker(Author.RULE, Source.TAPS, now)
    say(words, policy_of(session.site_id), speaker=rule, standing=standing)
