"""Sessions and their life: laid, made active, ended, opened again, handed in."""

import datetime
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.pagination import paginate

from gateway.api import reach
from gateway.api.access import FOR_OFFICE, FOR_TEACHERS
from gateway.api.clock import now
from gateway.api.errors import NotThere
from gateway.api.paging import Paged
from gateway.api.parameters import AtSite, Because, Day, Id, Instant, Note, OnDay, day_of, site_of
from gateway.attendance import lifecycle, services, summaries
from gateway.attendance.absentees import Channel
from gateway.attendance.models import Session
from gateway.attendance.values import CancelledBy, SessionKind, SessionState
from gateway.timetable.models import Division, PeriodKind

router = Router(tags=["sessions"], auth=FOR_TEACHERS)


class SessionIn(Schema):
    """A registration session, laid by hand; said again it is moved."""

    division_id: Id
    date: Day
    kind: PeriodKind = PeriodKind.AM
    title: Note = ""
    starts_at: Instant
    registers_at: Instant
    finishes_at: Instant


class Lay(AtSite):
    """A site's sessions of a date, from its weekly registration periods."""

    date: Day


class SessionFilter(OnDay):
    """Which sessions; today's where no date is named at all."""

    first: Day | None = None
    last: Day | None = None
    kind: SessionKind | None = None
    state: SessionState | None = None
    offering: Id | None = None

    def sought(self, today: datetime.date) -> summaries.Sought:
        """The same as summaries know it."""
        since = self.first or self.last or today
        return summaries.Sought(
            since, self.last or since, self.kind, self.state, offering_id=self.offering
        )


@dataclass(frozen=True, slots=True)
class Summed:
    """Sessions that are summed up only when they are asked for."""

    found: "QuerySet[Session]"

    def __len__(self) -> int:
        return self.found.count()

    def __getitem__(self, part: slice) -> tuple[summaries.SessionSummary, ...]:
        return summaries.summarised(self.found[part])


class Cancelling(Schema):
    """Whose doing it is that a session does not take place, and why."""

    whose: CancelledBy
    because: Note = ""


class Unlocking(Because):
    """Until when a locked roll may be changed, and why."""

    until: Instant


class Completion(Schema):
    """By what those are told who answer for the absent; the preview says whom that reaches."""

    tell: list[Channel] = []


@dataclass(frozen=True, slots=True)
class Ended:
    """Who became absent when the session ended; nobody where it had ended before."""

    session_id: int
    absent: tuple[int, ...]


@router.get("/sessions", response=list[summaries.SessionSummary])
@paginate(Paged)
def list_sessions(request: HttpRequest, asked: Query[SessionFilter]) -> Summed:
    """Sessions at a site with what their rolls come to; a teacher's are their own.

    Those of one date, or from `first` to `last`, in the order they begin.
    """
    site = reach.site(request, asked.site)
    found = summaries.find_sessions(site.pk, asked.sought(day_of(site, asked.date, now())))
    return Summed(found.filter(pk__in=reach.sessions(request).values("pk")))


@router.post("/sessions", response={201: summaries.SessionSummary}, auth=FOR_OFFICE)
def add_session(request: HttpRequest, session: SessionIn) -> Status[summaries.SessionSummary]:
    """Lay a registration session, or move the one of this division, date and kind."""
    if not Division.objects.filter(pk=session.division_id).exists():
        raise NotThere(f"there is no division {session.division_id}")
    laid = services.lay_session(
        division_id=session.division_id,
        day=session.date,
        kind=session.kind,
        starts_at=session.starts_at,
        registers_at=session.registers_at,
        finishes_at=session.finishes_at,
        title=session.title[:120],
        now=now(),
    )
    return Status(201, _summary(laid))


@router.post("/sessions/lay", response=list[summaries.SessionSummary], auth=FOR_OFFICE)
def lay_sessions(request: HttpRequest, lay: Lay) -> list[summaries.SessionSummary]:
    """Make a date's sessions from the weekly registration periods, as happens every night."""
    site = site_of(lay.site)
    services.lay_sessions(site_id=site.pk, day=lay.date, now=now())
    return list(summaries.sessions_of(site.pk, lay.date))


@router.get("/sessions/{session_id}", response=summaries.SessionSummary)
def get_session(request: HttpRequest, session_id: Id) -> summaries.SessionSummary:
    """One session."""
    return _summary(reach.session(request, session_id))


@router.post("/sessions/{session_id}/activate", response=summaries.SessionSummary)
def activate_session(request: HttpRequest, session_id: Id) -> summaries.SessionSummary:
    """Begin a session by hand; beginning it again changes nothing."""
    reach.session(request, session_id)
    begun = lifecycle.activate(session_id=session_id, by=reach.actor(request), now=now())
    return _summary(begun)


@router.get("/sessions/{session_id}/ending", response=lifecycle.Ending)
def preview_end(request: HttpRequest, session_id: Id) -> lifecycle.Ending:
    """What ending the session now would do: who becomes absent, who is told. Changes nothing."""
    reach.session(request, session_id)
    return lifecycle.preview_end(session_id=session_id, by=reach.actor(request), now=now())


@router.post("/sessions/{session_id}/complete", response=Ended)
def complete_session(
    request: HttpRequest, session_id: Id, completion: Completion | None = None
) -> Ended:
    """End a session: whoever is still pending is absent. Ending it again marks nobody."""
    reach.session(request, session_id)
    absent = lifecycle.complete(
        session_id=session_id,
        by=reach.actor(request),
        now=now(),
        tell=completion.tell if completion else (),
    )
    return Ended(session_id, absent)


@router.post("/sessions/{session_id}/reopen", response=summaries.SessionSummary)
def reopen_session(request: HttpRequest, session_id: Id, told: Because) -> summaries.SessionSummary:
    """Make a completed session active again; its marks stay until somebody changes them."""
    session = reach.session(request, session_id)
    lifecycle.reopen(
        session_id=session_id, by=reach.actor(request), because=told.because, now=now()
    )
    return _summary(session)


@router.post("/sessions/{session_id}/cancel", response=summaries.SessionSummary)
def cancel_session(
    request: HttpRequest, session_id: Id, told: Cancelling
) -> summaries.SessionSummary:
    """Let a session not take place; nobody is marked there any more."""
    session = reach.session(request, session_id)
    lifecycle.cancel(
        session_id=session_id,
        whose=told.whose,
        because=told.because,
        by=reach.actor(request),
        now=now(),
    )
    return _summary(session)


@router.post("/sessions/{session_id}/submit", response={204: None})
def submit_session(request: HttpRequest, session_id: Id) -> Status[None]:
    """Hand in the roll as it stands; handing it in again renews who and when."""
    reach.session(request, session_id)
    lifecycle.submit(session_id=session_id, by=reach.actor(request), now=now())
    return Status(204, None)


@router.post("/sessions/{session_id}/unlock", response={204: None})
def unlock_session(request: HttpRequest, session_id: Id, told: Unlocking) -> Status[None]:
    """Let a locked roll be changed until an instant."""
    reach.session(request, session_id)
    lifecycle.unlock(
        session_id=session_id,
        until=told.until,
        because=told.because,
        by=reach.actor(request),
        now=now(),
    )
    return Status(204, None)


def _summary(session: Session) -> summaries.SessionSummary:
    found = summaries.summary_of(session.pk)
    if found is None:
        raise NotThere(f"there is no session {session.pk}")
    return found
