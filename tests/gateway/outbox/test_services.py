from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from gateway.outbox import services
from gateway.outbox.models import Delivery
from gateway.outbox.services import OutsideTransaction, Promise

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LEASE = timedelta(minutes=1)


def promise(subject: str, body: str = "{}", *, lane: str = "", priority: int = 5) -> None:
    made = Promise("erp", subject, lane or subject, body, priority)
    with transaction.atomic():
        services.queue([made], now=NOON)


def claim(minutes: int = 0, most: int = 20) -> tuple[Delivery, ...]:
    now = NOON + timedelta(minutes=minutes)
    return services.claim("erp", now=now, lease=LEASE, most=most)


def subjects(claimed: tuple[Delivery, ...]) -> list[str]:
    return [delivery.subject for delivery in claimed]


def states() -> list[tuple[str, int]]:
    return list(Delivery.objects.order_by("pk").values_list("state", "version"))


@pytest.mark.django_db(transaction=True)
def test_a_promise_outside_a_transaction_is_refused() -> None:
    with pytest.raises(OutsideTransaction):
        services.queue([Promise("erp", "a", "a", "{}")], now=NOON)

    assert not Delivery.objects.exists()


def test_the_same_state_promised_again_is_told_once() -> None:
    promise("a", "one")
    [row] = claim()
    services.settle(row, now=NOON)

    promise("a", "one")

    assert states() == [("delivered", 1)]


def test_a_new_state_replaces_what_was_not_told_yet() -> None:
    promise("a", "one")
    promise("a", "two")

    [row] = claim()

    assert (row.body, row.version) == ("two", 2)


def test_a_state_that_changes_while_it_is_told_is_told_again() -> None:
    promise("a", "one")
    [row] = claim()
    promise("a", "two")

    services.settle(row, now=NOON)

    assert [again.body for again in claim()] == ["two"]


def test_the_pressing_ones_go_first() -> None:
    promise("present", priority=5)
    promise("absent", priority=0)

    assert subjects(claim()) == ["absent", "present"]


def test_within_a_lane_the_earlier_goes_first_and_alone() -> None:
    promise("am", lane="mia")
    promise("pm", lane="mia", priority=0)

    first = claim()
    services.settle(first[0], now=NOON)

    assert subjects(first) == ["am"]
    assert subjects(claim(2)) == ["pm"]


def test_what_was_set_aside_does_not_block_its_lane() -> None:
    promise("am", lane="mia")
    promise("pm", lane="mia")
    services.set_aside(claim()[0], because="refused", now=NOON)

    assert subjects(claim(2)) == ["pm"]


def test_what_one_worker_holds_no_other_is_given_before_the_lease_runs_out() -> None:
    promise("a")
    claim()

    assert subjects(claim()) == []
    assert subjects(claim(2)) == ["a"]


def test_a_failed_try_waits_longer_each_time_and_says_why() -> None:
    promise("a")
    services.wait(claim()[0], because="ERP away", now=NOON)

    row = Delivery.objects.get()
    assert (row.because, row.attempts, row.due_at) == (
        "ERP away", 1, NOON + timedelta(seconds=5)
    )  # fmt: skip
    assert subjects(claim()) == []
    assert subjects(claim(1)) == ["a"]


@pytest.mark.parametrize("close", [services.wait, services.set_aside])
def test_a_failure_of_an_old_state_does_not_delay_the_new_one(
    close: Callable[..., None],
) -> None:
    promise("a", "one")
    [row] = claim()
    promise("a", "two")

    close(row, because="ERP away", now=NOON)

    assert [again.body for again in claim()] == ["two"]


def test_a_person_may_ask_for_one_more_try() -> None:
    promise("a")
    services.set_aside(claim()[0], because="no such student", now=NOON)

    assert services.retry(Delivery.objects.get().pk, now=NOON)

    assert subjects(claim(2)) == ["a"]


def test_what_is_not_set_aside_cannot_be_tried_again() -> None:
    promise("a")

    assert not services.retry(Delivery.objects.get().pk, now=NOON)
