"""Rolls, and what is said on them: one mark or many, notes, arrivals, and taking it back."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate
from pydantic import Field

from gateway.api import reach
from gateway.api.access import FOR_TEACHERS
from gateway.api.clock import now
from gateway.api.errors import NotThere
from gateway.api.paging import MOST, Paged
from gateway.api.parameters import Id, Instant, LongNote, Note
from gateway.attendance import marking, queries, rolls
from gateway.attendance.models import Act, Session
from gateway.attendance.values import Base, Mark

router = Router(tags=["marks"], auth=FOR_TEACHERS)
Said = Literal[Base.PRESENT, Base.ABSENT, Base.EXCUSED, Base.MEDICAL_LEAVE, Base.ON_HOLD]


class MarkIn(Schema):
    """What a person says happened; it outranks every rule."""

    base: Said
    late_minutes: int | None = Field(None, ge=1, le=1440)
    left_early_minutes: int | None = Field(None, ge=1, le=1440)
    partial: bool = False
    reason: Note = ""
    arrived_at: Instant | None = None

    def mark(self) -> Mark:
        """The same as rules know it."""
        return Mark(
            base=self.base,
            late_minutes=self.late_minutes,
            left_early_minutes=self.left_early_minutes,
            partial=self.partial,
            reason=self.reason,
            arrived_at=self.arrived_at,
        )


class MarkOf(MarkIn):
    """What somebody says of one person; a note that is left out stays."""

    person_id: Id
    note: LongNote | None = None


class Marks(Schema):
    """Many marks, said in one act that can be undone whole."""

    marks: list[MarkOf] = Field(min_length=1, max_length=MOST)


class Everybody(Schema):
    """One mark for the whole roll, or only for those nobody has marked."""

    base: Said
    only_unmarked: bool = True


class Copying(Schema):
    """Whether those who are marked already are left as they are."""

    only_unmarked: bool = True


class Marked(Schema):
    """How many were marked."""

    marked: int


class NoteIn(Schema):
    """A note beside a mark; empty takes it away."""

    text: LongNote


class Arrival(Schema):
    """When somebody came."""

    at: Instant


class Undoing(Schema):
    """Which act to take back; the caller's newest where it is left out."""

    act: UUID | None = None


class Undone(Schema):
    """The act that was taken back."""

    act: UUID


class ActOut(Schema):
    """One thing a person did to a roll."""

    id: UUID
    source: str
    by: str
    made_at: datetime


@router.get("/sessions/{session_id}/marks", response=list[rolls.RollLine])
@paginate(Paged)
def list_marks(request: HttpRequest, session_id: Id) -> tuple[rolls.RollLine, ...]:
    """The roll of a session with the current marks; pending where nobody said anything."""
    reach.session(request, session_id)
    return rolls.roll_of(session_id, now=now())


@router.post("/sessions/{session_id}/marks", response=Marked)
def mark_many(request: HttpRequest, session_id: Id, told: Marks) -> Marked:
    """Mark many by hand, in one act; if one of them is not on the roll nobody is marked."""
    reach.session(request, session_id)
    wanted = [marking.Wanted(each.person_id, each.mark(), each.note) for each in told.marks]
    marking.mark(session_id=session_id, wanted=wanted, by=reach.actor(request), now=now())
    return Marked(marked=len(wanted))


@router.post("/sessions/{session_id}/mark-all", response=Marked)
def mark_all(request: HttpRequest, session_id: Id, told: Everybody) -> Marked:
    """Give the whole roll one mark, or only those whom nobody has marked yet."""
    reach.session(request, session_id)
    marked = marking.mark_all(
        session_id=session_id,
        base=told.base,
        only_unmarked=told.only_unmarked,
        by=reach.actor(request),
        now=now(),
    )
    return Marked(marked=marked)


@router.post("/sessions/{session_id}/copy-previous", response=Marked)
def copy_previous(request: HttpRequest, session_id: Id, told: Copying) -> Marked:
    """Say of everybody what stood at the session before, without its minutes."""
    reach.session(request, session_id)
    marked = marking.copy_previous(
        session_id=session_id,
        only_unmarked=told.only_unmarked,
        by=reach.actor(request),
        now=now(),
    )
    return Marked(marked=marked)


@router.get("/sessions/{session_id}/acts", response=list[ActOut])
def list_acts(request: HttpRequest, session_id: Id) -> list[Act]:
    """What the caller did to the roll and may still take back, the newest first."""
    reach.session(request, session_id)
    return list(marking.undoable(session_id, reach.actor(request)))


@router.post("/sessions/{session_id}/undo", response=Undone)
def undo(request: HttpRequest, session_id: Id, told: Undoing) -> Undone:
    """Take back one act of the caller; what others said before or since stands."""
    reach.session(request, session_id)
    act = marking.undo(session_id=session_id, act=told.act, by=reach.actor(request), now=now())
    return Undone(act=act)


@router.get("/sessions/{session_id}/marks/{person_id}", response=queries.MarkLine)
def get_mark(request: HttpRequest, session_id: Id, person_id: Id) -> queries.MarkLine:
    """One person's mark, with every word that was said about it."""
    return _mark(reach.session(request, session_id), person_id)


@router.put("/sessions/{session_id}/marks/{person_id}", response=queries.MarkLine)
def put_mark(request: HttpRequest, session_id: Id, person_id: Id, mark: MarkIn) -> queries.MarkLine:
    """Mark a person by hand; the word stands over every rule."""
    return _say(request, session_id, marking.Wanted(person_id, mark.mark()))


@router.delete("/sessions/{session_id}/marks/{person_id}", response=queries.MarkLine)
def leave_to_rules(request: HttpRequest, session_id: Id, person_id: Id) -> queries.MarkLine:
    """Hand a person back to the rules: what they say stands, or nothing does."""
    return _say(request, session_id, marking.Wanted(person_id, Mark(Base.PENDING)))


@router.put("/sessions/{session_id}/marks/{person_id}/note", response=queries.MarkLine)
def put_note(request: HttpRequest, session_id: Id, person_id: Id, told: NoteIn) -> queries.MarkLine:
    """Keep a note beside a mark, whatever the mark is or becomes."""
    session = reach.session(request, session_id)
    marking.note(
        session_id=session_id,
        person_id=person_id,
        text=told.text,
        by=reach.actor(request),
        now=now(),
    )
    return _mark(session, person_id)


@router.put("/sessions/{session_id}/marks/{person_id}/arrival", response=queries.MarkLine)
def put_arrival(
    request: HttpRequest, session_id: Id, person_id: Id, told: Arrival
) -> queries.MarkLine:
    """Say when somebody came to a class; its policy says how late that is."""
    session = reach.session(request, session_id)
    marking.arrived(
        session_id=session_id,
        person_id=person_id,
        at=told.at,
        by=reach.actor(request),
        now=now(),
    )
    return _mark(session, person_id)


def _say(request: HttpRequest, session_id: int, wanted: marking.Wanted) -> queries.MarkLine:
    session = reach.session(request, session_id)
    marking.mark(session_id=session_id, wanted=[wanted], by=reach.actor(request), now=now())
    return _mark(session, wanted.person_id)


def _mark(session: Session, person_id: int) -> queries.MarkLine:
    day = queries.day_of(person_id, session.day)
    marks = day.marks if day is not None else ()
    found = next((mark for mark in marks if mark.session_id == session.pk), None)
    if found is None:
        raise NotThere(f"nobody said anything of person {person_id} in session {session.pk}")
    return found
