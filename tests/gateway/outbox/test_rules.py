from datetime import timedelta

from gateway.outbox.rules import LONGEST, backoff


def test_each_failure_doubles_the_pause() -> None:
    assert [backoff(n).total_seconds() for n in range(5)] == [0, 5, 10, 20, 40]


def test_no_pause_is_longer_than_ten_minutes() -> None:
    assert backoff(1_000) == LONGEST == timedelta(minutes=10)
