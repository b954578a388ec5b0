import base64
from datetime import timedelta
from uuid import uuid4

import pytest

from gateway.attendance.models import Track
from gateway.attendance.recording import Heard
from gateway.attendance.services import record_tracks
from gateway.faces.errors import (
    NoConsent,
    NoOtherWay,
    UnknownConsent,
    UnknownVerdict,
    UnreadableFace,
    WrongConsent,
)
from gateway.faces.models import Consent, Face, FaceNote
from gateway.faces.queries import faces_since, mismatches, only_by_face, verdicts_of
from gateway.faces.rules import Stance
from gateway.faces.services import (
    Statement,
    hear_verdict,
    keep_face,
    record_consent,
    see_mismatch,
    wipe_stale,
    withdraw_consent,
)
from gateway.fleet.errors import UnknownEnrolment
from gateway.keys import gateway_key
from gateway.people.errors import UnknownPerson
from gateway.people.models import Credential, Person
from gateway.people.services import deactivate_person, remove_credential
from kiosk.protocol.messages import Method
from kiosk.protocol.remarks import FaceSeen, FaceVerdict
from kiosk.protocol.sealing import seal
from tests.gateway.faces.office import CARD, NOW, Office
from tests.gateway.school import MONDAY, Door
from tests.kiosk.faces.people import measures_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def office() -> Office:
    return Office()


def held(office: Office) -> list[int]:
    return [face.person_id for face in faces_since(office.site_id, 0).faces]


@pytest.mark.covers("BEY-08")
def test_a_consent_says_who_gave_it_when_to_which_text_and_who_recorded_it(office: Office) -> None:
    office.consent()

    (word,) = office.line().words
    assert (word.stance, word.given_by, word.relation) == ("agreed", "Anna Keller", "parent")
    assert (word.given_at, word.text_version, word.withdrawn_at) == (NOW, "2026-09", None)
    assert office.line().may_use


def test_the_same_consent_recorded_twice_is_one(office: Office) -> None:
    assert office.consent() == office.consent()
    assert Consent.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (Statement(Stance.AGREED, " ", "parent", NOW, "1"), "name who said it"),
        (Statement(Stance.AGREED, "A", "aunt", NOW, "1"), "self, parent, guardian"),
        (Statement(Stance.AGREED, "A", "self", NOW, ""), "which version of the text"),
        (Statement(Stance.AGREED, "A", "self", NOW + DAY, "1"), "not before"),
    ],
)
def test_half_a_consent_is_none(office: Office, wrong: Statement, told: str) -> None:
    with pytest.raises(WrongConsent, match=told):
        record_consent(person_id=office.mia, site_id=office.site_id, said=wrong, by=None, now=NOW)

    assert not Consent.objects.exists()


def test_nobody_can_agree_for_nobody(office: Office) -> None:
    with pytest.raises(UnknownPerson, match="no person 999999"):
        office.consent(999_999)


@pytest.mark.covers("BEY-08")
def test_without_consent_no_face_is_asked_for(office: Office) -> None:
    with pytest.raises(NoConsent, match="no consent stands"):
        office.start()


@pytest.mark.covers("BEY-08")
def test_a_face_is_never_the_only_way_in(office: Office) -> None:
    office.consent()
    remove_credential(method=Method.CARD, value=CARD)

    with pytest.raises(NoOtherWay, match="give one first"):
        office.start()


@pytest.mark.covers("BEY-08")
def test_who_lost_everything_but_the_face_is_for_staff_to_see(office: Office) -> None:
    office.enrol()
    before = only_by_face(office.site_id, now=NOW)

    remove_credential(method=Method.CARD, value=CARD)

    assert before == ()
    assert [each.pk for each in only_by_face(office.site_id, now=NOW)] == [office.mia]


@pytest.mark.covers("BIO-01")
def test_a_face_taken_at_the_kiosk_is_kept_encrypted(office: Office) -> None:
    office.enrol()

    assert held(office) == [office.mia]
    row = bytes(Face.objects.get().sealed)
    assert measures_of(office.mia).octets[:16] not in row
    (face,) = faces_since(office.site_id, 0).faces
    assert face.measures == measures_of(office.mia).octets
    assert office.line().held_until == NOW + 400 * DAY


