"""Runs each scheduled job once a firing, whichever worker comes first; again if it broke off."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction

from gateway import bulk
from gateway.errors import GatewayError
from gateway.outbox.models import CronRun
from gateway.project.rules import firing_key, latest_firing

log = structlog.get_logger()

LEASE = timedelta(minutes=10)
"""Longer than any job takes; a run whose worker died is taken over after it."""


@dataclass(frozen=True, slots=True)
class Job:
    """A deed with its schedule. `subject` is the site's slug, or `gateway` for all of it."""

    name: str
    subject: str
    line: str
    zone: ZoneInfo
    look_back: timedelta
    run: Callable[[datetime], str]


@dataclass(frozen=True, slots=True)
class Due:
    """One firing of one job."""

    job: Job
    firing: datetime

    @property
    def key(self) -> str:
        """The key under which this firing runs once."""
        return firing_key(self.job.subject, self.firing)


def due_jobs(jobs: Iterable[Job], *, now: datetime) -> tuple[Due, ...]:
    """The newest firing of each job that `now` asks for, whether or not it has run."""
    firings = (
        (job, latest_firing(job.line, zone=job.zone, now=now, look_back=job.look_back))
        for job in jobs
    )
    return tuple(Due(job, firing) for job, firing in firings if firing is not None)


def run_once(due: Due, *, now: datetime) -> bool:
    """Run a firing unless somebody ran or is running it; whether it need not be asked again.

    What the job refuses or cannot do is written as its outcome; an error of ours goes up,
    and the firing is tried again when its lease is over.
    """
    claimed = _claim(due, now=now)
    if not claimed:
        return CronRun.objects.filter(
            job=due.job.name, key=due.key, finished_at__isnull=False
        ).exists()
    try:
        outcome = due.job.run(now)
    except GatewayError as refusal:
        log.warning("job_failed", job=due.job.name, key=due.key, because=str(refusal))
        outcome = f"{type(refusal).__name__}: {refusal}"
    CronRun.objects.filter(job=due.job.name, key=due.key).update(
        finished_at=now, outcome=outcome, leased_until=None
    )
    return True


@transaction.atomic
def _claim(due: Due, *, now: datetime) -> bool:
    fresh = bulk.insert(
        CronRun,
        ("job", "key", "claimed_at", "leased_until", "outcome"),
        [(due.job.name, due.key, now, now + LEASE, "")],
        on_conflict="(job, key) DO NOTHING",
        returning="id",
    )
    if fresh:
        return True
    broken_off = CronRun.objects.filter(
        job=due.job.name, key=due.key, finished_at=None, leased_until__lt=now
    )
    return bool(broken_off.update(claimed_at=now, leased_until=now + LEASE))


def purge_runs(*, before: datetime) -> int:
    """Forget the runs claimed before this instant; how many they were."""
    return CronRun.objects.filter(claimed_at__lt=before).delete()[0]
