"""Runs each scheduled job once a firing, whichever worker comes first; again if it broke off."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.db.models import QuerySet

from gateway import bulk
from gateway.errors import Rejected, Unavailable
from gateway.outbox.models import CronRun
from gateway.project.rules import firing_key, latest_firing

log = structlog.get_logger()

LEASE = timedelta(minutes=10)
"""Longer than any job takes; a run whose worker died is taken over after it."""
AGAIN_AFTER = timedelta(minutes=1)
"""How soon a job is tried again when what it needs is away."""


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
    """Run a firing unless somebody ran or is running it; whether it is over.

    What the job refuses is written as its outcome. One that needs something that is away is
    tried again soon; an error of ours goes up, and is tried again when the lease is over.
    """
    row = CronRun.objects.filter(job=due.job.name, key=due.key)
    before = row.first()
    if before is not None and before.finished_at is not None:
        return True
    if before is not None and before.leased_until is not None and before.leased_until >= now:
        return False
    return _claim(due, now=now) and _finish(row, due, now=now)


def _finish(row: QuerySet[CronRun], due: Due, *, now: datetime) -> bool:
    try:
        outcome = due.job.run(now)
    except Unavailable as away:
        log.warning("job_waits", job=due.job.name, key=due.key, because=str(away))
        row.update(leased_until=now + AGAIN_AFTER, outcome=f"waits: {away}")
        return False
    except Rejected as refusal:
        log.error("job_refused", job=due.job.name, key=due.key, because=str(refusal))
        outcome = f"refused: {refusal}"
    row.update(finished_at=now, outcome=outcome, leased_until=None)
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