def test_the_person_can_be_found_by_face_from_then_on(office: Office) -> None:
    office.enrol()

    shown = Credential.objects.get(method="face")
    assert (shown.person_id, shown.value) == (office.mia, str(office.mia))


def test_a_face_heard_twice_is_kept_once(office: Office) -> None:
    office.consent()
    remark = office.taken(office.start())
    keep_face(kiosk=office.gate, remark=remark, now=NOW)
    keep_face(kiosk=office.gate, remark=remark, now=NOW)

    assert held(office) == [office.mia]


@pytest.mark.covers("BEY-08")
def test_a_face_that_arrives_after_the_withdrawal_is_not_kept(office: Office) -> None:
    consent = office.consent()
    remark = office.taken(office.start())
    office.withdraw(consent)

    with pytest.raises(NoConsent):
        keep_face(kiosk=office.gate, remark=remark, now=NOW)

    assert not Face.objects.exists()
    assert not Credential.objects.filter(method="face").exists()


def test_measures_nobody_can_open_are_set_aside(office: Office) -> None:
    office.consent()
    enrolment = office.start()
    remark = office.taken(enrolment)
    foreign = remark.model_copy(update={"sealed": office.taken(uuid4()).sealed})

    with pytest.raises(UnreadableFace, match="another key"):
        keep_face(kiosk=office.gate, remark=foreign, now=NOW)

    assert not Face.objects.exists()


def test_measures_of_a_wrong_length_are_set_aside(office: Office) -> None:
    office.consent()
    enrolment = office.start()
    short = _sealed_for_gateway(b"short", enrolment.bytes)

    with pytest.raises(UnreadableFace, match="512 bytes, not 5"):
        keep_face(
            kiosk=office.gate,
            remark=office.taken(enrolment).model_copy(update={"sealed": short}),
            now=NOW,
        )


def test_a_face_nobody_asked_for_is_set_aside(office: Office) -> None:
    with pytest.raises(UnknownEnrolment):
        keep_face(kiosk=office.gate, remark=office.taken(uuid4()), now=NOW)


@pytest.mark.covers("BEY-08")
def test_a_withdrawal_wipes_the_face_at_once_and_kiosks_are_to_hear(office: Office) -> None:
    office.enrol()
    before = faces_since(office.site_id, 0).version

    office.withdraw(Consent.objects.get().pk, now=NOW + DAY)

    assert bytes(Face.objects.get().sealed) == b""
    change = faces_since(office.site_id, before)
    assert (change.faces, change.removed) == ((), (office.mia,))
    assert faces_since(office.site_id, 0).removed == ()
    line = office.line()
    assert (line.may_use, line.held_until, line.wiped_because) == (False, None, "withdrawn")


def test_withdrawing_twice_is_withdrawing_once(office: Office) -> None:
    office.enrol()
    consent = Consent.objects.get().pk
    office.withdraw(consent)
    version = faces_since(office.site_id, 0).version

    office.withdraw(consent, now=NOW + DAY)

    assert Consent.objects.get().withdrawn_at == NOW
    assert faces_since(office.site_id, 0).version == version


@pytest.mark.covers("BEY-08")
def test_a_childs_own_refusal_wipes_what_a_parent_allowed(office: Office) -> None:
    office.enrol()

    refusal = office.consent(stance=Stance.REFUSED, by="Mia Keller")

    assert held(office) == []
    office.withdraw(refusal)
    assert office.line().may_use
    assert held(office) == []


def test_another_parents_agreement_remains_when_one_withdraws(office: Office) -> None:
    office.enrol()
    first = Consent.objects.get().pk
    office.consent(by="Tom Keller")

    office.withdraw(first)

    assert held(office) == [office.mia]


