"""The worker role: fires the scheduled jobs and keeps the promises of the outbox.

Several workers are safe: a firing is claimed by its key, a delivery by its lease. A job or
a destination that is slow holds up neither the other jobs nor the other destinations.
"""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import structlog
from django.db import Error, connection

from gateway.errors import Rejected, Unavailable
from gateway.outbox import services as outbox
from gateway.outbox.models import Delivery
from gateway.project.cron import Due, Job, due_jobs, run_once

log = structlog.get_logger()

Deliver = Callable[[Delivery], None]

TURN = 1.0
DELIVERERS = 2
"""Threads a destination; lanes keep each person's order."""
CLAIM = 4
LEASE = timedelta(minutes=10)
JOBS_AT_ONCE = 4


class Worker:
    """One worker. Its jobs are read anew every minute, so that a changed policy soon counts."""

    def __init__(
        self,
        *,
        jobs: Callable[[], tuple[Job, ...]],
        destinations: Mapping[str, Deliver],
        beat: Callable[[], None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._jobs = jobs
        self._destinations = destinations
        self._beat = beat
        self._clock = clock
        self._running: dict[str, Future[bool]] = {}
        self._over: dict[str, str] = {}
        self._due: tuple[Due, ...] = ()
        self._looked_at: datetime | None = None

    def run(self, stop: threading.Event) -> None:
        """Work until `stop`; then end what is at hand and return."""
        deliverers = [
            threading.Thread(target=self._deliver_until, args=(name, stop), daemon=True)
            for name in self._destinations
            for _ in range(DELIVERERS)
        ]
        for thread in deliverers:
            thread.start()
        with ThreadPoolExecutor(JOBS_AT_ONCE, "job") as pool:
            while not stop.wait(TURN):
                self._fire(pool)
                if all(thread.is_alive() for thread in deliverers):
                    self._beat()
        for thread in deliverers:
            thread.join()

    def _fire(self, pool: ThreadPoolExecutor) -> None:
        minute = self._clock().replace(second=0, microsecond=0)
        if minute != self._looked_at:
            try:
                self._due = due_jobs(self._jobs(), now=self._clock())
            except Error:
                _reconnect("jobs")
                return
            self._looked_at = minute
        for due in self._due:
            self._fire_one(due, pool)

    def _fire_one(self, due: Due, pool: ThreadPoolExecutor) -> None:
        name = f"{due.job.name} {due.job.subject}"
        before = self._running.get(name)
        if before is not None and not before.done():
            return
        if self._over.get(name) != due.key:
            self._running[name] = pool.submit(self._run_job, due, name)

    def _run_job(self, due: Due, name: str) -> bool:
        try:
            if run_once(due, now=self._clock()):
                self._over[name] = due.key
        except Exception:  # the outermost loop of this thread
            log.exception("job_broke", job=due.job.name, key=due.key)
        finally:
            connection.close()
        return True

    def _deliver_until(self, destination: str, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                served = self.deliver_due(destination, stop=stop)
            except Error:
                _reconnect(destination)
                served = 0
            if not served:
                stop.wait(TURN)
        connection.close()

    def deliver_due(self, destination: str, *, stop: threading.Event) -> int:
        """Tell one destination what is due to it, a few at a time; how many were told."""
        if not outbox.is_due(destination, now=self._clock()):
            return 0
        claimed = outbox.claim(destination, now=self._clock(), lease=LEASE, most=CLAIM)
        for delivery in claimed:
            if stop.is_set():
                outbox.give_back(delivery)
            else:
                self._tell(delivery)
        return len(claimed)

    def _tell(self, delivery: Delivery) -> None:
        try:
            self._destinations[delivery.destination](delivery)
        except Unavailable as away:
            outbox.wait(delivery, because=str(away), now=self._clock())
        except Rejected as refusal:
            log.error("delivery_set_aside", delivery=delivery.pk, because=type(refusal).__name__)
            outbox.set_aside(delivery, because=str(refusal), now=self._clock())
        except Error:
            raise
        except Exception as surprise:  # the outermost loop of this thread
            log.exception("delivery_broke", delivery=delivery.pk)
            outbox.wait(delivery, because=f"a fault of ours: {surprise!r}", now=self._clock())
        else:
            outbox.settle(delivery, now=self._clock())


def _reconnect(what: str) -> None:
    log.warning("store_away", what=what)
    connection.close()
