"""A morning on which the ERP fails while students tap: the real chain on a driven clock."""

import random
import threading
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from gateway.attendance import absence
from gateway.attendance.models import Mark, RegistrationPolicy
from gateway.attendance.recording import Heard
from gateway.attendance.services import judge_sessions, record_tracks
from gateway.erp.destination import deliver
from gateway.erp.isams.adapter import Isams
from gateway.erp.models import Registration
from gateway.erp.queries import absence_codes
from gateway.erp.sandbox.faults import Wrong
from gateway.erp.sandbox.server import Running
from gateway.fleet.services import hear_heartbeat
from gateway.outbox.models import Delivery
from gateway.people.models import Person
from gateway.people.services import set_credential
from gateway.project.worker import Worker
from gateway.timetable.models import YearGroup
from gateway.timetable.services import add_term
from kiosk.protocol.messages import Method
from tests.gateway.erp.clock import DrivenClock
from tests.gateway.erp.school import Connected, connect
from tests.gateway.school import MONDAY, Door, card_of, make_kiosk

pytestmark = [pytest.mark.integration, pytest.mark.fault, pytest.mark.django_db]

LOWER_SCHOOL = ("S00001", "S00002", "S00005", "S00006", "S00009", "S00010")
SAYS_PRESENT = {"isPresent": True, "isLate": False, "presentCodeId": 101}
SAYS_ABSENT = {"isPresent": False, "isLate": False, "absenceCodeId": 2}
FAILURES = (Wrong.ERROR_500, Wrong.HTML_503, Wrong.RESET, Wrong.RESET_AFTER_COMMIT)


def says_late(minutes: int) -> dict[str, Any]:
    return {"isPresent": True, "isLate": True, "numberOfMinutesLate": minutes}


@dataclass
class Morning:
    """The lower school's Monday: taps, heartbeats, absence and deliveries by the clock."""

    connected: Connected
    running: Running
    clock: DrivenClock
    door: Door
    worker: Worker

    def tap(self, key: str, at: str) -> None:
        track = self.door.sees(self.connected.student(key), at)
        heard = Heard(self.door.id, self.connected.site.pk, self.door.install, track)
        record_tracks(heard=[heard], now=self.clock.set(at))

    def mark_absentees(self, at: str) -> None:
        heard = self.door.beats(at).model_copy(update={"last_seq": 0, "first_seq": 0})
        hear_heartbeat(heartbeat=heard, now=self.clock.set(at))
        absence.run(site_id=self.connected.site.pk, codes=absence_codes, now=self.clock())

    def deliver_until(self, at: str) -> None:
        """The worker looks for work every half minute."""
        until = DrivenClock(self.clock()).set(at)
        while self.clock() < until:
            while self.worker.deliver_due("erp", stop=threading.Event()):
                pass
            self.clock.advance(timedelta(seconds=30))

    def written(self, key: str) -> list[dict[str, Any]]:
        return [one.body for one in self.running.registers.written() if one.student == key]


def no_beat() -> None:
    """Nobody watches this worker."""


@pytest.fixture
def morning(running: Running, erp: Isams, clock: DrivenClock) -> Morning:
    connected = connect(erp, clock)
    add_term(site_id=connected.site.pk, name="Autumn", starts_on=MONDAY, ends_on=MONDAY)
    policy = RegistrationPolicy.objects.get()
    policy.absence_enabled, policy.share_limit = True, Decimal(1)
    policy.save()
    policy.year_groups.set(YearGroup.objects.all())
    for person in Person.objects.all():
        set_credential(person_id=person.pk, method=Method.CARD, value=card_of(person))
    worker = Worker(
        jobs=tuple,
        destinations={"erp": lambda delivery: deliver(delivery, erp=erp, now=clock())},
        beat=no_beat,
        clock=clock,
    )
    return Morning(connected, running, clock, make_kiosk(connected.site), worker)


def live_through(morning: Morning) -> None:
    """S1 in time, S2 late, S5 and S6 late after they were marked absent; S9 and S10 never come."""
    morning.tap("S00001", "07:50")
    morning.clock.set("08:00")
    judge_sessions(site_id=morning.connected.site.pk, now=morning.clock())
    morning.deliver_until("08:07")
    morning.tap("S00002", "08:07")
    morning.deliver_until("08:30")
    morning.mark_absentees("08:30")
    morning.deliver_until("08:40")
    morning.tap("S00005", "08:40")
    morning.tap("S00006", "08:41")
    morning.deliver_until("09:00")


WANTED = {
    "S00001": SAYS_PRESENT,
    "S00002": says_late(7),
    "S00005": says_late(40),
    "S00006": says_late(41),
    "S00009": SAYS_ABSENT,
    "S00010": SAYS_ABSENT,
}


@pytest.mark.covers("TRK-10", "TRK-06", "BEY-02", "DES-04")
def test_an_erp_that_fails_for_an_hour_learns_each_last_state_once(morning: Morning) -> None:
    morning.running.fail(Wrong.ERROR_500, times=100_000, path="/api/")
    live_through(morning)
    assert morning.running.registers.written() == ()
    assert Mark.objects.filter(session=morning.connected.session).count() == 6

    morning.running.api.faults.clear()
    morning.deliver_until("09:15")

    assert {key: morning.written(key) for key in LOWER_SCHOOL} == {
        key: [body] for key, body in WANTED.items()
    }
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}
    assert set(Registration.objects.values_list("state", flat=True)) == {"pushed"}


def test_an_erp_that_answers_learns_every_change_once_and_in_order(morning: Morning) -> None:
    live_through(morning)

    assert morning.written("S00005") == [SAYS_ABSENT, says_late(40)]
    assert {key: morning.written(key)[-1] for key in LOWER_SCHOOL} == WANTED
    assert all(one.changed for one in morning.running.registers.written())
    assert sum(len(morning.written(key)) for key in LOWER_SCHOOL) == 8


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.covers("BEY-02")
def test_an_erp_that_fails_now_and_then_is_written_to_once_a_change(
    morning: Morning, seed: int
) -> None:
    print(f"seed {seed}")
    dice = random.Random(seed)
    for _ in range(40):
        morning.running.fail(
            dice.choice(FAILURES), method=dice.choice(["GET", "PUT"]), path="/register/"
        )

    live_through(morning)
    morning.deliver_until("10:30")

    assert {key: morning.written(key)[-1] for key in LOWER_SCHOOL} == WANTED
    for key in LOWER_SCHOOL:
        said = [str(body) for body in morning.written(key)]
        assert len(said) == len(set(said))
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_lates_and_absences_are_told_before_presents(morning: Morning) -> None:
    morning.tap("S00001", "07:50")
    morning.tap("S00005", "07:51")
    judge_sessions(site_id=morning.connected.site.pk, now=morning.clock.set("08:00"))
    morning.tap("S00002", "08:07")

    morning.deliver_until("08:08")

    told = [one.body for one in morning.running.registers.written()]
    assert told == [says_late(7), SAYS_PRESENT, SAYS_PRESENT]
