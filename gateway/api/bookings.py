"""Places at sessions: booked, waited for, walked into; and temporary persons found out."""

from typing import Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from gateway.api import reach
from gateway.api.access import FOR_OFFICE, FOR_TEACHERS, caller
from gateway.api.clock import now
from gateway.api.parameters import Id, Name, Text
from gateway.attendance import bookings, merging, walk_ins
from gateway.attendance.values import AttendeeSource
from gateway.people import searching
from kiosk.protocol.messages import PersonKind

router = Router(tags=["bookings"], auth=FOR_TEACHERS)
LARGEST_ROOM = 100_000


class BookingIn(Schema):
    """Who is to have a place; `make_up` for one who makes up a missed session."""

    person_id: Id
    source: Literal[AttendeeSource.BOOKING, AttendeeSource.MAKE_UP] = AttendeeSource.BOOKING


class CapacityIn(Schema):
    """How many the session takes; null for what its offerings and its room take."""

    capacity: int | None = Field(None, ge=0, le=LARGEST_ROOM)


class WalkIn(Schema):
    """Somebody who is there."""

    person_id: Id


class Unfound(Schema):
    """Somebody who is there and whom nobody can find."""

    name: Name


class Into(Schema):
    """Who the temporary person really was."""

    into_id: Id


class Search(Schema):
    """Words of a name, or an e-mail address."""

    search: Text


class Candidate(Schema):
    """Somebody who may be meant; by what else they were found is not told."""

    person_id: int
    name: str
    kind: PersonKind


class OnRoll(Schema):
    """Somebody on the roll now; `is_new` unless they were on it before."""

    person_id: int
    is_new: bool


class Moved(Schema):
    """Who came in from the waiting line."""

    person_ids: list[int]


@router.get("/sessions/{session_id}/bookings", response=list[bookings.Booking])
def list_bookings(request: HttpRequest, session_id: Id) -> list[bookings.Booking]:
    """Who has a place beside the enrolled, then who waits, in the order of the line."""
    reach.session(request, session_id)
    return list(bookings.bookings_of(session_id))


@router.get("/sessions/{session_id}/places", response=bookings.Places)
def get_places(request: HttpRequest, session_id: Id) -> bookings.Places:
    """What the session takes, and how much of it is taken."""
    return bookings.places_at(reach.session(request, session_id))


@router.post("/sessions/{session_id}/bookings", response={201: bookings.Booking})
def book(request: HttpRequest, session_id: Id, told: BookingIn) -> Status[bookings.Booking]:
    """Give somebody a place, or the last one in the waiting line where there is none."""
    reach.session(request, session_id)
    booked = bookings.book(
        session_id=session_id,
        person_id=told.person_id,
        source=told.source,
        by=reach.actor(request),
        now=now(),
    )
    return Status(201, booked)


@router.delete("/sessions/{session_id}/bookings/{person_id}", response={204: None})
def remove_booking(request: HttpRequest, session_id: Id, person_id: Id) -> Status[None]:
    """Take a booking back before the session begins; its place goes to the next in line."""
    reach.session(request, session_id)
    bookings.remove(session_id=session_id, person_id=person_id, by=reach.actor(request), now=now())
    return Status(204, None)


@router.put("/sessions/{session_id}/capacity", response=Moved)
def set_capacity(request: HttpRequest, session_id: Id, told: CapacityIn) -> Moved:
    """How many this session takes; new places go to those who wait."""
    reach.session(request, session_id)
    moved = bookings.set_capacity(
        session_id=session_id, capacity=told.capacity, by=reach.actor(request), now=now()
    )
    return Moved(person_ids=list(moved))


@router.get("/sessions/{session_id}/candidates", response=list[Candidate])
def list_candidates(request: HttpRequest, session_id: Id, asked: Query[Search]) -> list[Candidate]:
    """Active people of that name or address, to be put on the roll; twenty at most."""
    reach.session(request, session_id)
    found = searching.find_active(asked.search)
    return [Candidate(person_id=each.person_id, name=each.name, kind=each.kind) for each in found]


@router.post("/sessions/{session_id}/walk-ins", response=OnRoll)
def add_walk_in(request: HttpRequest, session_id: Id, told: WalkIn) -> OnRoll:
    """Put somebody who is there on the roll, at any time and over any capacity."""
    reach.session(request, session_id)
    is_new = walk_ins.add_walk_in(
        session_id=session_id, person_id=told.person_id, by=reach.actor(request), now=now()
    )
    return OnRoll(person_id=told.person_id, is_new=is_new)


@router.post("/sessions/{session_id}/temporary-people", response={201: OnRoll})
def write_down(request: HttpRequest, session_id: Id, told: Unfound) -> Status[OnRoll]:
    """Put somebody nobody can find on the roll by name alone, to be merged later."""
    reach.session(request, session_id)
    person_id = walk_ins.write_down_walk_in(
        session_id=session_id, name=told.name, by=reach.actor(request), now=now()
    )
    return Status(201, OnRoll(person_id=person_id, is_new=True))


@router.post("/people/{person_id}/merge", response={204: None}, auth=FOR_OFFICE)
def merge(request: HttpRequest, person_id: Id, told: Into) -> Status[None]:
    """A temporary person turned out to be somebody: what was said of one is said of the other."""
    merging.merge(temporary_id=person_id, into_id=told.into_id, by=caller(request).name, now=now())
    return Status(204, None)
