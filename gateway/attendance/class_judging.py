"""Days against the sessions of offerings: who is expected, what is known, what the rules say."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import connection

from gateway import bulk
from gateway.attendance.folding import sightings_of
from gateway.attendance.judgement import Evidence, judged, through_the_night
from gateway.attendance.models import CheckIn, Session
from gateway.attendance.policy import Policy, Window
from gateway.attendance.profiling import policy_with, profile_of
from gateway.attendance.rules import Day, Judgement, fold
from gateway.attendance.values import Activation, AttendeeState, Base, CheckInState, SessionState
from gateway.attendance.words import Place, Word
from gateway.outbox.services import Promise, queue
from gateway.timetable.models import Site
from gateway.timetable.values import HELD, Standing
from kiosk.protocol.days import day_bounds

ONE_DAY = timedelta(days=1)
NIGHT = timedelta(hours=6)
"""So long after a date's begin a tap may still belong to a session of the evening before."""
MOST_PEOPLE = 10_000
_EXPECTED = """
    SELECT a.session_id, a.person_id, NULL
    FROM attendance_attendee a JOIN attendance_session s ON s.id = a.session_id
    WHERE s.day = %s AND a.state = %s AND a.person_id IN ({people})
    UNION ALL
    SELECT m.session_id, e.person_id, e.standing
    FROM timetable_offeringenrolment e
    JOIN attendance_sessionoffering m ON m.offering_id = e.offering_id AND m.day = %s
    WHERE e.starts_on <= %s AND (e.ends_on IS NULL OR e.ends_on >= %s)
        AND e.person_id IN ({people})"""
"""Enrolments last, so that they win over a booking of the same person."""
ROLLS = "rolls"
"""The outbox's destination that closes rolls: this room itself, through the worker."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known beside the day itself; a standing is None for who is not enrolled."""

    expected: Mapping[Place, Standing | None]
    sessions: Mapping[int, Session]
    check_ins: Mapping[Place, tuple[datetime, ...]]


def opinions(
    site: Site, day: date, days: Mapping[int, Day]
) -> Iterable[tuple[Session, int, Judgement | None]]:
    """What the rules say of each of these persons at each session that expects them.

    Those are the sessions of the date, and those of the evening before that pass into it.
    """
    known = _known(site.pk, day, days.keys())
    yield from _opinions(site, known, days, _nights(site, day, known, days))
    starts, _ = day_bounds(day, zone=site.tz, day_starts=site.day_starts)
    if any(_begins_before(each, starts + NIGHT) for each in days.values()):
        yield from _of_the_night(site, day, days)


def _opinions(
    site: Site, known: _Known, days: Mapping[int, Day], after: Mapping[int, Day]
) -> Iterable[tuple[Session, int, Judgement | None]]:
    rules = {pk: (window_of(s, site), policy_for(s)) for pk, s in known.sessions.items()}
    for (session_id, person_id), standing in known.expected.items():
        if session_id not in rules:
            continue
        own, night = days.get(person_id), after.get(person_id)
        evidence = Evidence(
            moves=through_the_night(own.moves if own else (), night.moves if night else ()),
            doubtful=any(each.approximate for each in (own, night) if each),
            check_ins=known.check_ins.get((session_id, person_id), ()),
            standing=standing,
        )
        yield known.sessions[session_id], person_id, judged(evidence, *rules[session_id])


def _of_the_night(
    site: Site, day: date, days: Mapping[int, Day]
) -> Iterable[tuple[Session, int, Judgement | None]]:
    """Sessions of the evening before that were still on when this date began."""
    evening = day - ONE_DAY
    known = _known(site.pk, evening, days.keys())
    late = {pk: each for pk, each in known.sessions.items() if _passes(each, site)}
    if late:
        before = _folded(site, evening, days.keys())
        yield from _opinions(site, replace(known, sessions=late), before, days)


def _nights(site: Site, day: date, known: _Known, days: Mapping[int, Day]) -> Mapping[int, Day]:
    """The next date's days, where a session of this one passes into it."""
    if any(_passes(session, site) for session in known.sessions.values()):
        return _folded(site, day + ONE_DAY, days.keys())
    return {}


def _folded(site: Site, day: date, person_ids: Collection[int]) -> dict[int, Day]:
    window = timedelta(seconds=site.repeat_window_s)
    seen = sightings_of(site.pk, day, person_ids)
    return {person: fold(tracks, repeat_window=window) for person, tracks in seen.items()}


