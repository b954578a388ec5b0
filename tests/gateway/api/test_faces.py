from uuid import UUID, uuid4

import pytest

from gateway.attendance.models import Track
from gateway.attendance.recording import Heard
from gateway.attendance.services import record_tracks
from gateway.faces.models import Consent, Face
from gateway.faces.services import hear_verdict, keep_face
from gateway.people.models import Person
from kiosk.protocol.remarks import FaceSeen, FaceVerdict
from tests.gateway.api.conftest import Answer, Api
from tests.gateway.faces.office import CARD, NOW, Office
from tests.gateway.school import MONDAY, Door

pytestmark = pytest.mark.django_db
SAID = {
    "stance": "agreed",
    "given_by": "Anna Keller",
    "relation": "parent",
    "given_at": "2025-09-01T09:00:00Z",
    "text_version": "2025-09",
}


@pytest.fixture
def office() -> Office:
    return Office()


def consent(api: Api, office: Office, **more: str) -> Answer:
    return api.post(f"/people/{office.mia}/face-consents", SAID | more)


@pytest.mark.covers("BEY-08")
def test_a_consent_is_recorded_and_withdrawn(api: Api, office: Office) -> None:
    told = consent(api, office)
    before = api.items("/faces")[0]

    api.post(f"/face-consents/{told.body['id']}/withdraw", {"withdrawn_by": "Anna Keller"})

    (after,) = api.items("/faces")
    assert told.status == 201
    assert (before["person_id"], before["may_use"]) == (office.mia, True)
    assert after["may_use"] is False
    assert after["words"][0]["withdrawn_by"] == "Anna Keller"


def test_half_a_consent_is_refused(api: Api, office: Office) -> None:
    answer = consent(api, office, given_by=" ")

    assert answer.status == 422
    assert not Consent.objects.exists()


def test_a_consent_of_tomorrow_is_refused(api: Api, office: Office) -> None:
    answer = consent(api, office, given_at="2099-01-01T00:00:00Z")

    assert (answer.status, answer.body["error"]) == (422, "wrong_consent")


def test_a_consent_that_is_not_there_cannot_be_withdrawn(api: Api, office: Office) -> None:
    answer = api.post("/face-consents/999/withdraw", {"withdrawn_by": "Anna"})

    assert answer.status == 404


@pytest.mark.covers("BIO-01")
def test_a_face_is_measured_at_a_kiosk(api: Api, office: Office) -> None:
    consent(api, office)

    started = api.post(f"/people/{office.mia}/enrol-face", {"kiosk": "gate"})
    keep_face(kiosk=office.gate, remark=office.taken(UUID(started.body["id"])), now=NOW)

    assert (started.status, started.body["method"]) == (201, "face")
    assert api.get(f"/kiosk-enrolments/{started.body['id']}").body["outcome"] == "done"
    assert Face.objects.get().person_id == office.mia


@pytest.mark.covers("BEY-08")
def test_without_consent_no_kiosk_measures(api: Api, office: Office) -> None:
    answer = api.post(f"/people/{office.mia}/enrol-face", {"kiosk": "gate"})

    assert (answer.status, answer.body["error"]) == (409, "no_consent")


@pytest.mark.covers("BIO-02")
def test_faces_that_did_not_fit_are_listed_until_somebody_looked(api: Api, office: Office) -> None:
    door = Door("gate")
    made = door.sees(Person.objects.get(pk=office.mia), "08:02", card=CARD)
    record_tracks(heard=[Heard("gate", office.site_id, door.install, made)], now=NOW)
    remark = FaceSeen(id=uuid4(), track=made.id, verdict=FaceVerdict.ANOTHER, distance=0.9)
    hear_verdict(kiosk=office.gate, remark=remark, now=NOW)
    before = api.items("/faces/mismatches", date=str(MONDAY))

    seen = api.post(f"/faces/mismatches/{made.id}/seen")

    assert [each["track_id"] for each in before] == [str(made.id)]
    assert seen.status == 204
    assert api.items("/faces/mismatches", date=str(MONDAY)) == []
    assert Track.objects.get().pk == made.id
