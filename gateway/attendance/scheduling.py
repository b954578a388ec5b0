"""Sessions made, moved and named by hand.

Those that follow weekly times are laid ahead: see `gateway.attendance.laying`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from gateway.attendance.errors import (
    NotTaught,
    ReasonMissing,
    TaughtAlready,
    UnknownSession,
    WrongSession,
)
from gateway.attendance.expecting import expected_at
from gateway.attendance.judging import policy_of
from gateway.attendance.laying_rules import (
    LONGEST_TITLE,
    Sketch,
    numbers_for,
    profile_for,
    title_of,
    whole,
    window_on,
)
from gateway.attendance.leaving import take_back
from gateway.attendance.marking import Actor, permit
from gateway.attendance.meetings import (
    CANCELLED,
    SCHEDULED,
    hold_site,
    make_way,
    members,
    met,
    offerings_in,
    refuse_dates_outside,
)
from gateway.attendance.models import Attendee, Session, SessionOffering
from gateway.attendance.notices import News, tell_place
from gateway.attendance.policy import Deed, Window
from gateway.attendance.profiling import check_overrides
from gateway.attendance.saying import settle_anew
from gateway.attendance.services import judge_session
from gateway.attendance.values import AttendeeState, Author, Base, Source
from gateway.attendance.words import Speaker
from gateway.people import roster
from gateway.timetable.errors import UnknownOffering
from gateway.timetable.models import Offering, Site, Slot
from gateway.timetable.offerings import refuse_no_room
from kiosk.protocol.days import school_day


@dataclass(frozen=True, slots=True)
class Draft:
    """A session as somebody fills it in; what is left out follows from the offerings.

    `overrides` are numbers of this session alone, such as `{"grace": 5}`.
    """

    offering_ids: tuple[int, ...]
    day: date
    starts: time | None = None
    ends: time | None = None
    title: str = ""
    room_id: int | None = None
    capacity: int | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)  # `profiling` checks them


@dataclass(frozen=True, slots=True)
class Placing:
    """When and where a session is to take place, on the site's clock."""

    day: date
    starts: time
    ends: time
    room_id: int | None = None


def proposal(draft: Draft) -> Sketch:
    """What `create` would make of the draft: times, title, room, profile and numbers (SES-02).

    Raises UnknownOffering, WrongSession, NotTaught, UnknownPlace, UnknownProfile, WrongOverride.
    """
    return _sketch(draft, _chosen(draft.offering_ids))


@transaction.atomic
def create(*, draft: Draft, now: datetime) -> Session:
    """A session of one or several offerings of a site (SES-01), scheduled.

    What was laid ahead for them at that time gives way. Where the time has come already,
    those who are there are judged. Raises as `proposal` does, and MeetsAlready.
    """
    offerings = _chosen(draft.offering_ids)
    hold_site(offerings[0].site_id)
    roster.hold(members(draft.offering_ids, draft.day))
    sketch = _sketch(draft, offerings)
    make_way(offerings, sketch.window, draft.day, title=sketch.title)
    session = Session.objects.create(
        site=offerings[0].site,
        kind=offerings[0].kind,
        day=draft.day,
        title_given=bool(draft.title.strip()),
        capacity=draft.capacity,
        own_overrides=dict(draft.overrides),
        **columns(sketch),
    )
    meets = [SessionOffering(session=session, offering=o, day=draft.day) for o in offerings]
    SessionOffering.objects.bulk_create(meets)
    if is_due(session, now=now):
        judge_session(session=session, now=now)
    return session


@transaction.atomic
def move(*, session_id: int, to: Placing, because: str, by: Actor, now: datetime) -> Session:
    """Let a session take place at another time or elsewhere, where it has not begun.

    Laying ahead leaves it there. Its roll is that of the new date; who booked is told.
    Raises UnknownSession, NotPermitted, ReasonMissing, WrongSession, TaughtAlready, NotTaught,
    UnknownPlace, MeetsAlready.
    """
    session = _movable(session_id, by)
    if not because.strip():
        raise ReasonMissing("say why the session is moved")
    site = hold_site(session.site_id)
    offerings = offerings_in([session.pk])[session.pk]
    people = {each.person_id for each in expected_at(session)}
    people |= members([each.pk for each in offerings], to.day)
    roster.hold(people)
    session = Session.objects.select_for_update(no_key=True).get(pk=session.pk)
    _refuse_begun(session, now)
    refuse_no_room(to.room_id, site.pk)
    refuse_dates_outside(offerings, to.day)
    window = window_on(to.day, to.starts, to.ends, zone=site.tz, day_starts=site.day_starts)
    make_way(offerings, window, to.day, title=session.title, but=session.pk)
    _place(session, to, window)
    session.title = session.title if session.title_given else _title(offerings, window, site.tz)
    session.moved_by, session.moved_because = by.name, because.strip()[:200]
    session.save()
    SessionOffering.objects.filter(session=session).update(day=to.day)
    tell_place(session, _booked(session), News.MOVED, now=now)
    judge_session(session=session, now=now)
    take_back(session, people, now=now)
    _settle_excuses(session, people, by, now)
    return session


@transaction.atomic
def retitle(*, session_id: int, title: str, by: Actor) -> Session:
    """Another title; an empty one is generated again. Raises UnknownSession, NotPermitted,
    WrongSession.
    """
    session = _movable(session_id, by)
    given = _checked_title(title)
    offerings = offerings_in([session.pk])[session.pk]
    window = Window(session.starts_at, session.finishes_at)
    session.title = given or _title(offerings, window, session.site.tz)
    session.title_given = bool(given)
    session.save(update_fields=("title", "title_given"))
    return session


