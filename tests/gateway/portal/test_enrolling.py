from uuid import UUID, uuid4

import pytest

from gateway.fleet.enrolling import note_refusal, take_card
from gateway.fleet.models import DoorEnrolment, Kiosk
from gateway.people.models import Credential
from gateway.portal.changes import tokens
from kiosk.protocol.remarks import CardEnrolled, EnrolmentRefused, NotEnrolled
from tests.gateway.portal.school import School, log_in

pytestmark = pytest.mark.django_db
CARD = "04A224D2C86180"


class Office:
    """A browser at a school, and its kiosk."""

    def __init__(self) -> None:
        self.school = School()
        self.browser = log_in()
        self.person = self.school.students[0]

    def path(self, rest: str) -> str:
        return f"/s/{self.school.site.slug}/{rest}"

    def ask(self, **typed: str) -> str:
        """The address that asking leads to, empty where it was refused."""
        told = {"kiosk": self.school.kiosk.pk, "number": ""} | typed
        answer = self.browser.post(self.path(f"people/{self.person}/card/"), told)
        return str(answer.headers.get("Location", ""))

    def enrolment(self) -> UUID:
        return UUID(str(DoorEnrolment.objects.latest("started_at").pk))

    def takes(self, card: str = CARD) -> None:
        remark = CardEnrolled(id=uuid4(), enrolment=self.enrolment(), value=card, form="decimal")
        take_card(kiosk_id=self.school.kiosk.pk, remark=remark, now=self.school.now)

    def refuses(self, why: NotEnrolled) -> None:
        remark = EnrolmentRefused(id=uuid4(), enrolment=self.enrolment(), why=why)
        note_refusal(kiosk_id=self.school.kiosk.pk, remark=remark, now=self.school.now)


@pytest.mark.covers("BIO-01")
def test_the_office_asks_and_sees_what_became_of_it() -> None:
    office = Office()
    page = office.ask()
    waiting = office.browser.get(page).text

    office.takes()

    done = office.browser.get(page).text
    assert "waiting" in waiting
    assert "Hold the card to Front door before" in waiting
    assert "Card 04A2…6180 is enrolled" in done
    assert "types numbers in the format decimal" in done
    assert Credential.objects.get(value=CARD).person_id == office.person


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (NotEnrolled.HELD, "in use already"),
        (NotEnrolled.BLOCKED, "is blocked"),
        (NotEnrolled.RANDOM, "another number each time"),
        (NotEnrolled.ANOTHER, "has not the number"),
    ],
)
def test_a_refusal_is_said_while_the_kiosk_waits_on(why: NotEnrolled, words: str) -> None:
    office = Office()
    page = office.ask()

    office.refuses(why)

    text = office.browser.get(page).text
    assert words in text
    assert "waiting" in text


@pytest.mark.parametrize("online", [True, False])
def test_a_kiosk_that_is_not_connected_is_said_at_once(online: bool) -> None:
    office = Office()
    office.school.hear_kiosk()
    Kiosk.objects.update(online=online)

    page = office.browser.get(office.ask()).text

    assert ("has not heard of it yet" in page) is not online


def test_it_can_be_cancelled() -> None:
    office = Office()
    page = office.ask()

    office.browser.post(f"{page}cancel/")

    assert "does not wait for a card any more" in office.browser.get(page).text
    assert DoorEnrolment.objects.get().outcome == "cancelled"


def test_every_change_is_told_to_who_looks_on() -> None:
    office = Office()
    seen = [tokens(office.school.now)]
    for change in (
        office.ask,
        lambda: office.refuses(NotEnrolled.HELD),
        office.takes,
    ):
        change()
        seen.append(tokens(office.school.now))

    words = {each[office.school.site.slug] for each in seen}
    assert len(words) == 4


def test_what_cannot_be_waited_for_is_said_on_the_form() -> None:
    office = Office()

    answer = office.browser.post(
        office.path(f"people/{office.person}/card/"),
        {"kiosk": office.school.kiosk.pk, "number": "the red one"},
    )

    assert "is no card number" in answer.text
    assert not DoorEnrolment.objects.exists()


def test_a_kiosk_of_another_site_cannot_be_chosen() -> None:
    office, valley = Office(), School("valley")

    assert office.ask(kiosk=valley.kiosk.pk) == ""

    assert not DoorEnrolment.objects.exists()


def test_an_enrolment_of_another_site_is_not_shown() -> None:
    office, valley = Office(), School("valley")
    office.ask()

    for slug, enrolment in ((valley.site.slug, office.enrolment()), ("hill", uuid4())):
        assert office.browser.get(f"/s/{slug}/enrolments/{enrolment}/").status_code == 404


def test_without_a_kiosk_in_service_nothing_is_offered() -> None:
    office = Office()
    office.school.kiosk.in_service = False
    office.school.kiosk.save()

    page = office.browser.get(office.path(f"people/{office.person}/card/")).text

    assert "No kiosk is in service here." in page


def test_the_persons_page_leads_there() -> None:
    office = Office()

    page = office.browser.get(office.path(f"people/{office.person}/{office.school.today}/")).text

    assert f"people/{office.person}/card/" in page
