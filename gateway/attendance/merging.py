"""A temporary person turns out to be somebody: what was said of one is said of the other."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from gateway.attendance.errors import WrongMerge
from gateway.attendance.folding import refold
from gateway.attendance.judging import judge_days, policy_of
from gateway.attendance.models import (
    Attendee,
    CheckIn,
    Difference,
    Excuse,
    Flag,
    Mark as MarkRow,
    Session,
    Track,
)
from gateway.attendance.notices import about_place, forget
from gateway.attendance.saying import say, say_beside, settle_anew, standing_marks, trail_of
from gateway.attendance.services import judge_people
from gateway.attendance.settling import Heir, Settled, heir, settled
from gateway.attendance.values import AttendeeState, Author, Base, Mark, Source
from gateway.attendance.words import NOTHING, Speaker, Word
from gateway.people import roster
from gateway.people.errors import UnknownPerson
from gateway.people.models import Person
from gateway.people.provisional import absorb
from gateway.timetable.models import Site

LONGEST_WHY = 200


@dataclass(frozen=True, slots=True)
class _Merge:
    """Who is merged into whom, by whom and when."""

    temporary: Person
    person: Person
    by: str
    now: datetime


@transaction.atomic
def merge(*, temporary_id: int, into_id: int, by: str, now: datetime) -> None:
    """Say of a person all that was said of a temporary one, who is not there any more (TRN-09).

    Places, tracks, cards, check-ins, excuses and flags go with it, and the days are judged
    again. Where both were marked on one roll, the person's own mark stands unless the other's
    author outranks its; both words stay in the trail. Merging again changes nothing. Raises
    UnknownPerson, and WrongMerge for two who cannot be one.
    """
    roster.lock()
    roster.hold([temporary_id, into_id])
    temporary, person = _person(temporary_id), _person(into_id)
    if temporary.merged_into_id == person.pk:
        return
    _refuse(temporary, person)
    merging = _Merge(temporary, person, by, now)
    sessions = _sessions_of(temporary)
    days = _move_tracks(merging)
    _move_places(merging)
    for model in (CheckIn, Difference, Excuse, Flag):
        model._default_manager.filter(person=temporary).update(person=person)  # noqa: SLF001 - Django's documented API
    absorb(temporary_id=temporary.pk, into_id=person.pk)
    for session in sessions:
        _hand_over(merging, session)
    _judge_again(merging, days, sessions)


def _person(person_id: int) -> Person:
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise UnknownPerson(f"there is no person {person_id}")
    return person


def _refuse(temporary: Person, person: Person) -> None:
    if temporary.pk == person.pk:
        raise WrongMerge("nobody can be merged into themselves: choose who it was")
    if not temporary.provisional:
        raise WrongMerge(f"{temporary} is no temporary person: only those are merged")
    if temporary.merged_into_id is not None:
        raise WrongMerge(f"{temporary} was merged into person {temporary.merged_into_id} already")
    if person.provisional:
        raise WrongMerge(f"{person} is a temporary person too: choose who it really was")


def _sessions_of(temporary: Person) -> list[Session]:
    """The sessions at which the person had a place or a mark; held, persons before them."""
    marked = MarkRow.objects.filter(person=temporary).values_list("session_id", flat=True)
    booked = Attendee.objects.filter(person=temporary).values_list("session_id", flat=True)
    rows = Session.objects.filter(pk__in={*marked, *booked}).order_by("pk")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update(no_key=True)
    return list(rows)


def _move_tracks(merging: _Merge) -> set[tuple[int, date]]:
    """Answers the days the tracks are of, by site."""
    tracks = Track.objects.filter(person=merging.temporary)
    days = set(tracks.values_list("site_id", "day"))
    tracks.update(person=merging.person, changed_at=merging.now)
    return days


def _move_places(merging: _Merge) -> None:
    """A place goes over; where the person has a row of their own, it says the more of the two."""
    own = {each.session_id: each for each in _places(merging.person)}
    for place in _places(merging.temporary):
        booked = AttendeeState.BOOKED.value
        before = own.get(place.session_id)
        if before is None:
            Attendee.objects.filter(pk=place.pk).update(person=merging.person)
            continue
        if place.state == booked and before.state != booked:
            Attendee.objects.filter(pk=before.pk).update(
                state=booked, source=place.source, removed_at=None, removed_by=""
            )
            forget(person_id=merging.person.pk, subject=about_place(before.session))
        Attendee.objects.filter(pk=place.pk).update(
            state=AttendeeState.REMOVED.value, removed_at=merging.now, removed_by=merging.by
        )


def _places(person: Person) -> QuerySet[Attendee]:
    return Attendee.objects.filter(person=person).select_related("session")


def _hand_over(merging: _Merge, session: Session) -> None:
    """Say of the person what was said of the temporary one, and take it back of that one."""
    ids = [merging.temporary.pk, merging.person.pk]
    trails = trail_of([(session.pk, each) for each in ids])
    theirs, own = (settled(trails.get((session.pk, each), ())) for each in ids)
    standing = standing_marks([(session.pk, each) for each in ids])
    note = theirs.note if theirs.note and not own.note else None
    why = f"as {merging.temporary}: {theirs.why}"[:LONGEST_WHY]
    word = Word(session, merging.person.pk, theirs.mark, why, note)
    speaker = _speaker(merging, theirs.author)
    policy = policy_of(session.site_id)
    match heir(theirs, own):
        case Heir.THEIRS:
            say([word], policy, speaker=speaker, standing=standing)
        case Heir.OWN_AGAIN:
            again = Word(session, merging.person.pk, own.mark, own.why)
            say([word, again], policy, speaker=speaker, standing=standing)
        case Heir.OWN:
            say_beside([word], speaker=speaker, standing=standing)
        case Heir.NOTHING:
            _keep_note(merging, session, note)
    _take_back(merging, session, theirs)


def _keep_note(merging: _Merge, session: Session, note: str | None) -> None:
    if note is None:
        return
    standing = standing_marks([(session.pk, merging.person.pk)])
    stands = standing.get((session.pk, merging.person.pk), NOTHING)
    speaker = Speaker(Author.PERSON, Source.NOTE, merging.now, by=merging.by)
    word = Word(session, merging.person.pk, stands.mark, f"as {merging.temporary}", note)
    say_beside([word], speaker=speaker, standing=standing)


def _take_back(merging: _Merge, session: Session, theirs: Settled) -> None:
    """What the rules said, then what a person did: nothing is left for either to stand."""
    if theirs.mark.base is Base.PENDING:
        return
    places = {(session.pk, merging.temporary.pk): session}
    authors = dict.fromkeys((Author.RULE, theirs.author))
    for author in authors:
        settle_anew(
            places,
            policy_of(session.site_id),
            speaker=_speaker(merging, author),
            why=f"merged into person {merging.person.pk}",
            adds=Mark(Base.PENDING),
        )


def _judge_again(
    merging: _Merge, days: Collection[tuple[int, date]], sessions: Collection[Session]
) -> None:
    ids = (merging.temporary.pk, merging.person.pk)
    sites = Site.objects.in_bulk({site_id for site_id, _ in days})
    for site_id, day in sorted(days):
        judge_days(sites[site_id], day, refold(sites[site_id], day, ids), now=merging.now)
    for session in sessions:
        judge_people(session=session, person_ids=[merging.person.pk], now=merging.now)


def _speaker(merging: _Merge, author: Author) -> Speaker:
    return Speaker(author, Source.MERGE, merging.now, by=merging.by)
