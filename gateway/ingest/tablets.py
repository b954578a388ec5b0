"""A tap at a tablet: decided, numbered and committed here, by the rules every kiosk follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import uuid_utils.compat as uuids
from django.db import transaction

from gateway.attendance.folding import sightings_of
from gateway.attendance.models import Mark, Track
from gateway.attendance.recording import Heard
from gateway.attendance.services import record_tracks
from gateway.fleet.models import Tablet
from gateway.fleet.rules import Received
from gateway.fleet.services import keep_received, lock_installs
from gateway.ingest.spelling import spellings
from gateway.people import roster
from gateway.people.badges import recognised
from gateway.people.models import Person
from gateway.people.queries import holders
from gateway.timetable.models import Site
from kiosk.protocol.badge_reading import Refusal
from kiosk.protocol.badges import claims_badge
from kiosk.protocol.days import school_day
from kiosk.protocol.messages import Method, Shown, TrackMade
from kiosk.protocol.movements import Direction, Movement, Track as Folded, movements

LONGEST = 512


class Outcome(StrEnum):
    """What a person is shown."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    ALREADY_IN = "already_in"
    ALREADY_OUT = "already_out"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person is told; it is committed when this is there.

    `since` is when the movement was that a repeat repeats.
    """

    outcome: Outcome
    at: datetime
    person: Person | None = None
    late_minutes: int | None = None
    since: datetime | None = None
    because: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Presented:
    """A credential, and who shows it as far as is known."""

    method: Method
    value: str
    person_id: int | None = None
    is_blocked: bool = False
    because: Refusal | None = None


MOVED = {
    Direction.IN: (Outcome.SIGNED_IN, Shown.SIGNED_IN, Outcome.ALREADY_IN),
    Direction.OUT: (Outcome.SIGNED_OUT, Shown.SIGNED_OUT, Outcome.ALREADY_OUT),
}
REFUSED = {Shown.UNKNOWN: Outcome.UNKNOWN, Shown.BLOCKED: Outcome.BLOCKED}


def plain(text: str) -> str:
    """The text as it can be kept: cut, and without signs that nobody can see; maybe empty."""
    return "".join(sign for sign in text[:LONGEST] if sign.isprintable()).strip()


def scanned(text: str, *, now: datetime) -> Presented:
    """Who shows a QR code that says the `plain` text: a signed badge, or any other code."""
    if not claims_badge(text):
        return _best([(Method.QR, text)])
    read = recognised(text, now=now)
    found = _best([(Method.QR, read.credential)])
    if found.person_id is not None or found.is_blocked:
        return found
    return Presented(Method.QR, read.credential, read.person, because=read.refusal)


def typed(text: str, *, now: datetime) -> Presented:
    """Who types the `plain` text, or holds a card to a reader that does."""
    if claims_badge(text):
        return scanned(text, now=now)
    return _best(spellings(text))


@transaction.atomic
def tap(tablet: Tablet, shown: Presented, *, now: datetime) -> Answer:
    """Record what somebody showed at a tablet, and decide what they are told.

    Persons before installs, as everywhere, so that nobody waits in a ring.
    """
    site = tablet.kiosk.site
    person = _known(shown.person_id)
    if person is None or shown.is_blocked:
        return _refuse(tablet, shown, now=now)
    roster.hold([person.pk])
    moves = _moves(site, person.pk, school_day(now, zone=site.tz, day_starts=site.day_starts))
    last = moves[-1] if moves else None
    if last is not None and abs(now - last.track.made_at) < _window(site):
        return Answer(MOVED[last.direction][2], now, person, since=last.track.made_at)
    direction = Direction.OUT if len(moves) % 2 else Direction.IN
    outcome, said, _ = MOVED[direction]
    day = _record(tablet, shown, said, person, now=now)
    late = None if moves else _late_minutes(site, person.pk, day)
    return Answer(outcome, now, person, late_minutes=late)


def _refuse(tablet: Tablet, shown: Presented, *, now: datetime) -> Answer:
    """Tell who is not known or blocked, and keep it once in a repeat window."""
    said = Shown.BLOCKED if shown.is_blocked else Shown.UNKNOWN
    refusals = Track.objects.filter(
        kiosk_id=tablet.pk,
        method=shown.method.value,
        credential=shown.value,
        shown__in=[each.value for each in REFUSED],
        at__gt=now - _window(tablet.kiosk.site),
    )
    if not refusals.exists():
        _record(tablet, shown, said, None, now=now)
    return Answer(REFUSED[said], now, because=shown.because)


def _record(
    tablet: Tablet, shown: Presented, said: Shown, person: Person | None, *, now: datetime
) -> date:
    """Commit one track under the tablet's next number; answers its school day."""
    life = (tablet.pk, tablet.install)
    install = lock_installs([life], now=now)[life]
    track = TrackMade(
        seq=install.upto + 1,
        id=uuids.uuid7(),
        made_at=now,
        boot_id=tablet.install,
        uptime_ms=0,
        clock_trusted=True,
        method=shown.method,
        credential=shown.value,
        person=person.pk if person else None,
        shown=said,
    )
    heard = Heard(tablet.pk, tablet.kiosk.site_id, tablet.install, track)
    [kept] = record_tracks(heard=[heard], now=now)
    keep_received([(install, Received(track.seq))], now=now)
    return kept.day


def _known(person_id: int | None) -> Person | None:
    """The person, unless they left."""
    return Person.objects.filter(pk=person_id, active=True).first() if person_id else None


def _best(candidates: Sequence[tuple[Method, str]]) -> Presented:
    """The candidate that somebody holds; the likeliest one when nobody or several do."""
    known = holders((method.value, value) for method, value in candidates)
    found = [key for key in candidates if (key[0].value, key[1]) in known]
    method, value = found[0] if len(found) == 1 else candidates[0]
    if len(found) != 1:
        return Presented(method, value)
    holder = known[method.value, value]
    return Presented(method, value, holder.person_id, is_blocked=holder.blocked)


def _moves(site: Site, person_id: int, day: date) -> tuple[Movement, ...]:
    seen = sightings_of(site.pk, day, [person_id]).get(person_id, ())
    return movements((Folded(s.at, s.id) for s in seen), repeat_window=_window(site))


def _late_minutes(site: Site, person_id: int, day: date) -> int | None:
    """Minutes late for the day's first period, as it was judged just now."""
    marks = Mark.objects.filter(person_id=person_id, session__site=site, session__day=day)
    first = marks.order_by("session__starts_at").values_list("late_minutes", flat=True)
    return first.first()


def _window(site: Site) -> timedelta:
    return timedelta(seconds=site.repeat_window_s)
