"""What people say of a roll: one mark or many, a note, the same as last time; and undoing it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import uuid_utils.compat as uuids
from django.db import transaction

from gateway.attendance import class_judging
from gateway.attendance.closing import keep_closed
from gateway.attendance.deadlines import Roll, deadline
from gateway.attendance.errors import (
    NothingToUndo,
    NotInThisState,
    NotOnRoll,
    NotPermitted,
    NotTaught,
    RollLocked,
    UnknownSession,
)
from gateway.attendance.excuse_rules import may_mark
from gateway.attendance.expecting import expected_at, offerings_of
from gateway.attendance.judgement import of_arrival
from gateway.attendance.judging import policy_of
from gateway.attendance.meetings import outside_dates
from gateway.attendance.models import Act, MarkRevision, Session
from gateway.attendance.policy import Deed
from gateway.attendance.profiling import profile_of
from gateway.attendance.saying import say, say_beside, settle_anew, standing_marks
from gateway.attendance.values import Author, Base, Mark, SessionState, Source
from gateway.attendance.words import NOTHING, Speaker, Word
from gateway.outbox.services import queue
from gateway.people import roster
from gateway.people.values import Role
from gateway.timetable.values import HELD

UNDONE_AT_MOST = 20
"""Acts of one roll that may be taken back, counted from the newest."""
OFFICE = frozenset({Role.ADMIN, Role.OFFICE})
AHEAD = timedelta(minutes=1)
"""So far the clock on somebody's wall may be ahead of ours."""
_ON_THE_ROLL = frozenset({Deed.MARK, Deed.COMPLETE})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the login's name and what it may do."""

    name: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody says of one person; a `note` of None leaves the note as it is."""

    person_id: int
    mark: Mark
    note: str | None = None


@transaction.atomic
def mark(
    *,
    session_id: int,
    wanted: Sequence[Wanted],
    by: Actor,
    now: datetime,
    source: Source = Source.HAND,
    why: str = "",
) -> UUID:
    """Let a person's words stand; no rule replaces them. Answers the act, which can be undone.

    A mark of Pending hands the person back to the rules. Raises UnknownSession, NotTaught,
    NotPermitted, RollLocked, NotOnRoll, and NotInThisState for an arrival that is to come,
    before anything is marked.
    """
    session = open_roll(session_id, by=by, now=now)
    _refuse_what_is_to_come([each.mark for each in wanted], now)
    _refuse_strangers(session, [each.person_id for each in wanted])
    if source is not Source.COPY:
        _refuse_reasons(session, [each.mark for each in wanted], by)
    roster.hold([each.person_id for each in wanted])
    act = _begin(session, source, by, now)
    said = why or f"marked by {by.name}"
    words = [Word(session, each.person_id, each.mark, said, each.note) for each in wanted]
    _say(session, words, Speaker(Author.PERSON, source, now, by=by.name, act=act))
    _mind_check_in(session, words, by, now)
    return act


@transaction.atomic
def mark_all(
    *, session_id: int, base: Base, by: Actor, now: datetime, only_unmarked: bool = True
) -> int:
    """Mark the whole roll, or only those nobody marked yet; answers how many (MRK-02, OFF-03).

    Who is on hold stays so. Raises as `mark` does.
    """
    session = open_roll(session_id, by=by, now=now)
    people = _not_held(session)
    roster.hold(people)
    standing = standing_marks([(session.pk, each) for each in people])
    stands = {p: standing.get((session.pk, p), NOTHING).mark.base for p in people}
    left = {Base.ON_HOLD} if not only_unmarked else set(Base) - {Base.PENDING}
    wanted = [Wanted(p, Mark(base)) for p in people if stands[p] not in left]
    if wanted:
        mark(session_id=session_id, wanted=wanted, by=by, now=now, source=Source.MANY)
    return len(wanted)


@transaction.atomic
def copy_previous(*, session_id: int, by: Actor, now: datetime, only_unmarked: bool = True) -> int:
    """Say of everybody what stood at the offering's session before; answers of how many.

    Only bases are copied: nobody is late by yesterday's minutes. Who is or was on hold is left
    to their enrolment. Raises as `mark` does, and UnknownSession where there is no session
    before.
    """
    session = open_roll(session_id, by=by, now=now)
    before = previous(session)
    if before is None:
        raise UnknownSession(
            "there is no earlier session of this offering to copy from: mark by hand"
        )
    people = _not_held(session)
    roster.hold(people)
    former = standing_marks([(before.pk, each) for each in people])
    standing = standing_marks([(session.pk, each) for each in people])
    wanted = [
        Wanted(person, Mark(said.mark.base))
        for (_, person), said in former.items()
        if said.mark.base not in {Base.PENDING, Base.ON_HOLD}
        and not (only_unmarked and _is_marked(standing.get((session.pk, person), NOTHING).mark))
    ]
    if wanted:
        mark(session_id=session_id, wanted=wanted, by=by, now=now, source=Source.COPY)
    return len(wanted)


@transaction.atomic
def arrived(*, session_id: int, person_id: int, at: datetime, by: Actor, now: datetime) -> UUID:
    """Say when somebody came to a class; its policy says what that comes to (LAT-01).

    Answers the act. Raises as `mark` does, and NotInThisState at a registration, whose
    lateness has rules of its own.
    """
    session = open_roll(session_id, by=by, now=now)
    if session.division_id is not None:
        raise NotInThisState("say by how many minutes somebody is late at a registration")
    window = class_judging.window_of(session, session.site)
    came = of_arrival(at, window, class_judging.policy_for(session))
    why = f"{came.why}, says {by.name}"
    wanted = [Wanted(person_id, came.mark)]
    return mark(session_id=session_id, wanted=wanted, by=by, now=now, why=why)


@transaction.atomic
def note(*, session_id: int, person_id: int, text: str, by: Actor, now: datetime) -> None:
    """Keep a note beside somebody's mark, whatever the mark is or becomes. Raises as `mark`."""
    session = open_roll(session_id, by=by, now=now)
    _refuse_strangers(session, [person_id])
    roster.hold([person_id])
    standing = standing_marks([(session.pk, person_id)])
    stands = standing.get((session.pk, person_id), NOTHING)
    speaker = Speaker(Author.PERSON, Source.NOTE, now, by=by.name)
    word = Word(session, person_id, stands.mark, f"noted by {by.name}", text)
    say_beside([word], speaker=speaker, standing=standing)


