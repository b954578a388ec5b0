"""A site whose school is known from the sandbox."""

from dataclasses import dataclass

from gateway.attendance.models import RegistrationPolicy, Session
from gateway.erp import sync
from gateway.erp.isams.adapter import Isams
from gateway.people.models import Person
from gateway.timetable.models import Site
from tests.gateway.erp.clock import DrivenClock
from tests.gateway.factories import make_site


@dataclass(frozen=True, slots=True)
class Connected:
    """The site and the lower school's AM session."""

    site: Site
    session: Session

    def student(self, key: str) -> Person:
        return Person.objects.get(external_id=key)


def connect(erp: Isams, clock: DrivenClock) -> Connected:
    """Synchronised at the clock's time."""
    site = make_site()
    RegistrationPolicy.objects.create(site=site, erp_enabled=True)
    sync.sync_students(site_id=site.pk, erp=erp, now=clock())
    sync.sync_codes(site_id=site.pk, erp=erp, now=clock())
    sync.sync_periods(site_id=site.pk, erp=erp, now=clock())
    return Connected(site, Session.objects.get(division__external_id="1", kind="AM"))
