"""A face from consent to withdrawal: kiosk, broker and gateway all real, the engine simulated."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.camera.camera import GRAY, Frame
from gateway.attendance.models import Track
from gateway.faces.models import Consent, Face, FaceNote
from gateway.faces.rules import Stance
from gateway.faces.services import (
    Statement,
    record_consent,
    start_face_enrolment,
    withdraw_consent,
)
from gateway.fleet.models import Kiosk
from gateway.fleet.options import Options, set_door_options
from gateway.ingest.inbox import BrokerAddress, Inbox
from gateway.ingest.listener import Listener
from gateway.people.queries import roster_version
from gateway.people.services import set_credential
from kiosk.faces.shelf import FaceShelf
from kiosk.faces.wishes import wishes
from kiosk.protocol.messages import Method
from tests.gateway.school import School, make_school
from tests.kiosk.faces.people import BEN, MIA, measures_of, standing
from tests.kiosk.neighbours import KIOSK, card_of, eventually, running_mosquitto
from tests.kiosk.test_assembly import Running, running

pytestmark = [pytest.mark.integration, pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PICTURE = Frame(1, 1, GRAY, b"\n")
"""Without a code in it."""


class Door:
    """A kiosk with a camera, and the gateway that hears it, turned by the test."""

    def __init__(self, school: School, mia: int, kiosk: Running, listener: Listener) -> None:
        self.school, self.mia, self.kiosk = school, mia, kiosk
        self.shelf = FaceShelf(kiosk.settings.data)
        self._listener = listener
        self._stop = threading.Event()

    def until(self, look: object) -> None:
        """Let the gateway work until `look` is true."""

        def turned() -> bool:
            self._listener.turn(self._stop)
            return bool(look())  # type: ignore[operator]  # a function of the test

        eventually(turned)

    def is_ready(self) -> bool:
        """Whether kiosk and gateway have told each other what each must know."""
        kiosk = Kiosk.objects.get()
        return bool(kiosk.seal_key) and kiosk.roster_version == roster_version() and self._is_told()

    def _is_told(self) -> bool:
        told = wishes(self.kiosk.settings.data).options
        return told.confirm or told.identify

    def stands(self, person: int | None) -> None:
        """This person, or nobody, looks into the camera from now on."""
        faces = self.kiosk.hardware.faces
        faces.stand(*([standing(person)] if person else []))

    def enrol(self) -> None:
        """Consent, and the measures of who stands there."""
        now = datetime.now(UTC)
        said = Statement(Stance.AGREED, "Anna Keller", "parent", now, "2026-09")
        record_consent(person_id=self.mia, site_id=self.school.site.pk, said=said, by=None, now=now)
        start_face_enrolment(kiosk_id=KIOSK, person_id=self.mia, by=None, now=now)
        self.until(Face.objects.exists)

    def verdicts(self) -> list[str]:
        return list(FaceNote.objects.values_list("verdict", flat=True))


@contextmanager
def pictures_for(kiosk: Running) -> Iterator[None]:
    """Fifty pictures a second, as from a camera."""
    stop = threading.Event()

    def play() -> None:
        while not stop.wait(0.02):
            kiosk.hardware.camera.show(PICTURE)

    playing = threading.Thread(target=play)
    playing.start()
    yield
    stop.set()
    playing.join()


@contextmanager
def door_with(options: Options, folder: Path) -> Iterator[Door]:
    school = make_school()
    school.kiosk(KIOSK)
    set_door_options(site_id=school.site.pk, options=options)
    [mia] = school.pupils(1)
    set_credential(person_id=mia.pk, method=Method.CARD, value=card_of(1))
    with ExitStack() as stack:
        broker = stack.enter_context(running_mosquitto(folder))
        inbox = Inbox(BrokerAddress("127.0.0.1", broker.port, "gateway", ""))
        inbox.open()
        stack.callback(inbox.close)
        kiosk = stack.enter_context(running(folder / "kiosk", broker.port))
        stack.enter_context(pictures_for(kiosk))
        door = Door(school, mia.pk, kiosk, Listener(inbox))
        door.until(door.is_ready)
        yield door


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """Faces confirm their cards' holders here."""
    with door_with(Options(face_confirm=True), tmp_path) as door:
        yield door


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Door]:
    """A face alone signs in here."""
    with door_with(Options(face_identify=True), tmp_path) as gate:
        yield gate


@pytest.mark.covers("BIO-01", "BIO-02", "BEY-08")
def test_a_face_is_enrolled_confirms_its_holder_and_is_gone_when_consent_is(door: Door) -> None:
    door.stands(MIA)
    door.enrol()
    door.until(lambda: [face.person for face in door.shelf.faces()] == [door.mia])

    door.kiosk.tap(1)
    door.until(lambda: door.verdicts() == ["holder"])

    withdraw_consent(
        consent_id=Consent.objects.get().pk,
        site_id=door.school.site.pk,
        withdrawn_by="Anna Keller",
        by=None,
        now=datetime.now(UTC),
    )
    door.until(lambda: not door.shelf.faces())
    door.until(lambda: Kiosk.objects.get().faces_version == door.shelf.version())
    assert bytes(Face.objects.get().sealed) == b""


@pytest.mark.covers("BIO-01")
def test_a_face_alone_signs_in_where_the_site_wants_that(gate: Door) -> None:
    gate.stands(MIA)
    gate.enrol()

    gate.until(Track.objects.exists)

    track = Track.objects.get()
    assert (track.method, track.person_id) == ("face", gate.mia)
    assert track.shown == "signed_in"


@pytest.mark.covers("BIO-02")
def test_a_card_in_a_strangers_hand_is_for_staff_to_see(door: Door) -> None:
    door.stands(MIA)
    door.enrol()
    door.until(door.shelf.faces)
    door.stands(BEN)

    door.kiosk.tap(1)

    door.until(lambda: door.verdicts() == ["another"])


@pytest.mark.covers("BEY-08")
def test_a_thief_of_the_kiosk_finds_no_measures(door: Door) -> None:
    door.stands(MIA)
    door.enrol()
    door.until(door.shelf.faces)

    files = [path for path in door.kiosk.settings.data.rglob("*") if path.is_file()]

    found = b"".join(path.read_bytes() for path in files)
    assert measures_of(MIA).octets[:128] not in found