@transaction.atomic
def undo(*, session_id: int, by: Actor, now: datetime, act: UUID | None = None) -> UUID:
    """Take back one act of this login on the roll, the newest where none is named.

    What it said was never said: what stood before, or what others said since, stands; where
    nothing does and the class was ended, the person is absent. Answers the act. Raises
    NothingToUndo, and as `mark` does.
    """
    session = open_roll(session_id, by=by, now=now)
    found = next((each for each in undoable(session.pk, by) if act in (None, each.pk)), None)
    if found is None:
        raise NothingToUndo("none of your last acts on this roll can be undone: mark anew instead")
    people = list(
        MarkRevision.objects.filter(session=session, act=found.pk)
        .order_by("person_id").values_list("person_id", flat=True).distinct()
    )  # fmt: skip
    roster.hold(people)
    if not Act.objects.filter(pk=found.pk, undone_at=None).update(undone_at=now):
        raise NothingToUndo("somebody has undone this already")
    speaker = Speaker(Author.PERSON, Source.UNDO, now, by=by.name, undoes=found.pk)
    places = {(session.pk, person): session for person in people}
    why = f"{by.name} undid: {found.source}"
    settle_anew(places, policy_of(session.site_id), speaker=speaker, why=why)
    keep_closed(session, people, now=now, by=by.name)
    return found.pk


def undoable(session_id: int, by: Actor) -> tuple[Act, ...]:
    """This login's acts among the last of a roll that are not undone yet, the newest first."""
    last = Act.objects.filter(session=session_id, by=by.name).order_by("-made_at", "-pk")
    return tuple(act for act in last[:UNDONE_AT_MOST] if act.undone_at is None)


def open_roll(session_id: int, *, by: Actor, now: datetime, deed: Deed = Deed.MARK) -> Session:
    """The session, where this login may do that on its roll now.

    Raises UnknownSession, NotTaught, NotPermitted, RollLocked.
    """
    session = Session.objects.filter(pk=session_id).first()
    if session is None:
        raise UnknownSession(f"there is no session {session_id}")
    if session.state == SessionState.CANCELLED.value:
        raise NotTaught(f"{session.title} on {session.day} was cancelled: nobody is marked there")
    permit(session, by, deed)
    if deed in _ON_THE_ROLL and session.division_id is None and outside_dates(session):
        raise NotTaught(
            f"{session.title} is not scheduled to meet on {session.day}: choose one of its dates"
        )
    if session.division_id is None and _is_locked(session, now):
        raise RollLocked(f"the roll of {session.title} is locked: an administrator can unlock it")
    return session


