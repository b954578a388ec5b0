import base64
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from pydantic import BaseModel

from gateway.faces.models import Consent, Face
from gateway.faces.services import wipe_stale
from gateway.ingest.faces import SETTLES, STILL_APART, FaceTeller
from gateway.ingest.models import SetAside
from gateway.ingest.remarks import keep_remarks
from kiosk.protocol.messages import FacesPart, Heartbeat
from kiosk.protocol.remarks import FaceSeen, FaceVerdict, Remarks
from kiosk.protocol.sealing import SealingKey, new_key, unseal
from tests.gateway.faces.office import NOW, Office
from tests.gateway.factories import make_site
from tests.gateway.school import Door
from tests.kiosk.faces.people import measures_of

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


class Gate:
    """A kiosk of an office, and what the gateway tells it of faces."""

    def __init__(self) -> None:
        self.office = Office()
        self.key: SealingKey = new_key()
        self.version = 0
        self.said: list[FacesPart] = []
        self.teller = FaceTeller(self._hear)

    def beats(self, *, now: datetime = NOW, key: str | None = None) -> None:
        told = base64.b64encode(self.key.public).decode() if key is None else key
        beat = Door("gate").beats("09:00")
        more = {"faces_version": self.version, "seal_key": told}
        self.teller.answer(Heartbeat(**beat.model_dump() | more), now=now)

    def people(self) -> list[int]:
        return [face.person for part in self.said for face in part.faces]

    def _hear(self, topic: str, message: BaseModel) -> None:
        assert topic.endswith("/gate/down/faces")
        assert isinstance(message, FacesPart)
        self.said.append(message)
        self.version = message.version


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.mark.covers("BEY-08")
def test_a_kiosk_is_told_faces_that_it_alone_can_open(gate: Gate) -> None:
    gate.office.enrol()
    mia = gate.office.mia

    gate.beats()

    ((face,),) = [part.faces for part in gate.said]
    sealed = base64.b64decode(face.sealed)
    assert unseal(gate.key, sealed, about=str(mia).encode()) == measures_of(mia).octets
    assert measures_of(mia).octets[:16] not in sealed
    assert face.expires_at == NOW + timedelta(days=400)


@pytest.mark.covers("BEY-08")
def test_a_withdrawal_is_told_within_a_second_of_its_commit(gate: Gate) -> None:
    gate.office.enrol()
    gate.beats()
    gate.office.withdraw(Consent.objects.get().pk)

    gate.teller.tick(now=NOW + SECOND)

    assert gate.said[-1].removed == (gate.office.mia,)


@pytest.mark.covers("BEY-08")
def test_staff_see_which_kiosk_has_not_wiped_yet(gate: Gate) -> None:
    gate.office.enrol()
    gate.beats()
    gate.office.gate.faces_version = gate.version
    gate.office.gate.save()
    gate.office.withdraw(Consent.objects.get().pk)
    before = gate.office.line().kiosks_left

    gate.teller.tick(now=NOW + SECOND)
    gate.office.gate.faces_version = gate.version
    gate.office.gate.save()

    assert before == ("Gate",)
    assert gate.office.line().kiosks_left == ()


def test_an_expired_face_is_told_as_gone(gate: Gate) -> None:
    gate.office.enrol()
    gate.beats()
    later = NOW + timedelta(days=400)
    wipe_stale(now=later)

    gate.teller.tick(now=later)

    assert gate.said[-1].removed == (gate.office.mia,)


def test_nothing_new_is_told_once_an_hour_so_that_nothing_lapses(gate: Gate) -> None:
    gate.office.enrol()
    gate.beats()
    gate.teller.tick(now=NOW + SECOND)
    gate.beats(now=NOW + 10 * SECOND)
    told = len(gate.said)

    gate.teller.tick(now=NOW + STILL_APART)

    assert told == 1
    assert gate.said[1] == FacesPart(base=gate.version, version=gate.version)


@pytest.mark.covers("BEY-08")
def test_a_site_that_switches_faces_off_has_its_kiosks_forget_them(gate: Gate) -> None:
    gate.office.enrol()
    gate.beats()
    gate.office.switch(face_confirm=False)

    gate.teller.tick(now=NOW + SECOND)
    gate.teller.tick(now=NOW + 2 * SECOND)

    assert gate.said[1:] == [FacesPart(base=0, version=0)]


def test_a_site_that_switches_faces_on_again_tells_them_anew(gate: Gate) -> None:
    gate.office.enrol()
    gate.beats()
    gate.office.switch(face_confirm=False)
    gate.teller.tick(now=NOW + SECOND)
    gate.office.switch(face_identify=True)

    gate.teller.tick(now=NOW + 2 * SECOND)

    assert gate.people() == [gate.office.mia] * 2


def test_where_faces_are_off_nothing_is_told(gate: Gate) -> None:
    gate.office.enrol()
    gate.office.switch()

    gate.beats()
    gate.teller.tick(now=NOW + SECOND)

    assert gate.said == []


@pytest.mark.covers("BEY-08")
def test_the_faces_of_another_site_are_not_told(gate: Gate) -> None:
    gate.office.enrol()
    Face.objects.update(site=make_site("annexe"))

    gate.beats()

    assert gate.people() == []


def test_a_kiosk_that_lost_its_faces_is_told_them_anew(gate: Gate) -> None:
    gate.office.enrol()
    gate.beats()
    gate.version = 0

    gate.beats(now=NOW + 2 * SETTLES)

    assert gate.people() == [gate.office.mia] * 2
    assert [part.base for part in gate.said] == [0, 0]


def test_a_kiosk_with_a_new_key_is_told_all_sealed_to_that(gate: Gate) -> None:
    gate.office.enrol()
    gate.beats()
    gate.key, gate.version = new_key(), 0

    gate.beats(now=NOW + SECOND)

    (face,) = gate.said[-1].faces
    assert unseal(gate.key, base64.b64decode(face.sealed), about=str(face.person).encode())


@pytest.mark.parametrize("key", ["", "AAAA", "AAA"])
def test_a_kiosk_without_a_key_is_told_no_face(gate: Gate, key: str) -> None:
    gate.office.enrol()

    gate.beats(key=key)

    assert gate.said == []


def test_a_key_that_nothing_can_be_sealed_to_stops_nothing(gate: Gate) -> None:
    gate.office.enrol()

    gate.beats(key=base64.b64encode(bytes(32)).decode())

    assert gate.said == []


def test_many_faces_come_in_parts_each_after_the_one_before(gate: Gate) -> None:
    gate.office.enrol()
    row = Face.objects.get()
    people = [gate.office.another(f"Person {number}") for number in range(3)]
    for person in people:
        gate.office.enrol(person)
    gate.beats()
    gate.teller.tick(now=NOW + SECOND)

    assert gate.people() == [row.person_id, *people]
    assert gate.said[0].base == 0


def test_a_verdict_reaches_the_room_and_one_of_a_strange_track_is_set_aside(gate: Gate) -> None:
    remark = FaceSeen(id=uuid4(), track=uuid4(), verdict=FaceVerdict.HOLDER)

    kept = keep_remarks(said=Remarks(kiosk="gate", remarks=(remark,)), now=NOW)

    assert kept == (remark.id,)
    assert "has made no track" in SetAside.objects.get().reason


def test_an_enrolled_face_reaches_the_room(gate: Gate) -> None:
    gate.office.consent()
    remark = gate.office.taken(gate.office.start())

    keep_remarks(said=Remarks(kiosk="gate", remarks=(remark,)), now=NOW)

    assert Face.objects.get().person_id == gate.office.mia
    assert not SetAside.objects.exists()
