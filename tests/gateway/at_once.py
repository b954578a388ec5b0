"""Deeds that happen at once, each in a thread and on a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from gateway.errors import Rejected


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Do all deeds in threads that start together; answers what each answered or was refused."""
    together = Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> object:
        try:
            together.wait(timeout=30)
            return deed()
        except Rejected as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(do, deeds))


def refusals(answers: list[object]) -> list[str]:
    """The names of the errors among the answers."""
    return [type(each).__name__ for each in answers if isinstance(each, Rejected)]
