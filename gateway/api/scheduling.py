"""Sessions of offerings, made and moved by hand, and who stands in at them."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from gateway.api import reach
from gateway.api.clock import now
from gateway.api.errors import NotThere
from gateway.api.parameters import AtSite, Day, Id, Numbers, Reason, Title, WallTime, site_of
from gateway.attendance import laying, scheduling, snapshots, substituting, summaries

router = Router(tags=["sessions"])


class DraftIn(Schema):
    """A session of one or several offerings; what is left out follows from them."""

    offering_ids: list[Id] = Field(min_length=1, max_length=50)
    date: Day
    starts: WallTime | None = None
    ends: WallTime | None = None
    title: Title | None = None
    room_id: Id | None = None
    capacity: int | None = Field(None, ge=1, le=100_000)
    overrides: Numbers = Field(default_factory=dict)

    def draft(self) -> scheduling.Draft:
        """The same as scheduling knows it."""
        return scheduling.Draft(
            offering_ids=tuple(self.offering_ids),
            day=self.date,
            starts=self.starts,
            ends=self.ends,
            title=self.title or "",
            room_id=self.room_id,
            capacity=self.capacity,
            overrides=self.overrides,
        )


class Proposed(Schema):
    """What would be made of the draft."""

    title: str
    starts_at: datetime
    ends_at: datetime
    room_id: int | None
    profile: str


class Moving(Schema):
    """When and where a session is to take place, on the site's clock, and why."""

    date: Day
    starts: WallTime
    ends: WallTime
    room_id: Id | None = None
    because: Reason


class Titled(Schema):
    """A title; left out, it is generated again."""

    title: Title | None = None


class OwnNumbers(Schema):
    """Numbers of one session alone."""

    overrides: Numbers


class Substitute(Schema):
    """Instead of whom somebody teaches; beside all of them where it is left out."""

    stands_in_for: Id | None = None


class LayAhead(AtSite):
    """How many days ahead."""

    days: int = Field(laying.DAYS_AHEAD, ge=0, le=366)


@router.post("/class-sessions", response={201: summaries.SessionSummary})
def make_session(request: HttpRequest, told: DraftIn) -> Status[summaries.SessionSummary]:
    """Make a session of offerings by hand; what was laid for that time gives way."""
    made = scheduling.create(draft=told.draft(), now=now())
    return Status(201, _summary(made.pk))


@router.post("/class-sessions/proposal", response=Proposed)
def propose(request: HttpRequest, told: DraftIn) -> Proposed:
    """What would be made of the draft. Changes nothing."""
    sketch = scheduling.proposal(told.draft())
    return Proposed(
        title=sketch.title,
        starts_at=sketch.window.starts_at,
        ends_at=sketch.window.ends_at,
        room_id=sketch.room_id,
        profile=sketch.profile,
    )


@router.post("/class-sessions/lay-ahead", response=laying.Laid)
def lay_ahead(request: HttpRequest, told: LayAhead) -> laying.Laid:
    """Lay the site's sessions by the weekly times of its offerings, as happens every night."""
    return laying.lay_ahead(site_id=site_of(told.site).pk, now=now(), days=told.days)


@router.post("/sessions/{session_id}/move", response=summaries.SessionSummary)
def move(request: HttpRequest, session_id: Id, told: Moving) -> summaries.SessionSummary:
    """Let a session that has not begun take place at another time or elsewhere."""
    scheduling.move(
        session_id=session_id,
        to=scheduling.Placing(told.date, told.starts, told.ends, told.room_id),
        because=told.because,
        by=reach.actor(request),
        now=now(),
    )
    return _summary(session_id)


@router.put("/sessions/{session_id}/title", response=summaries.SessionSummary)
def retitle(request: HttpRequest, session_id: Id, told: Titled) -> summaries.SessionSummary:
    """Give a session another title."""
    scheduling.retitle(session_id=session_id, title=told.title or "", by=reach.actor(request))
    return _summary(session_id)


@router.put("/sessions/{session_id}/overrides", response={204: None})
def set_overrides(request: HttpRequest, session_id: Id, told: OwnNumbers) -> Status[None]:
    """Numbers of one session alone, such as its grace, while it has not begun."""
    snapshots.set_own_numbers(
        session_id=session_id,
        overrides=told.overrides,
        by=reach.actor(request),
        now=now(),
    )
    return Status(204, None)


@router.put("/sessions/{session_id}/substitutes/{person_id}", response={204: None})
def put_in(request: HttpRequest, session_id: Id, person_id: Id, told: Substitute) -> Status[None]:
    """Let somebody teach this session, beside its teachers or instead of one of them."""
    substituting.put_in(
        session_id=session_id,
        person_id=person_id,
        stands_in_for=told.stands_in_for,
        by=reach.actor(request),
    )
    return Status(204, None)


@router.delete("/sessions/{session_id}/substitutes/{person_id}", response={204: None})
def take_out(request: HttpRequest, session_id: Id, person_id: Id) -> Status[None]:
    """Let somebody not stand in at this session."""
    substituting.take_out(session_id=session_id, person_id=person_id, by=reach.actor(request))
    return Status(204, None)


def _summary(session_id: int) -> summaries.SessionSummary:
    found = summaries.summary_of(session_id)
    if found is None:
        raise NotThere(f"there is no session {session_id}")
    return found
