from threading import Event

import pytest
from structlog.testing import capture_logs

from kiosk import supervised


def test_a_thread_that_fails_runs_again() -> None:
    stop, attempts = Event(), list[int]()

    def body() -> None:
        attempts.append(len(attempts))
        if len(attempts) < 2:
            raise RuntimeError("once")

    supervised.start("test", body, stop=stop).join(timeout=10)

    assert attempts == [0, 1]


def test_a_thread_that_fails_is_not_begun_again_once_stopped() -> None:
    stop, attempts = Event(), list[int]()

    def body() -> None:
        attempts.append(1)
        stop.set()
        raise RuntimeError("last")

    supervised.keep_running("test", body, stop=stop)

    assert attempts == [1]


@pytest.mark.fault
def test_what_fails_the_same_way_again_and_again_is_logged_once_and_told_each_time() -> None:
    stop, told = Event(), list[str]()

    def failed(why: str) -> None:
        told.append(why)
        if len(told) == 2:
            stop.set()

    def body() -> None:
        raise OSError("burnt")

    with capture_logs() as logged:
        supervised.keep_running("test", body, stop=stop, failed=failed)

    assert told == ["OSError: burnt"] * 2
    assert [each["event"] for each in logged] == ["thread_failed"]
