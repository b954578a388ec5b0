"""Threads that do not die of what they do."""

from collections.abc import Callable
from threading import Event, Thread

import structlog

log = structlog.get_logger()
PAUSE_S = 1.0


def start(name: str, body: Callable[[], None], *, stop: Event) -> Thread:
    """Run `body` in a thread of its own; when it fails, log it, pause, and run it again."""
    thread = Thread(target=keep_running, args=(name, body), kwargs={"stop": stop}, name=name)
    thread.daemon = True
    thread.start()
    return thread


def keep_running(name: str, body: Callable[[], None], *, stop: Event) -> None:
    """Run `body` until it returns or `stop` is set."""
    while not stop.is_set():
        try:
            body()
        except Exception:  # the outermost loop of every thread
            log.exception("thread_failed", thread=name)
            stop.wait(PAUSE_S)
        else:
            return
