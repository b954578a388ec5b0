"""A site whose school is known from the sandbox."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from gateway.attendance.events import MarkChanged
from gateway.attendance.models import RegistrationPolicy, Session
from gateway.attendance.values import Mark
from gateway.erp import sync
from gateway.erp.destination import deliver
from gateway.erp.isams.adapter import Isams
from gateway.erp.models import Registration
from gateway.erp.ports import Register
from gateway.erp.sandbox.server import Running
from gateway.outbox import services as outbox
from gateway.outbox.models import Delivery
from gateway.outbox.services import Promise
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


@dataclass(frozen=True, slots=True)
class Stage:
    """A connected school, and the ERP it is connected to."""

    connected: Connected
    running: Running
    erp: Isams
    clock: DrivenClock

    @property
    def period(self) -> int:
        return int(self.connected.session.external_id)

    def promise(self, mark: Mark, *, key: str = "S00001") -> Delivery:
        """Queue a mark as the attendance room does."""
        person_id = self.connected.student(key).pk
        event = MarkChanged.of(self.connected.session.pk, person_id, mark)
        told = Promise("erp", event.subject, event.lane, event.to_json(), event.priority)
        with transaction.atomic():
            outbox.queue([told], now=self.clock())
        return Delivery.objects.get(subject=event.subject)

    def tell(self, mark: Mark, *, key: str = "S00001", erp: Register | None = None) -> None:
        """Deliver a mark, once."""
        deliver(self.promise(mark, key=key), erp=erp or self.erp, now=self.clock())

    def bodies(self) -> list[dict[str, Any]]:
        """Every PUT the ERP stored."""
        return [one.body for one in self.running.registers.written()]

    def state(self, key: str = "S00001") -> tuple[str, str]:
        row = Registration.objects.get(session=self.connected.session, person__external_id=key)
        return row.state, row.because
