"""Who is there without having been expected: found, written down, and put on the roll."""

from datetime import datetime

from django.db import transaction

from gateway.attendance.bookings import active_person, lock_session
from gateway.attendance.errors import NotBookable
from gateway.attendance.expecting import expected_at
from gateway.attendance.marking import Actor, open_roll
from gateway.attendance.models import Attendee, Session
from gateway.attendance.notices import about_place, forget
from gateway.attendance.policy import Deed
from gateway.attendance.services import judge_people
from gateway.attendance.values import AttendeeSource, AttendeeState
from gateway.people import roster
from gateway.people.provisional import write_down
from kiosk.protocol.messages import PersonKind


def add_walk_in(*, session_id: int, person_id: int, by: Actor, now: datetime) -> bool:
    """Put somebody who is there on the roll, at any time and over any capacity (TRN-09).

    They count as everybody else on it: what they tapped that day is judged at once. Answers
    whether they were new to the roll; adding twice is adding once. Raises UnknownSession,
    NotTaught, NotBookable, NotPermitted, RollLocked, UnknownPerson, NotActive.
    """
    with transaction.atomic():
        session = _open(session_id, by, now)
        roster.hold([person_id])
        active_person(person_id)
        is_new = _put_on_roll(session, person_id, by, now)
    if is_new:
        judge_people(session=session, person_ids=[person_id], now=now)
    return is_new


@transaction.atomic
def write_down_walk_in(
    *,
    session_id: int,
    name: str,
    by: Actor,
    now: datetime,
    kind: PersonKind = PersonKind.STUDENT,
) -> int:
    """Put somebody nobody can find on the roll by name alone; answers the temporary person.

    They can be marked at once, and merged into who it was later. Raises as `add_walk_in`, and
    WrongPerson.
    """
    session = _open(session_id, by, now)
    person = write_down(name, kind=kind)
    _put_on_roll(session, person.pk, by, now)
    return person.pk


def _open(session_id: int, by: Actor, now: datetime) -> Session:
    session = open_roll(session_id, by=by, now=now, deed=Deed.WALK_IN)
    if session.division_id is not None:
        raise NotBookable(
            f"{session.title} is a registration period: it expects whoever is enrolled"
        )
    return session


def _put_on_roll(session: Session, person_id: int, by: Actor, now: datetime) -> bool:
    """Whoever waited or was removed has a place after all."""
    lock_session(session.pk)
    if any(each.person_id == person_id for each in expected_at(session)):
        return False
    Attendee.objects.update_or_create(
        session=session,
        person_id=person_id,
        defaults={
            "state": AttendeeState.BOOKED.value,
            "source": AttendeeSource.WALK_IN.value,
            "queued_at": now,
            "added_by": by.name,
            "removed_at": None,
            "removed_by": "",
        },
    )
    forget(person_id=person_id, subject=about_place(session))
    return True
