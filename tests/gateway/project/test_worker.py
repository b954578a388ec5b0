import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from gateway.errors import Rejected, Unavailable
from gateway.outbox import services as outbox
from gateway.outbox.models import CronRun, Delivery
from gateway.outbox.services import Promise
from gateway.project.cron import Job
from gateway.project.worker import Deliver, Worker

NOW = datetime(2026, 11, 20, 8, 10, 5, tzinfo=UTC)
GO_ON = threading.Event()


class Destination:
    """Remembers what it was told and fails as told."""

    def __init__(self, *failures: Exception | None) -> None:
        self.told: list[str] = []
        self._failures = list(failures)

    def __call__(self, delivery: Delivery) -> None:
        self.told.append(delivery.subject)
        failure = self._failures.pop(0) if self._failures else None
        if failure is not None:
            raise failure


def worker(tell: Deliver, *jobs: Job) -> Worker:
    return Worker(
        jobs=lambda: jobs, destinations={"erp": tell}, beat=lambda: None, clock=lambda: NOW
    )


def promise(subject: str, *, lane: str = "") -> None:
    with transaction.atomic():
        outbox.queue([Promise("erp", subject, lane or subject, "{}")], now=NOW)


def states() -> dict[str, tuple[str, str]]:
    return {d.subject: (d.state, d.because) for d in Delivery.objects.all()}


@pytest.mark.django_db
def test_what_is_due_is_told_and_settled() -> None:
    promise("mark:1:1")
    promise("mark:1:2")
    erp = Destination()

    told = worker(erp).deliver_due("erp", stop=GO_ON)

    assert told == 2
    assert states() == {"mark:1:1": ("delivered", ""), "mark:1:2": ("delivered", "")}


@pytest.mark.django_db
def test_nothing_due_means_nothing_told() -> None:
    assert worker(Destination()).deliver_due("erp", stop=GO_ON) == 0


@pytest.mark.django_db
def test_a_destination_that_is_away_is_told_later() -> None:
    promise("mark:1:1")
    erp = Destination(Unavailable("the ERP is away"))

    worker(erp).deliver_due("erp", stop=GO_ON)

    assert states() == {"mark:1:1": ("waiting", "the ERP is away")}
    assert Delivery.objects.get().due_at > NOW


@pytest.mark.django_db
def test_a_refusal_is_set_aside_and_holds_up_nobody_else() -> None:
    promise("mark:1:1")
    promise("mark:1:2")
    erp = Destination(Rejected("no such student"))

    worker(erp).deliver_due("erp", stop=GO_ON)

    assert states() == {
        "mark:1:1": ("set_aside", "no such student"),
        "mark:1:2": ("delivered", ""),
    }


@pytest.mark.django_db
def test_a_fault_of_ours_loses_no_delivery() -> None:
    promise("mark:1:1")

    worker(Destination(ZeroDivisionError("oops"))).deliver_due("erp", stop=GO_ON)

    state, because = states()["mark:1:1"]
    assert (state, "oops" in because) == ("waiting", True)


@pytest.mark.django_db
def test_a_worker_that_is_asked_to_stop_gives_back_what_it_claimed() -> None:
    promise("mark:1:1")
    asked = threading.Event()
    asked.set()
    erp = Destination()

    worker(erp).deliver_due("erp", stop=asked)

    assert erp.told == []
    assert Delivery.objects.get().leased_until is None


@pytest.mark.django_db(transaction=True)
def test_a_worker_runs_its_jobs_and_stops_when_asked() -> None:
    stop = threading.Event()

    def fire(now: datetime) -> str:
        stop.set()
        return f"fired at {now:%H:%M}"

    minutely = Job("judge", "main", "* * * * *", ZoneInfo("UTC"), timedelta(minutes=2), fire)
    worker(Destination(), minutely).run(stop)

    assert CronRun.objects.get().outcome == "fired at 08:10"


@pytest.mark.django_db(transaction=True)
def test_a_worker_shows_that_it_works() -> None:
    stop = threading.Event()

    Worker(jobs=tuple, destinations={"erp": Destination()}, beat=stop.set, clock=lambda: NOW).run(
        stop
    )

    assert stop.is_set()


@pytest.mark.django_db(transaction=True)
def test_a_delivery_reaches_its_destination_while_the_worker_runs() -> None:
    promise("mark:1:1")
    stop, told = threading.Event(), []

    def tell(delivery: Delivery) -> None:
        told.append(delivery.subject)
        stop.set()

    worker(tell).run(stop)

    assert told == ["mark:1:1"]
    assert states() == {"mark:1:1": ("delivered", "")}
