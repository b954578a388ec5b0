"""Runs what may hang aside, so that who asked for it need not."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def begin(call: Callable[[], T], *, name: str) -> "Future[T]":
    """Run `call` in a thread of its own, which keeps nobody from ending the program."""
    future: Future[T] = Future()
    Thread(target=_run, args=(call, future), name=name, daemon=True).start()
    return future


def _run(call: Callable[[], T], future: "Future[T]") -> None:
    try:
        future.set_result(call())
    except Exception as failed:  # noqa: BLE001 - whoever asks for the result gets it
        future.set_exception(failed)
