"""Staff record who agreed to the use of a face, have it measured, and withdraw."""

import base64
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from gateway.faces.models import Consent, Face
from gateway.faces.services import hear_verdict, keep_face
from gateway.fleet.models import DoorEnrolment, Kiosk
from gateway.keys import gateway_key
from gateway.people.services import remove_credential
from gateway.portal.changes import tokens
from kiosk.protocol.messages import Method
from kiosk.protocol.remarks import FaceEnrolled, FaceSeen, FaceVerdict
from kiosk.protocol.sealing import seal
from tests.gateway.portal.school import School, log_in
from tests.kiosk.faces.people import measures_of

pytestmark = pytest.mark.django_db


class Office:
    """A browser at a school whose first student holds a card."""

    def __init__(self, *, students: int = 3) -> None:
        self.school = School(students=students)
        self.browser: Client = log_in()
        self.person = self.school.students[0]

    def page(self, person: int = 0, rest: str = "") -> str:
        return self.school.page(f"people/{person or self.person}/face/{rest}")

    def record(self, stance: str = "agreed", person: int = 0, **more: str) -> str:
        told = {
            "stance": stance,
            "given_by": "Anna Keller",
            "relation": "parent",
            "given_on": str(self.school.today),
            "text_version": "2026-09",
        } | more
        return self.browser.post(self.page(person), told, follow=True).text

    def measure(self) -> str:
        told = {"kiosk": self.school.kiosk.pk}
        return self.browser.post(self.page(rest="measure/"), told, follow=True).text

    def takes(self) -> None:
        """The kiosk has measured the face it was asked for."""
        enrolment = DoorEnrolment.objects.get().pk
        octets = measures_of(self.person).octets
        sealed = seal(gateway_key().public, octets, about=enrolment.bytes)
        told = base64.b64encode(sealed).decode()
        remark = FaceEnrolled(id=uuid4(), enrolment=enrolment, sealed=told)
        keep_face(kiosk=self.kiosk(), remark=remark, now=self.school.now)

    def kiosk(self) -> Kiosk:
        return Kiosk.objects.get(pk=self.school.kiosk.pk)


@pytest.mark.covers("BEY-08")
def test_a_consent_is_recorded_with_who_when_and_which_text() -> None:
    office = Office()

    page = office.record()

    assert "Recorded." in page
    assert "The face may be used." in page
    row = Consent.objects.get()
    assert (row.given_by, row.relation, row.text_version) == ("Anna Keller", "parent", "2026-09")
    assert row.recorded_by is not None


@pytest.mark.covers("BEY-08")
def test_a_refusal_outweighs_on_the_page_too() -> None:
    office = Office()
    office.record()

    page = office.record("refused", given_by="Mia")

    assert "The face may not be used." in page


def test_half_a_consent_is_not_recorded() -> None:
    office = Office()

    office.record(given_by="")

    assert not Consent.objects.exists()


def test_a_consent_of_tomorrow_is_refused_in_words() -> None:
    office = Office()

    page = office.record(given_on="2099-01-01")

    assert "a consent is recorded once it was given" in page
    assert not Consent.objects.exists()


@pytest.mark.covers("BIO-01")
def test_the_face_is_measured_at_a_kiosk_and_the_page_follows() -> None:
    office = Office()
    office.record()
    waiting = office.measure()
    before = tokens(office.school.now)

    office.takes()

    assert "Stand alone before Front door" in waiting
    assert tokens(office.school.now) != before
    done = office.browser.get(office.page()).text
    assert "The last measuring went well." in done
    assert "Its measures are kept until" in done


@pytest.mark.covers("BEY-08")
def test_without_consent_there_is_nothing_to_measure_with() -> None:
    office = Office()

    page = office.measure()

    assert "no consent stands at this site" in page
    assert "Wait for the face" not in office.browser.get(office.page()).text
    assert not DoorEnrolment.objects.exists()


@pytest.mark.covers("BEY-08")
def test_a_withdrawal_wipes_and_says_so() -> None:
    office = Office()
    office.record()
    office.measure()
    office.takes()

    told = {"withdrawn_by": "Anna Keller"}
    rest = f"{Consent.objects.get().pk}/withdraw/"
    page = office.browser.post(office.page(rest=rest), told, follow=True).text

    assert "Withdrawn." in page
    assert "No measures are kept." in page
    assert bytes(Face.objects.get().sealed) == b""


def test_a_withdrawal_without_a_name_is_none() -> None:
    office = Office()
    office.record()

    answer = office.browser.post(office.page(rest=f"{Consent.objects.get().pk}/withdraw/"))

    assert answer.status_code == 404
    assert Consent.objects.get().withdrawn_at is None


def test_a_kiosk_of_another_site_measures_nobody() -> None:
    office = Office()
    other = School("annexe")

    answer = office.browser.post(office.page(rest="measure/"), {"kiosk": other.kiosk.pk})

    assert answer.status_code == 404


def test_a_measuring_that_was_cancelled_leads_back_to_the_persons_faces() -> None:
    office = Office()
    office.record()
    office.measure()
    address = office.school.page(f"enrolments/{DoorEnrolment.objects.get().pk}/cancel/")

    told = office.browser.post(address, follow=True)

    assert told.redirect_chain[-1][0] == office.page()
    assert "does not look for a face any more" in told.text


@pytest.mark.parametrize("people", [1, 3])
def test_the_list_takes_as_many_queries_however_many_there_are(
    people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    office = Office(students=3)
    for person in office.school.students[:people]:
        office.record(person=person)
    office.browser.get(office.school.page("faces/"))

    with django_assert_num_queries(16):
        page = office.browser.get(office.school.page("faces/")).text

    assert page.count("/face/") == people


def test_an_empty_list_says_what_to_do() -> None:
    office = Office()

    assert "choose “Face”" in office.browser.get(office.school.page("faces/")).text


@pytest.mark.covers("BIO-02")
def test_a_face_that_was_not_the_holders_is_a_line_of_the_board() -> None:
    office = Office()
    track = office.school.tap(office.school.card(0))
    remark = FaceSeen(id=uuid4(), track=track, verdict=FaceVerdict.ANOTHER, distance=0.8)
    hear_verdict(kiosk=office.kiosk(), remark=remark, now=office.school.now)

    board = office.browser.get(office.school.page()).text
    seen = office.school.page(f"faces/{track}/seen/")
    after = office.browser.post(seen, follow=True).text

    assert "looks different" in board
    assert seen in board
    assert "looks different" not in after


def test_what_the_kiosk_made_of_a_face_stands_beside_its_track() -> None:
    office = Office()
    track = office.school.tap(office.school.card(0))
    remark = FaceSeen(id=uuid4(), track=track, verdict=FaceVerdict.HOLDER, distance=0.2)
    hear_verdict(kiosk=office.kiosk(), remark=remark, now=office.school.now)

    page = office.browser.get(
        office.school.page(f"people/{office.person}/{office.school.today}/")
    ).text

    assert "face fits" in page


@pytest.mark.covers("BEY-08")
def test_who_has_nothing_but_a_face_is_a_line_of_the_board() -> None:
    office = Office()
    office.record()
    office.measure()
    office.takes()

    remove_credential(method=Method.CARD, value=office.school.card(0))

    assert "has nothing but a face to show" in office.browser.get(office.school.page()).text
