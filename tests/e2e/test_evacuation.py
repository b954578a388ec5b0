"""An evacuation: gateway, broker and kiosk all real; the broker goes away in the middle."""

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.button.button import Press
from gateway.attendance.evacuation import end_alarm, open_alarm, raise_alarm, tick
from gateway.attendance.roll_call import past_alarms, roll_call
from gateway.fleet.models import Kiosk
from gateway.ingest.inbox import BrokerAddress, Inbox
from gateway.ingest.listener import Listener
from gateway.people.queries import roster_version
from gateway.people.services import set_credential
from gateway.timetable.models import Site
from kiosk.protocol.messages import Method
from kiosk.screen.rollcall import RollCallShown
from tests.gateway.school import make_school
from tests.kiosk.neighbours import KIOSK, Mosquitto, card_of, eventually, running_mosquitto
from tests.kiosk.test_assembly import Running, running

pytestmark = [pytest.mark.integration, pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@dataclass
class School:
    """A school with one kiosk at which Mia, Ben and Ada have signed in."""

    kiosk: Running
    broker: Mosquitto
    listener: Listener
    site: Site
    students: tuple[int, ...]

    def until(self, look: Callable[[], object]) -> None:
        """Let the gateway work until `look` is true."""

        def turned() -> bool:
            self.listener.turn(threading.Event())
            return bool(look())

        eventually(turned)

    def raise_alarm(self) -> None:
        raise_alarm(site_id=self.site.pk, by="office", now=now())

    def tick(self, place: int, *, safe: bool = True) -> None:
        """The office ticks a student."""
        person = self.students[place]
        tick(site_id=self.site.pk, person_id=person, is_safe=safe, by="office", now=now())

    def tick_at_kiosk(self, place: int) -> None:
        """Somebody touches the student's name on the kiosk's screen."""
        port = self.kiosk.settings.screen.port
        body = json.dumps({"person": str(self.students[place]), "safe": "yes"}).encode()
        told = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"http://127.0.0.1:{port}/tick", body, told)
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status == 202

    def shown(self) -> tuple[int, int] | None:
        """How many are on the kiosk's roll and how many of them to find; None without one."""
        panel = self.kiosk.board.view(now=self.kiosk.clock.read().uptime).panel
        return (panel.on_site, panel.to_find) if isinstance(panel, RollCallShown) else None

    def safe(self) -> set[int]:
        """Who is safe as the office sees it, by the order of the students."""
        people = roll_call(self.site, now=now()).people
        safe = {each.person_id for each in people if each.is_safe}
        return {place for place, person in enumerate(self.students) if person in safe}

    def is_complete(self) -> bool:
        """Whether kiosk and gateway know of everybody signed in."""
        return len(roll_call(self.site, now=now()).people) == len(self.students)

    def knows_everybody(self) -> bool:
        return Kiosk.objects.get().roster_version == roster_version()


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    made = make_school()
    made.kiosk(KIOSK)
    pupils = made.pupils(3)
    for place, pupil in enumerate(pupils, start=1):
        set_credential(person_id=pupil.pk, method=Method.CARD, value=card_of(place))
    with ExitStack() as stack:
        broker = stack.enter_context(running_mosquitto(tmp_path))
        inbox = Inbox(BrokerAddress("127.0.0.1", broker.port, "gateway", ""))
        inbox.open()
        stack.callback(inbox.close)
        kiosk = stack.enter_context(running(tmp_path / "kiosk", broker.port))
        students = tuple(pupil.pk for pupil in pupils)
        school = School(kiosk, broker, Listener(inbox), made.site, students)
        school.until(school.knows_everybody)
        for place in range(1, 4):
            kiosk.tap(place)
        school.until(school.is_complete)
        yield school


@pytest.mark.covers("BEY-05")
def test_ticks_of_office_and_kiosk_meet_until_the_alarm_ends(school: School) -> None:
    school.raise_alarm()
    school.until(lambda: school.shown() == (3, 3))

    school.tick_at_kiosk(0)
    school.tick(1)

    school.until(lambda: school.safe() == {0, 1} and school.shown() == (3, 1))
    school.tick(0, safe=False)
    school.until(lambda: school.shown() == (3, 2))
    alarm = open_alarm(school.site.pk)
    assert alarm is not None
    end_alarm(alarm_id=alarm.pk, by="office", now=now())
    school.until(lambda: school.shown() is None)


@pytest.mark.fault
@pytest.mark.covers("BEY-05")
def test_ticks_made_while_the_broker_is_away_arrive_when_it_is_back(school: School) -> None:
    school.raise_alarm()
    school.until(lambda: school.shown() == (3, 3))
    school.broker.stop()

    school.tick_at_kiosk(0)
    school.tick(1)

    at_the_kiosk, at_the_office = school.shown(), school.safe()
    school.broker.start()
    school.until(lambda: school.safe() == {0, 1} and school.shown() == (3, 1))
    assert (at_the_kiosk, at_the_office) == ((3, 2), {1})


@pytest.mark.fault
def test_a_roll_call_begun_at_a_kiosk_joins_the_alarm_it_hears_of_later(school: School) -> None:
    school.broker.stop()
    for _ in range(2):
        school.kiosk.hardware.button.press(Press.HELD)
    eventually(lambda: school.shown() == (3, 3))
    school.tick_at_kiosk(2)

    school.raise_alarm()
    school.broker.start()

    school.until(lambda: school.safe() == {2})
    (own,) = past_alarms(school.site.pk, most=5)
    assert (own.kiosk, own.found) == (Kiosk.objects.get().name, 1)
    assert school.shown() == (3, 2)
