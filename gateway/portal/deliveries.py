"""What the outbox holds, as pages show it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from gateway.attendance.events import MarkChanged
from gateway.attendance.models import Session
from gateway.outbox.models import Delivery
from gateway.people.models import Person

MOST = 200
"""Deliveries one page shows of each state."""


@dataclass(frozen=True, slots=True)
class DeliveryTotals:
    """How many promises are open: waiting, of these tried in vain, and set aside."""

    waiting: int
    delayed: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One promise in a person's words; `about` is its subject where it tells no mark."""

    id: int
    destination: str
    about: str
    name: str
    session: str
    mark: str
    late_minutes: int | None
    state: str
    attempts: int
    because: str
    queued_at: datetime
    due_at: datetime


def delivery_totals() -> DeliveryTotals:
    """Counts of what is not yet kept."""
    waiting = Q(state=Delivery.State.WAITING)
    aside = Q(state=Delivery.State.SET_ASIDE)
    counted = Delivery.objects.filter(waiting | aside).aggregate(
        waiting=Count("pk", filter=waiting),
        delayed=Count("pk", filter=waiting & Q(attempts__gt=0)),
        set_aside=Count("pk", filter=aside),
    )
    return DeliveryTotals(**counted)


def delivery_lines(state: str) -> tuple[DeliveryLine, ...]:
    """The oldest promises in that state; the latest first for those that were kept."""
    order = "-settled_at" if state == Delivery.State.DELIVERED else "queued_at"
    rows = list(Delivery.objects.filter(state=state).order_by(order, "pk")[:MOST])
    events = {row.pk: _event(row) for row in rows}
    told = [event for event in events.values() if event]
    people = Person.objects.in_bulk({event.person_id for event in told})
    sessions = Session.objects.in_bulk({event.session_id for event in told})
    return tuple(_line(row, events[row.pk], people, sessions) for row in rows)


def _event(row: Delivery) -> MarkChanged | None:
    return MarkChanged.from_json(row.body) if row.subject.startswith("mark:") else None


def _line(
    row: Delivery,
    event: MarkChanged | None,
    people: dict[int, Person],
    sessions: dict[int, Session],
) -> DeliveryLine:
    person = people.get(event.person_id) if event else None
    session = sessions.get(event.session_id) if event else None
    return DeliveryLine(
        id=row.pk,
        destination=row.destination,
        about="" if person else row.subject,
        name=str(person or ""),
        session=str(session or ""),
        mark=event.base if event else "",
        late_minutes=event.late_minutes if event else None,
        state=row.state,
        attempts=row.attempts,
        because=row.because,
        queued_at=row.queued_at,
        due_at=row.due_at,
    )
