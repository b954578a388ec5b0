from uuid import UUID, uuid4

import pytest

from gateway.attendance.models import Track
from gateway.attendance.recording import Heard
from gateway.attendance.services import record_tracks
from gateway.fleet.enrolling import progress, start_enrolment
from gateway.ingest.models import SetAside
from gateway.ingest.remarks import keep_remarks
from gateway.ingest.tidings import Keeper
from gateway.people.models import Credential
from kiosk.protocol.messages import Enrolment, Method, Shown
from kiosk.protocol.remarks import (
    CardEnrolled,
    EnrolmentRefused,
    NotEnrolled,
    Remark,
    Remarks,
)
from tests.gateway.factories import make_student
from tests.gateway.school import at, make_school

pytestmark = pytest.mark.django_db
CARD = "04A224D2C86180"


class Gate:
    """A kiosk that was asked for Mia's card."""

    def __init__(self) -> None:
        self.school = make_school()
        self.door = self.school.kiosk("gate")
        self.mia = make_student(year_group=self.school.group)
        self.enrolment = start_enrolment(
            kiosk_id="gate", person_id=self.mia, method=Method.CARD, by=None, now=at("08:00")
        )

    def says(self, remark: Remark) -> tuple[UUID, ...]:
        return keep_remarks(said=Remarks(kiosk="gate", remarks=(remark,)), now=at("08:01"))

    def took(self, enrolment: UUID | None = None) -> CardEnrolled:
        return CardEnrolled(id=uuid4(), enrolment=enrolment or self.enrolment, value=CARD)


@pytest.mark.covers("BIO-01")
def test_a_card_that_a_kiosk_took_is_given_however_often_it_is_told() -> None:
    gate = Gate()
    remark = gate.took()

    assert [gate.says(remark), gate.says(remark)] == [(remark.id,), (remark.id,)]

    assert Credential.objects.get(value=CARD).person_id == gate.mia
    assert not SetAside.objects.exists()


def test_taps_the_card_made_before_become_the_persons() -> None:
    gate = Gate()
    track = gate.door.sees(None, "07:50", shown=Shown.UNKNOWN, card=CARD)
    heard = Heard("gate", gate.school.site.pk, gate.door.install, track)
    record_tracks(heard=[heard], now=at("07:50"))

    gate.says(gate.took())

    assert Track.objects.get().person_id == gate.mia


def test_a_refusal_is_seen_by_staff() -> None:
    gate = Gate()

    gate.says(EnrolmentRefused(id=uuid4(), enrolment=gate.enrolment, why=NotEnrolled.RANDOM))

    assert progress(gate.enrolment, now=at("08:01")).why == "random"


def test_a_card_for_an_enrolment_nobody_asked_for_is_set_aside() -> None:
    gate = Gate()
    remark = gate.took(uuid4())

    assert gate.says(remark) == (remark.id,)

    assert "there is no enrolment" in SetAside.objects.get().reason
    assert not Credential.objects.filter(value=CARD).exists()


def test_a_kiosk_is_told_within_seconds_and_once_whom_to_wait_for() -> None:
    gate = Gate()
    said: list[tuple[str, Enrolment, bool]] = []

    def publish(topic: str, payload: bytes, retain: bool) -> None:
        if topic.endswith("enrolment"):
            said.append((topic, Enrolment.model_validate_json(payload), retain))

    keeper = Keeper(publish)
    for clock in ("08:00:01", "08:00:02", "08:01:59", "08:02", "08:02:01"):
        keeper.tick(now=at(clock))

    topics = {topic for topic, _, _ in said}
    waited_for = [each.wanted and each.wanted.person for _, each, _ in said]
    assert topics == {"muster/v1/kiosk/gate/down/enrolment"}
    assert waited_for == [gate.mia, None]
    assert all(retain for _, _, retain in said)