def test_a_consent_of_another_site_cannot_be_withdrawn_here(office: Office) -> None:
    consent = office.consent()

    with pytest.raises(UnknownConsent):
        withdraw_consent(
            consent_id=consent, site_id=office.site_id + 1, withdrawn_by="A", by=None, now=NOW
        )


@pytest.mark.covers("BEY-08")
def test_a_face_expires_after_the_sites_days(office: Office) -> None:
    office.enrol()

    assert wipe_stale(now=NOW + 399 * DAY) == 0
    assert wipe_stale(now=NOW + 400 * DAY) == 1
    assert wipe_stale(now=NOW + 401 * DAY) == 0
    assert office.line().wiped_because == "expired"


def test_fewer_days_count_for_faces_already_held(office: Office) -> None:
    office.enrol()

    office.switch(face_confirm=True, face_days=30)

    assert wipe_stale(now=NOW + 30 * DAY) == 1


def test_the_face_of_who_left_goes(office: Office) -> None:
    office.enrol()
    Person.objects.filter(pk=office.mia).update(synchronised=False)
    deactivate_person(person_id=office.mia)

    assert wipe_stale(now=NOW) == 1
    assert held(office) == []


def test_a_face_that_nothing_allows_goes_however_that_came(office: Office) -> None:
    office.enrol()
    Consent.objects.all().delete()

    assert wipe_stale(now=NOW) == 1


def test_a_new_face_follows_a_wiped_one(office: Office) -> None:
    office.enrol()
    office.withdraw(Consent.objects.get().pk)

    office.enrol(now=NOW + DAY)

    assert held(office) == [office.mia]
    assert office.line().held_until == NOW + 401 * DAY


@pytest.mark.covers("BIO-02")
def test_a_face_that_was_not_the_holders_is_for_staff_to_see(office: Office) -> None:
    track = _track(office)
    remark = FaceSeen(id=uuid4(), track=track.pk, verdict=FaceVerdict.ANOTHER, distance=0.81)
    hear_verdict(kiosk=office.gate, remark=remark, now=NOW)
    hear_verdict(kiosk=office.gate, remark=remark, now=NOW)

    (found,) = mismatches(office.site_id, MONDAY)
    assert (found.track_id, found.person_id, found.distance) == (track.pk, office.mia, 0.81)
    assert verdicts_of([track.pk]) == {track.pk: "another"}

    see_mismatch(track_id=track.pk, by=None, now=NOW)
    assert mismatches(office.site_id, MONDAY) == ()


def test_a_face_of_the_holder_is_nothing_to_see_to(office: Office) -> None:
    track = _track(office)
    remark = FaceSeen(id=uuid4(), track=track.pk, verdict=FaceVerdict.HOLDER, distance=0.3)

    hear_verdict(kiosk=office.gate, remark=remark, now=NOW)

    assert mismatches(office.site_id, MONDAY) == ()
    assert verdicts_of([track.pk]) == {track.pk: "holder"}


def test_a_verdict_about_no_track_is_set_aside(office: Office) -> None:
    remark = FaceSeen(id=uuid4(), track=uuid4(), verdict=FaceVerdict.HOLDER)

    with pytest.raises(UnknownVerdict, match="has made no track"):
        hear_verdict(kiosk=office.gate, remark=remark, now=NOW)

    assert not FaceNote.objects.exists()


def test_a_stored_face_is_of_no_use_in_another_row(office: Office) -> None:
    office.enrol()
    ben = office.another()
    office.enrol(ben)
    mias = Face.objects.get(person_id=office.mia).sealed

    Face.objects.filter(person_id=ben).update(sealed=mias)

    assert held(office) == [office.mia]


def _sealed_for_gateway(octets: bytes, about: bytes) -> str:
    return base64.b64encode(seal(gateway_key().public, octets, about=about)).decode()


def _track(office: Office) -> Track:
    door = Door("gate")
    made = door.sees(Person.objects.get(pk=office.mia), "08:02", card=CARD)
    record_tracks(heard=[Heard("gate", office.site_id, door.install, made)], now=NOW)
    return Track.objects.get(pk=made.id)