def columns(sketch: Sketch) -> dict[str, Any]:
    """The sketch as a session's columns."""
    return {
        "title": sketch.title,
        "starts_at": sketch.window.starts_at,
        "registers_at": sketch.window.starts_at,
        "finishes_at": sketch.window.ends_at,
        "room_id": sketch.room_id,
        "profile": sketch.profile,
        "overrides": dict(sketch.overrides),
    }


def is_due(session: Session, *, now: datetime) -> bool:
    """Whether there may be taps of the session's date already."""
    site = session.site
    return session.day <= school_day(now, zone=site.tz, day_starts=site.day_starts)


def _chosen(offering_ids: Sequence[int]) -> list[Offering]:
    """In the order they were chosen."""
    rows = Offering.objects.select_related("course", "site").in_bulk(list(offering_ids))
    missing = [pk for pk in offering_ids if pk not in rows]
    if missing:
        raise UnknownOffering(f"there is no offering {missing[0]}")
    offerings = [rows[pk] for pk in dict.fromkeys(offering_ids)]
    if not offerings:
        raise WrongSession("a session needs at least one offering: choose one")
    if len({each.site_id for each in offerings}) > 1:
        raise WrongSession("the offerings of a session belong to one site: choose those of one")
    archived = [each for each in offerings if each.archived_at is not None]
    if archived:
        raise WrongSession(f"{archived[0].name} is archived: choose another offering")
    return offerings


def _sketch(draft: Draft, offerings: Sequence[Offering]) -> Sketch:
    site = offerings[0].site
    refuse_dates_outside(offerings, draft.day)
    refuse_no_room(draft.room_id, site.pk)
    slots = _slots(draft, offerings)
    window = _window(draft, slots, site)
    taken = [met(each) for each in offerings]
    profile = profile_for(taken, site.profile)
    overrides = numbers_for(site.overrides, taken, draft.overrides)
    check_overrides(profile, overrides)
    rooms = (draft.room_id, *(s.room_id for s in slots), *(o.room_id for o in offerings))
    room = next((each for each in rooms if each), None)
    title = _checked_title(draft.title) or _title(offerings, window, site.tz)
    return Sketch(window, title, room, profile, overrides)


def _slots(draft: Draft, offerings: Sequence[Offering]) -> list[Slot]:
    return list(Slot.objects.filter(offering__in=offerings, weekday=draft.day.isoweekday()))


def _window(draft: Draft, slots: Sequence[Slot], site: Site) -> Window:
    """As told, else from the weekly times of the offerings on that weekday."""
    if (draft.starts is None) != (draft.ends is None):
        raise WrongSession("give both the start and the end, or neither")
    told = [(each.starts, each.ends) for each in slots]
    if draft.starts is not None and draft.ends is not None:
        told = [(draft.starts, draft.ends)]
    if not told:
        raise WrongSession("the offerings have no weekly time on that weekday: give start and end")
    return whole(
        [
            window_on(draft.day, starts, ends, zone=site.tz, day_starts=site.day_starts)
            for starts, ends in told
        ]
    )


def _title(offerings: Sequence[Offering], window: Window, zone: ZoneInfo) -> str:
    starts = window.starts_at.astimezone(zone).time()
    return title_of([met(each) for each in offerings], starts)


def _checked_title(title: str) -> str:
    stripped = title.strip()
    if len(stripped) > LONGEST_TITLE or not stripped.isprintable():
        raise WrongSession(f"a title has at most {LONGEST_TITLE} printable characters")
    return stripped


def _movable(session_id: int, by: Actor) -> Session:
    session = Session.objects.select_related("site").filter(pk=session_id).first()
    if session is None:
        raise UnknownSession(f"there is no session {session_id}")
    permit(session, by, Deed.ACTIVATE)
    if session.division_id is not None:
        raise WrongSession("a registration period is changed where its times are kept")
    return session


def _refuse_begun(session: Session, now: datetime) -> None:
    if session.state == CANCELLED:
        raise NotTaught(f"{session.title} was cancelled: make another session instead")
    if session.state != SCHEDULED or now >= session.starts_at:
        raise TaughtAlready(f"{session.title} has begun: it cannot be moved any more")


def _booked(session: Session) -> list[int]:
    """Who has a place of their own there, or waits for one."""
    there = Attendee.objects.filter(session=session).exclude(state=AttendeeState.REMOVED.value)
    return list(there.values_list("person_id", flat=True))


def _settle_excuses(session: Session, people: Collection[int], by: Actor, now: datetime) -> None:
    """Absences there are excused by what covers the new time, and no longer by what did before."""
    away = session.marks.filter(Q(base=Base.ABSENT.value) | ~Q(excuse=None), person__in=people)
    ids = away.values_list("person_id", flat=True)
    speaker = Speaker(Author.EXCUSE, Source.EXCUSE, now, by=by.name)
    settle_anew(
        {(session.pk, person): session for person in ids},
        policy_of(session.site_id),
        speaker=speaker,
        why="the session was moved",
    )


def _place(session: Session, to: Placing, window: Window) -> None:
    session.day, session.room_id = to.day, to.room_id
    session.starts_at = session.registers_at = window.starts_at
    session.finishes_at = window.ends_at
