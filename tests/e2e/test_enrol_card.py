"""A card enrolled at a door: office, gateway, broker and kiosk all real, the card is played."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from drivers.card.reader import CardReader
from drivers.card.wedge import Wanted, WedgeReader
from gateway.attendance.models import Track
from gateway.fleet.enrolling import Outcome as Ending, cancel_enrolment, progress, start_enrolment
from gateway.fleet.models import Kiosk
from gateway.ingest.inbox import BrokerAddress, Inbox
from gateway.ingest.listener import Listener
from gateway.people.models import Credential
from gateway.people.queries import roster_version
from gateway.people.services import set_credential
from kiosk.protocol.messages import Method
from kiosk.protocol.remarks import NotEnrolled
from kiosk.screen.enrolment import CardAwaited
from kiosk.simulated import SimulatedHardware
from kiosk.spelling import Spelling
from kiosk.visit import Outcome
from tests.drivers.card.keyboard import PipedKeyboard
from tests.gateway.school import make_school
from tests.kiosk.neighbours import KIOSK, Mosquitto, card_of, eventually, running_mosquitto
from tests.kiosk.test_assembly import Running, running

pytestmark = [pytest.mark.integration, pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

BENS, NEW, RANDOM = 2, 0x04A224D2C86180, "08A41AB1"


class TypingHardware(SimulatedHardware):
    """No hardware but a USB reader that types what the test holds to it."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.keyboard = PipedKeyboard()
        form = Spelling(folder).read
        wanted = Wanted(name="Sycreader")
        self._reader = WedgeReader(wanted, form=form, plug_in=lambda _: self.keyboard)

    @property
    def readers(self) -> Mapping[str, CardReader]:
        return {"usb-reader": self._reader}


@dataclass
class Door:
    """A kiosk and the gateway that hears it, turned by the test."""

    kiosk: Running
    broker: Mosquitto
    listener: Listener
    mia: int

    def until(self, look: Callable[[], object]) -> None:
        """Let the gateway work until `look` is true."""

        def turned() -> bool:
            self.listener.turn(threading.Event())
            return bool(look())

        eventually(turned)

    def ask(self, number: str = "") -> UUID:
        """Ask for Mia's card, and wait until the kiosk's screen says so."""
        enrolment = start_enrolment(
            kiosk_id=KIOSK,
            person_id=self.mia,
            method=Method.CARD,
            by=None,
            number=number,
            now=now(),
        )
        self.until(lambda: self.awaited() == "Mia K.")
        return enrolment

    def awaited(self) -> str:
        """Whose card the screen says is waited for, "-" when nobody's."""
        panel = self.kiosk.board.view(now=self.kiosk.clock.read().uptime).panel
        return panel.name if isinstance(panel, CardAwaited) else "-"

    def hold(self, card: str) -> Outcome:
        before = self.kiosk.board._count
        self.kiosk.hardware.hold_up("card", card)
        eventually(lambda: self.kiosk.board._count > before)
        return self.kiosk.outcomes()[0]

    def knows_everybody(self) -> bool:
        return Kiosk.objects.get().roster_version == roster_version()


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def open_door(folder: Path, hardware: SimulatedHardware) -> Iterator[Door]:
    school = make_school()
    school.kiosk(KIOSK)
    mia, ben = school.pupils(2)
    set_credential(person_id=ben.pk, method=Method.CARD, value=card_of(BENS))
    with ExitStack() as stack:
        broker = stack.enter_context(running_mosquitto(folder))
        inbox = Inbox(BrokerAddress("127.0.0.1", broker.port, "gateway", ""))
        inbox.open()
        stack.callback(inbox.close)
        kiosk = stack.enter_context(running(folder / "kiosk", broker.port, hardware=hardware))
        door = Door(kiosk, broker, Listener(inbox), mia.pk)
        door.until(door.knows_everybody)
        yield door


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with open_door(tmp_path, SimulatedHardware()) as door:
        yield door


@pytest.mark.covers("BIO-01")
def test_the_next_unknown_card_becomes_the_persons_and_then_signs_in(door: Door) -> None:
    enrolment = door.ask()
    refused = [door.hold(card_of(BENS)), door.hold(RANDOM)]
    door.until(lambda: progress(enrolment, now=now()).why == NotEnrolled.RANDOM)

    taken = door.hold(card_of(NEW))

    assert refused == [Outcome.NOT_ENROLLED] * 2
    assert taken is Outcome.ENROLLED
    door.until(lambda: progress(enrolment, now=now()).outcome == Ending.DONE)
    assert Credential.objects.get(value=card_of(NEW)).person_id == door.mia
    assert not Track.objects.exists()
    door.until(lambda: door.awaited() == "-" and door.knows_everybody())
    assert door.hold(card_of(NEW)) is Outcome.SIGNED_IN


@pytest.mark.fault
def test_a_card_taken_while_the_network_is_away_is_told_when_it_is_back(door: Door) -> None:
    enrolment = door.ask()
    door.broker.stop()

    taken = door.hold(card_of(NEW))

    door.broker.start()
    assert taken is Outcome.ENROLLED
    door.until(lambda: progress(enrolment, now=now()).outcome == Ending.DONE)
    assert Credential.objects.get(value=card_of(NEW)).person_id == door.mia


def test_a_cancelled_enrolment_leaves_the_screen_and_takes_no_card(door: Door) -> None:
    enrolment = door.ask()

    cancel_enrolment(enrolment_id=enrolment, now=now())

    door.until(lambda: door.awaited() == "-")
    assert door.hold(card_of(NEW)) is Outcome.UNKNOWN
    assert not Credential.objects.filter(value=card_of(NEW)).exists()


def test_one_known_card_teaches_a_kiosk_how_its_reader_types(tmp_path: Path) -> None:
    hardware = TypingHardware(tmp_path / "kiosk")
    with open_door(tmp_path, hardware) as door:
        enrolment = door.ask(number="16A41AB1")

        hardware.keyboard.type("2971313174\n")
        door.until(lambda: progress(enrolment, now=now()).outcome == Ending.DONE)
        door.until(door.knows_everybody)
        hardware.keyboard.type("..2971313174\n")

        door.until(Track.objects.exists)
        assert progress(enrolment, now=now()).form == "decimal-reversed"
        track = Track.objects.get()
        assert (track.credential, track.person_id) == ("16A41AB1", door.mia)
    hardware.keyboard.close()
