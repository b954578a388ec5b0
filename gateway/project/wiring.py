"""Who hears which consequence, and which deed is done when: the one place where rooms meet."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

from gateway.attendance.absence import Codes
from gateway.attendance.class_judging import ROLLS
from gateway.attendance.lifecycle import close_after_check_in
from gateway.attendance.models import RegistrationPolicy
from gateway.erp import sync
from gateway.erp.destination import deliver
from gateway.erp.isams.adapter import Isams
from gateway.erp.isams.client import Connection
from gateway.erp.isams.token import ClientAuth, Key
from gateway.erp.ports import Erp
from gateway.erp.queries import absence_codes
from gateway.outbox.models import Delivery
from gateway.project.config import GatewaySettings, Isams as IsamsSettings
from gateway.project.cron import Job
from gateway.project.jobs import SiteJobs, gateway_jobs, site_job
from gateway.project.worker import Deliver
from gateway.timetable.models import Site

SYNC_LOOK_BACK = timedelta(hours=24)


class Synchronise(Protocol):
    """Brings one kind of thing from the ERP to a site."""

    def __call__(self, *, site_id: int, erp: Erp, now: datetime) -> str:
        """What changed, in words. Raises Unavailable and Rejected."""
        ...


def utc_now() -> datetime:
    """This process's clock."""
    return datetime.now(UTC)


def known_codes(settings: GatewaySettings) -> Codes:
    """Asks which absence codes the ERP knows; None where no ERP is connected."""
    return absence_codes if settings.isams is not None else lambda: None


def erp_of(settings: GatewaySettings) -> Erp | None:
    """The school's ERP; None where none is connected."""
    return None if settings.isams is None else Isams(_connection(settings.isams), clock=utc_now)


class Wiring:
    """The rooms of one process, put together from its settings."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._erp = erp_of(settings)

    def jobs(self) -> tuple[Job, ...]:
        """Every job there is now; sites and policies are read anew each time."""
        policies = {policy.site_id: policy for policy in RegistrationPolicy.objects.all()}
        codes = known_codes(self._settings)
        jobs = [*gateway_jobs(), *self._directory_jobs()]
        for site in Site.objects.order_by("pk"):
            policy = policies.get(site.pk)
            jobs += SiteJobs(site, policy, codes).all()
            if policy is not None and policy.erp_enabled:
                jobs += self._period_jobs(site)
        return tuple(jobs)

    def destinations(self) -> Mapping[str, Deliver]:
        """Who is told what: the outbox's destination names and their deliverers."""
        rooms: dict[str, Deliver] = {ROLLS: _close_roll}
        return rooms if self._erp is None else {**rooms, "erp": partial(_tell_erp, self._erp)}

    def _directory_jobs(self) -> Iterator[Job]:
        """What the ERP says of the whole school, brought in on the clock of one site."""
        site = directory_site(self._settings)
        if self._erp is None or site is None:
            return
        lines = self._settings.jobs
        students = partial(_bring, sync.sync_students, site.pk, self._erp)
        yield site_job(site, "sync_students", lines.students, SYNC_LOOK_BACK, students)
        codes = partial(_bring, sync.sync_codes, site.pk, self._erp)
        yield site_job(site, "sync_codes", lines.codes, SYNC_LOOK_BACK, codes)

    def _period_jobs(self, site: Site) -> Iterator[Job]:
        if self._erp is not None:
            run = partial(_bring, sync.sync_periods, site.pk, self._erp)
            yield site_job(site, "sync_periods", self._settings.jobs.periods, SYNC_LOOK_BACK, run)


def directory_site(settings: GatewaySettings) -> Site | None:
    """The site that divisions new from the ERP come to: the one named, else the first."""
    if settings.isams is None:
        return None
    sites = Site.objects.order_by("pk")
    named = settings.isams.site
    return (sites.filter(slug=named) if named else sites).first()


def _bring(what: Synchronise, site_id: int, erp: Erp, now: datetime) -> str:
    return what(site_id=site_id, erp=erp, now=now)


def _tell_erp(erp: Erp, delivery: Delivery) -> None:
    deliver(delivery, erp=erp, now=utc_now())


def _close_roll(delivery: Delivery) -> None:
    close_after_check_in(session_id=int(delivery.body), now=utc_now())


def _connection(named: IsamsSettings) -> Connection:
    key = Key(
        client_id=named.client_id,
        client_secret=named.client_secret,
        client_auth=ClientAuth(named.client_auth.value),
        scope=named.scope,
    )
    return Connection(
        base_url=named.base_url,
        key=key,
        timeout=named.timeout,
        requests_per_hour=named.requests_per_hour,
        page_size=named.page_size,
        explicit_nulls=named.explicit_nulls,
    )