def permit(session: Session, by: Actor, deed: Deed) -> None:
    """Raises NotPermitted where the session's profile does not let the login do this."""
    profile = profile_of(session.profile)
    if not profile.allows(deed, by.roles):
        may = " or ".join(sorted(role.value for role in profile.permissions[deed]))
        raise NotPermitted(f"your role may not {deed.value.replace('_', ' ')} here: ask {may}")


def previous(session: Session) -> Session | None:
    """The session before this one that an offering of it met in; None for the first."""
    if session.division_id is not None:
        same = Session.objects.filter(division=session.division_id, kind=session.kind)
    else:
        same = Session.objects.filter(meets__offering__in=offerings_of(session))
    earlier = same.filter(starts_at__lt=session.starts_at).exclude(pk=session.pk)
    return earlier.exclude(state=SessionState.CANCELLED.value).order_by("-starts_at").first()


def _is_locked(session: Session, now: datetime) -> bool:
    roll = Roll(session.finishes_at, unlocked_until=session.unlocked_until)
    return deadline(roll, class_judging.policy_for(session), now=now).is_locked


def _not_held(session: Session) -> list[int]:
    """Everybody the session expects whose enrolment is not on hold."""
    return [each.person_id for each in expected_at(session) if each.standing not in HELD]


def _is_marked(mark: Mark) -> bool:
    return mark.base is not Base.PENDING


def _refuse_strangers(session: Session, person_ids: Collection[int]) -> None:
    expected = {each.person_id for each in expected_at(session)}
    marked = set(session.marks.filter(person__in=person_ids).values_list("person_id", flat=True))
    strangers = sorted(set(person_ids) - expected - marked)
    if strangers:
        raise NotOnRoll(
            f"person {strangers[0]} is not on the roll of {session.title} on {session.day}: "
            "enrol or add them first"
        )


def _refuse_what_is_to_come(marks: Collection[Mark], now: datetime) -> None:
    """Nobody has come at an instant that is still ahead."""
    if any(each.arrived_at is not None and each.arrived_at > now + AHEAD for each in marks):
        raise NotInThisState("the time of an arrival lies ahead: say it once they are there")


def _refuse_reasons(session: Session, marks: Collection[Mark], by: Actor) -> None:
    """Who does not decide about excuses may excuse for the profile's valid reasons (POL-03)."""
    profile = profile_of(session.profile)
    if all(may_mark(each, by.roles, profile) for each in marks):
        return
    valid = ", ".join(sorted(each.value for each in profile.teacher_reasons))
    raise NotPermitted(f"your role may excuse here for these reasons: {valid or 'none'}")


def _begin(session: Session, source: Source, by: Actor, now: datetime) -> UUID:
    act = Act(id=uuids.uuid7(), session=session, source=source.value, by=by.name, made_at=now)
    act.save(force_insert=True)
    return act.pk


def _say(session: Session, words: Sequence[Word], speaker: Speaker) -> None:
    """A person's Pending is settled anew: it leaves the mark to what the rules said."""
    standing = standing_marks([word.place for word in words])
    policy = policy_of(session.site_id)
    marked = [word for word in words if word.mark.base is not Base.PENDING]
    say(marked, policy, speaker=speaker, standing=standing)
    left = {word.place: session for word in words if word.mark.base is Base.PENDING}
    if left:
        why = f"{speaker.by} left it to the rules"
        settle_anew(left, policy, speaker=speaker, why=why, adds=Mark(Base.PENDING))
        people = [person for _, person in left]
        keep_closed(session, people, now=speaker.now, by=speaker.by)


def _mind_check_in(session: Session, words: Sequence[Word], by: Actor, now: datetime) -> None:
    """In check-in mode whoever is marked present closes the roll for the rest (OFF-06).

    Said again the promise is one; a tap came before it where only this portal is in that mode.
    """
    policy = class_judging.policy_for(session)
    is_on = policy.check_in_office if by.roles & OFFICE else policy.check_in_staff
    came = any(word.mark.base is Base.PRESENT for word in words)
    if not (is_on and came and session.division_id is None):
        return
    class_judging.begin_by_arrival(session, now=now)
    queue([class_judging.closing_promise(session.pk)], now=now)
