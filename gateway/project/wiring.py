"""Who hears which consequence, and which deed is done when: the one place where rooms meet."""

from collections.abc import Mapping

from gateway.attendance.models import RegistrationPolicy
from gateway.project.config import GatewaySettings
from gateway.project.cron import Job
from gateway.project.jobs import SiteJobs, gateway_jobs
from gateway.project.worker import Deliver
from gateway.timetable.models import Site


class Wiring:
    """The rooms of one process, put together from its settings."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings

    def jobs(self) -> tuple[Job, ...]:
        """Every job there is now; sites and policies are read anew each time."""
        policies = {policy.site_id: policy for policy in RegistrationPolicy.objects.all()}
        jobs = [*gateway_jobs()]
        for site in Site.objects.order_by("pk"):
            jobs += SiteJobs(site, policies.get(site.pk), codes=lambda: None).all()
        return tuple(jobs)

    def destinations(self) -> Mapping[str, Deliver]:
        """Who is told what: the outbox's destination names and their deliverers."""
        return {}
