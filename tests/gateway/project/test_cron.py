from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.errors import Rejected, Unavailable
from gateway.outbox.models import CronRun
from gateway.project.cron import AGAIN_AFTER, LEASE, Due, Job, due_jobs, purge_runs, run_once

NOW = datetime(2026, 11, 20, 8, 10, 5, tzinfo=UTC)
SOON = timedelta(seconds=1)


class Deed:
    """A job's deed that remembers when it ran and fails as often as told."""

    def __init__(self, *failures: Exception) -> None:
        self.ran: list[datetime] = []
        self._failures = list(failures)

    def __call__(self, now: datetime) -> str:
        self.ran.append(now)
        if self._failures:
            raise self._failures.pop(0)
        return "done"


def job(deed: Callable[[datetime], str], *, name: str = "absence", line: str = "10 8 * * *") -> Job:
    return Job(name, "main", line, ZoneInfo("UTC"), timedelta(hours=24), deed)


def due(deed: Callable[[datetime], str]) -> Due:
    return Due(job(deed), NOW.replace(second=0))


def outcome() -> str:
    return CronRun.objects.get().outcome


def test_only_jobs_whose_time_has_come_are_due() -> None:
    deed = Deed()
    early, late = job(deed, line="10 8 * * *"), job(deed, line="11 8 * * *")

    assert due_jobs([early, late], now=NOW) == (Due(early, NOW.replace(second=0)),)


@pytest.mark.django_db
@pytest.mark.covers("TRK-06")
def test_a_firing_runs_once_however_often_it_is_asked_for() -> None:
    deed = Deed()

    over = [run_once(due(deed), now=NOW + n * SOON) for n in range(3)]

    assert over == [True, True, True]
    assert deed.ran == [NOW]
    assert outcome() == "done"


@pytest.mark.django_db
def test_a_job_that_waits_for_somebody_is_tried_again_soon() -> None:
    deed = Deed(Unavailable("the ERP is away"))

    over = [run_once(due(deed), now=NOW + wait) for wait in (0 * SOON, SOON, AGAIN_AFTER + SOON)]

    assert over == [False, False, True]
    assert deed.ran == [NOW, NOW + AGAIN_AFTER + SOON]
    assert outcome() == "done"


@pytest.mark.django_db
def test_a_job_that_is_refused_says_why_and_waits_for_its_next_firing() -> None:
    deed = Deed(Rejected("too many leavers"))

    over = [run_once(due(deed), now=NOW + n * SOON) for n in range(2)]

    assert over == [True, True]
    assert deed.ran == [NOW]
    assert outcome() == "refused: too many leavers"


@pytest.mark.django_db
def test_a_run_that_broke_off_is_taken_over_when_its_lease_is_over() -> None:
    deed = Deed(RuntimeError("killed half-way"))
    with pytest.raises(RuntimeError):
        run_once(due(deed), now=NOW)

    over = [run_once(due(deed), now=NOW + wait) for wait in (SOON, LEASE + SOON)]

    assert over == [False, True]
    assert len(deed.ran) == 2


@pytest.mark.django_db
def test_runs_are_forgotten_after_a_while() -> None:
    run_once(due(Deed()), now=NOW)

    assert purge_runs(before=NOW) == 0
    assert purge_runs(before=NOW + SOON) == 1
