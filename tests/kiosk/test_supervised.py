from threading import Event

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