def _passes(session: Session, site: Site) -> bool:
    """Whether taps of the next school date may belong to the session."""
    _, after = day_bounds(session.day, zone=site.tz, day_starts=site.day_starts)
    return session.finishes_at + policy_for(session).closes_after > after


def _begins_before(day: Day, instant: datetime) -> bool:
    return day.first_in_at is not None and day.first_in_at < instant


def window_of(session: Session, site: Site) -> Window:
    """When the session takes place, on the site's clock."""
    return Window(session.starts_at.astimezone(site.tz), session.finishes_at.astimezone(site.tz))


def policy_for(session: Session) -> Policy:
    """The policy of one session, with all that its site, its offerings and it itself replace."""
    return policy_with(profile_of(session.profile), session.overrides)


def mind_first_arrivals(words: Sequence[Word], *, now: datetime) -> None:
    """After the first arrival at a session it is active, where the profile waits for that.

    In check-in mode the rest of the roll is promised to be closed (OFF-06): by the worker, in
    a transaction of its own, because here only those who came are locked.
    """
    came = {word.session.pk: word.session for word in words if word.mark.base is Base.PRESENT}
    first = [each for each in came.values() if each.division_id is None and not each.checked_in_at]
    for session in sorted(first, key=lambda each: each.pk):
        if begin_by_arrival(session, now=now) and policy_for(session).check_in_office:
            queue([closing_promise(session.pk)], now=now)


def begin_by_arrival(session: Session, *, now: datetime) -> bool:
    """Somebody came: whether the first, after whom it is active where the profile says so."""
    unseen = Session.objects.filter(pk=session.pk, checked_in_at=None)
    is_first = bool(unseen.update(checked_in_at=now))
    if is_first and profile_of(session.profile).activation is Activation.FIRST_TAP:
        activate_rows([session.pk], now=now)
    return is_first


def check_ins_of(
    session_ids: Collection[int], person_ids: Collection[int]
) -> dict[Place, tuple[datetime, ...]]:
    """When these persons checked in at these sessions, as far as it counts, the first first.

    Asked by session alone: at a tap the sessions are few, and few people check in at them.
    """
    confirmed = CheckInState.CONFIRMED.value
    rows = CheckIn.objects.filter(session_id__in=session_ids, state=confirmed).order_by("at")
    wanted, found = set(person_ids), defaultdict[Place, tuple[datetime, ...]](tuple)
    for session, person, at in rows.values_list("session_id", "person_id", "at"):
        if person in wanted:
            found[session, person] += (at,)
    return found


def activate_rows(session_ids: Sequence[int], *, now: datetime) -> int:
    """Scheduled ones among these sessions are active from now on; answers how many."""
    scheduled = Session.objects.filter(pk__in=session_ids, state=SessionState.SCHEDULED.value)
    return scheduled.update(state=SessionState.ACTIVE.value, activated_at=now)


def closing_promise(session_id: int) -> Promise:
    """The promise to mark those who have not checked in yet; said twice it is one."""
    return Promise(ROLLS, f"checked-in:{session_id}", f"session:{session_id}", str(session_id), 0)


def _known(site_id: int, day: date, person_ids: Collection[int]) -> _Known:
    expected = _expected(person_ids, day)
    if not expected:
        return _Known({}, {}, {})
    rows = Session.objects.in_bulk({session for session, _ in expected})
    sessions = {pk: each for pk, each in rows.items() if _takes_place_at(each, site_id)}
    return _Known(expected, sessions, check_ins_of(sessions, person_ids) if sessions else {})


def _takes_place_at(session: Session, site_id: int) -> bool:
    """Not asked of the store: SQLite would look through all the sessions of the site."""
    return session.site_id == site_id and session.state != SessionState.CANCELLED.value


def _expected(person_ids: Collection[int], day: date) -> dict[Place, Standing | None]:
    """Who is expected where: by an enrolment that covers the date, or booked for the session.

    Of several that meet together one that is not held counts. In SQL, because every tap asks
    it, and mostly for nothing.
    """
    found: dict[Place, Standing | None] = {}
    for people in bulk.portions(list(person_ids), MOST_PEOPLE):
        marks = ", ".join(["%s"] * len(people))
        parameters: list[date | str | int] = [
            day,
            AttendeeState.BOOKED.value,
            *people,
            day,
            day,
            day,
            *people,
        ]
        with connection.cursor() as cursor:
            cursor.execute(_EXPECTED.format(people=marks), parameters)
            for session, person, standing in cursor.fetchall():
                told = Standing(standing) if standing else None
                if told not in HELD or found.get((session, person)) is None:
                    found[session, person] = told
    return found
