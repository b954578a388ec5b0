"""Promise, claim, settle: the life of a delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q

from gateway import bulk
from gateway.errors import GatewayError
from gateway.outbox.models import Delivery
from gateway.outbox.rules import backoff

_COLUMNS = (
    "destination", "subject", "lane", "priority", "body", "version", "state", "attempts", "because",
    "queued_at", "due_at",
)  # fmt: skip
_STATE_WINS = """(destination, subject) DO UPDATE SET
    body = excluded.body, priority = excluded.priority, version = outbox_delivery.version + 1,
    state = 'waiting', attempts = 0, because = '', due_at = excluded.due_at, settled_at = NULL
    WHERE outbox_delivery.body <> excluded.body"""


class OutsideTransaction(GatewayError):
    """A promise must be made in the transaction that makes its fact true."""


@dataclass(frozen=True, slots=True)
class Promise:
    """The whole state of `subject`, for one destination. A smaller priority goes first."""

    destination: str
    subject: str
    lane: str
    body: str
    priority: int = 5


def queue(promises: Sequence[Promise], *, now: datetime) -> None:
    """Promise to tell each subject's state; the same state promised again changes nothing.

    Raises OutsideTransaction.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction("queue deliveries inside the transaction that records their fact")
    waiting = Delivery.State.WAITING.value
    rows = [
        (p.destination, p.subject, p.lane, p.priority, p.body, 1, waiting, 0, "", now, now)
        for p in promises
    ]
    bulk.insert(Delivery, _COLUMNS, rows, on_conflict=_STATE_WINS)


@transaction.atomic
def claim(
    destination: str, *, now: datetime, lease: timedelta, most: int = 20
) -> tuple[Delivery, ...]:
    """Lease the deliveries that are due, the most pressing first, one a lane.

    Nobody else is given them before the lease runs out.
    """
    earlier = Delivery.objects.filter(
        destination=destination,
        state=Delivery.State.WAITING,
        lane=OuterRef("lane"),
        id__lt=OuterRef("id"),
    )
    due = (
        Delivery.objects.select_for_update(skip_locked=connection.features.has_select_for_update)
        .filter(destination=destination, state=Delivery.State.WAITING, due_at__lte=now)
        .filter(Q(leased_until=None) | Q(leased_until__lt=now))
        .filter(~Exists(earlier))
        .order_by("priority", "due_at", "id")[:most]
    )
    claimed = tuple(due)
    Delivery.objects.filter(pk__in=[row.pk for row in claimed]).update(leased_until=now + lease)
    return claimed


def is_due(destination: str, *, now: datetime) -> bool:
    """Whether a claim would find anything; asks without locking."""
    return (
        Delivery.objects.filter(
            destination=destination, state=Delivery.State.WAITING, due_at__lte=now
        )
        .filter(Q(leased_until=None) | Q(leased_until__lt=now))
        .exists()
    )


def give_back(delivery: Delivery) -> None:
    """End a lease without having told: somebody else may at once."""
    Delivery.objects.filter(pk=delivery.pk).update(leased_until=None)


def purge(*, before: datetime) -> int:
    """Forget what was delivered before this instant; how many they were."""
    told = Delivery.objects.filter(state=Delivery.State.DELIVERED, settled_at__lt=before)
    return told.delete()[0]


def settle(delivery: Delivery, *, now: datetime) -> None:
    """Kept, unless a newer state came meanwhile: then it waits again."""
    _close(delivery, state=Delivery.State.DELIVERED, because="", settled_at=now)


def set_aside(delivery: Delivery, *, because: str, now: datetime) -> None:
    """Give up until a person looks, unless a newer state came meanwhile."""
    _close(delivery, state=Delivery.State.SET_ASIDE, because=because, settled_at=now)


def wait(delivery: Delivery, *, because: str, now: datetime) -> None:
    """Try again later, each time after a longer pause."""
    Delivery.objects.filter(pk=delivery.pk, version=delivery.version).update(
        attempts=F("attempts") + 1,
        due_at=now + backoff(delivery.attempts + 1),
        because=because,
    )
    Delivery.objects.filter(pk=delivery.pk).update(leased_until=None)


def retry(delivery_id: int, *, now: datetime) -> bool:
    """A person asks for one more try; False when it was not set aside."""
    changed = Delivery.objects.filter(pk=delivery_id, state=Delivery.State.SET_ASIDE).update(
        state=Delivery.State.WAITING, due_at=now, attempts=0, settled_at=None
    )
    return bool(changed)


def _close(delivery: Delivery, *, state: str, because: str, settled_at: datetime) -> None:
    Delivery.objects.filter(pk=delivery.pk, version=delivery.version).update(
        state=state, because=because, settled_at=settled_at, attempts=F("attempts") + 1
    )
    Delivery.objects.filter(pk=delivery.pk).update(leased_until=None)
