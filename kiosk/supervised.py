"""Threads that do not die of what they do."""

from collections.abc import Callable
from threading import Event, Thread

import structlog

log = structlog.get_logger()
PAUSE_S = 1.0


def start(
    name: str,
    body: Callable[[], None],
    *,
    stop: Event,
    failed: Callable[[str], None] = lambda _: None,
) -> Thread:
    """Run `body` in a thread of its own; when it fails, log it, pause, and run it again.

    `failed` hears why, each time.
    """
    more = {"stop": stop, "failed": failed}
    thread = Thread(target=keep_running, args=(name, body), kwargs=more, name=name)
    thread.daemon = True
    thread.start()
    return thread


def keep_running(
    name: str,
    body: Callable[[], None],
    *,
    stop: Event,
    failed: Callable[[str], None] = lambda _: None,
) -> None:
    """Run `body` until it returns or `stop` is set. What fails the same way again is not news."""
    last = ""
    while not stop.is_set():
        try:
            body()
        except Exception as failure:  # the outermost loop of every thread
            why = f"{type(failure).__name__}: {failure}"
            if why != last:
                log.exception("thread_failed", thread=name)
            last = why
            failed(why)
            stop.wait(PAUSE_S)
        else:
            return
