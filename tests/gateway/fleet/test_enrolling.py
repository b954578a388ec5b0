from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from gateway.fleet.enrolling import (
    Outcome,
    asked_of_kiosks,
    cancel_enrolment,
    finish_enrolment,
    note_refusal,
    progress,
    purge_enrolments,
    start_enrolment,
    take_card,
)
from gateway.fleet.errors import CannotEnrol, KioskBusy, UnknownEnrolment, UnknownKiosk
from gateway.fleet.models import DoorEnrolment, Kiosk, Tablet
from gateway.fleet.options import Options, set_door_options
from gateway.people import services as people
from gateway.people.errors import (
    CredentialBlocked,
    CredentialHeld,
    UnknownPerson,
    WrongCredential,
)
from gateway.people.models import Credential, Person
from gateway.timetable.models import Site
from kiosk.protocol.messages import Method
from kiosk.protocol.remarks import CardEnrolled, EnrolmentRefused, NotEnrolled
from tests.gateway.factories import make_person, make_site
from tests.gateway.school import at, make_kiosk

pytestmark = pytest.mark.django_db
CARD, OTHER = "04A224D2C86180", "04A224D2C86181"


@dataclass
class Office:
    """An office that enrols cards at its gate."""

    site: Site
    mia: int

    def ask(self, person: int = 0, kiosk: str = "gate", **more: object) -> UUID:
        told = {"method": Method.CARD, "by": None, "now": at("08:00"), "number": ""} | more
        return start_enrolment(kiosk_id=kiosk, person_id=person or self.mia, **told)  # type: ignore[arg-type]  # told by name

    def outcome(self, enrolment: UUID, clock: str = "08:01") -> tuple[str, str, str]:
        found = progress(enrolment, now=at(clock))
        return found.outcome, found.why, found.value

    def takes(self, enrolment: UUID, card: str = CARD, *, clock: str = "08:01") -> bool:
        remark = CardEnrolled(id=uuid4(), enrolment=enrolment, value=card, form="decimal")
        return take_card(kiosk_id="gate", remark=remark, now=at(clock))

    def refuses(self, enrolment: UUID, why: NotEnrolled) -> None:
        remark = EnrolmentRefused(id=uuid4(), enrolment=enrolment, why=why)
        note_refusal(kiosk_id="gate", remark=remark, now=at("08:01"))

    def asked(self, clock: str = "08:01", kiosk: str = "gate") -> str:
        """The name the kiosk is told, "-" when it waits for nobody."""
        wanted = asked_of_kiosks(now=at(clock))[kiosk].wanted
        return wanted.name if wanted else "-"


@pytest.fixture
def office() -> Office:
    site = make_site()
    make_kiosk(site, "gate")
    make_kiosk(site, "yard")
    return Office(site, make_person("Mia Keller"))


def cards_of(person: int) -> list[str]:
    return list(Credential.objects.filter(person_id=person).values_list("value", flat=True))


@pytest.mark.covers("BIO-01")
def test_the_kiosk_is_asked_and_the_card_it_takes_is_the_persons(office: Office) -> None:
    enrolment = office.ask()
    assert (office.asked(), office.asked(kiosk="yard")) == ("Mia K.", "-")

    assert office.takes(enrolment)

    assert cards_of(office.mia) == [CARD]
    assert office.outcome(enrolment) == (Outcome.DONE, "", CARD)
    assert office.asked() == "-"


def test_a_card_heard_of_twice_is_given_once(office: Office) -> None:
    enrolment = office.ask()
    office.takes(enrolment)

    assert not office.takes(enrolment)
    assert not office.takes(enrolment, OTHER)

    assert cards_of(office.mia) == [CARD]


def test_asking_again_is_the_same_enrolment(office: Office) -> None:
    assert office.ask() == office.ask()


@pytest.mark.covers("BIO-01")
def test_a_number_that_is_made_up_each_time_is_not_waited_for(office: Office) -> None:
    with pytest.raises(CannotEnrol, match=r"08A41AB1 begins with 08.*use another card"):
        office.ask(number="08 A4 1A B1")

    assert not DoorEnrolment.objects.exists()


def test_a_kiosk_that_is_not_connected_is_said_to_be_away(office: Office) -> None:
    enrolment = office.ask()
    away = [progress(enrolment, now=at("08:01")).is_away]

    Kiosk.objects.update(online=True, last_heard_at=at("08:00:50"))
    away += [progress(enrolment, now=at(clock)).is_away for clock in ("08:01", "08:03")]

    assert away == [True, False, True]


def test_a_tablet_is_never_away(office: Office) -> None:
    enrolment = office.ask()
    Tablet.objects.create(kiosk_id="gate", install=uuid4())

    assert not progress(enrolment, now=at("08:01")).is_away


def test_what_is_long_over_is_forgotten_with_its_card_numbers(office: Office) -> None:
    office.takes(office.ask())
    unended = office.ask(make_person("Ben Ode"), "yard", number=OTHER)

    assert purge_enrolments(before=at("08:01")) == 0
    assert purge_enrolments(before=at("08:03")) == 2

    with pytest.raises(UnknownEnrolment):
        progress(unended, now=at("08:03"))
    assert cards_of(office.mia) == [CARD]


def test_a_kiosk_waits_for_one_person_at_a_time(office: Office) -> None:
    office.ask()

    with pytest.raises(KioskBusy, match=r"Gate waits for the card of person \d+: cancel that"):
        office.ask(make_person("Ben Ode"))

    assert office.asked() == "Mia K."
    assert DoorEnrolment.objects.count() == 1


def test_two_kiosks_wait_for_two_people(office: Office) -> None:
    office.ask()
    office.ask(make_person("Ben Ode"), "yard")

    assert (office.asked(), office.asked(kiosk="yard")) == ("Mia K.", "Ben O.")


def test_it_ends_by_itself_and_the_next_may_begin(office: Office) -> None:
    enrolment = office.ask()

    assert office.outcome(enrolment, "08:02")[0] == Outcome.TIMED_OUT
    assert office.asked("08:02") == "-"
    office.ask(make_person("Ben Ode"), now=at("08:02"))
    assert office.asked("08:02:30") == "Ben O."


def test_a_card_taken_in_time_counts_though_it_is_heard_of_late(office: Office) -> None:
    enrolment = office.ask()
    office.refuses(enrolment, NotEnrolled.TIMED_OUT)

    assert office.takes(enrolment, clock="11:00")

    assert office.outcome(enrolment) == (Outcome.DONE, "", CARD)


def test_cancelled_it_waits_no_more_and_takes_no_card(office: Office) -> None:
    enrolment = office.ask()
    cancel_enrolment(enrolment_id=enrolment, now=at("08:01"))

    assert not office.takes(enrolment)

    assert office.asked() == "-"
    assert office.outcome(enrolment) == (Outcome.CANCELLED, "", "")
    assert cards_of(office.mia) == []


def test_cancelling_what_is_done_changes_nothing(office: Office) -> None:
    enrolment = office.ask()
    office.takes(enrolment)

    cancel_enrolment(enrolment_id=enrolment, now=at("08:02"))

    assert office.outcome(enrolment) == (Outcome.DONE, "", CARD)


@pytest.mark.parametrize("why", [NotEnrolled.RANDOM, NotEnrolled.HELD, NotEnrolled.BLOCKED])
def test_staff_see_why_a_card_was_refused_while_the_kiosk_waits_on(
    office: Office, why: NotEnrolled
) -> None:
    enrolment = office.ask()
    office.refuses(enrolment, why)

    assert office.outcome(enrolment) == (Outcome.WAITING, why, "")
    assert office.asked() == "Mia K."


def test_a_refusal_heard_after_the_end_changes_nothing(office: Office) -> None:
    enrolment = office.ask()
    office.takes(enrolment)

    office.refuses(enrolment, NotEnrolled.TIMED_OUT)

    assert office.outcome(enrolment) == (Outcome.DONE, "", CARD)


def test_a_kiosk_may_say_itself_that_it_ended(office: Office) -> None:
    enrolment = office.ask()

    office.refuses(enrolment, NotEnrolled.CANCELLED)

    assert office.outcome(enrolment)[0] == Outcome.CANCELLED


def test_a_card_somebody_got_meanwhile_stays_with_its_holder(office: Office) -> None:
    enrolment, ben = office.ask(), make_person("Ben Ode")
    people.set_credential(person_id=ben, method=Method.CARD, value=CARD)

    assert not office.takes(enrolment)

    assert office.outcome(enrolment) == (Outcome.REFUSED, NotEnrolled.HELD, "")
    assert (cards_of(ben), cards_of(office.mia)) == ([CARD], [])


def test_a_card_that_was_blocked_meanwhile_is_refused(office: Office) -> None:
    enrolment = office.ask()
    block(CARD, at("08:00"))

    assert not office.takes(enrolment)

    assert office.outcome(enrolment) == (Outcome.REFUSED, NotEnrolled.BLOCKED, "")


def block(card: str, now: datetime) -> None:
    people.block_credential(method=Method.CARD, value=card, because="lost", now=now)


def test_the_number_staff_know_is_told_to_the_kiosk(office: Office) -> None:
    office.ask(number=" 04:a2:24:d2:c8:61:80 ")

    wanted = asked_of_kiosks(now=at("08:01"))["gate"].wanted
    assert wanted is not None
    assert (wanted.person, wanted.method, wanted.number) == (office.mia, Method.CARD, CARD)


def test_a_known_number_that_cannot_be_given_is_not_waited_for(office: Office) -> None:
    people.set_credential(person_id=make_person("Ben"), method=Method.CARD, value=CARD)
    block(OTHER, at("08:00"))

    with pytest.raises(CredentialHeld):
        office.ask(number=CARD)
    with pytest.raises(CredentialBlocked):
        office.ask(number=OTHER)
    with pytest.raises(WrongCredential):
        office.ask(number="the red one")

    assert not DoorEnrolment.objects.exists()


def test_the_persons_own_card_may_be_named_to_teach_a_reader(office: Office) -> None:
    people.set_credential(person_id=office.mia, method=Method.CARD, value=CARD)
    enrolment = office.ask(number=CARD)

    office.takes(enrolment)

    assert office.outcome(enrolment) == (Outcome.DONE, "", CARD)
    assert progress(enrolment, now=at("08:01")).form == "decimal"
    assert cards_of(office.mia) == [CARD]


def test_where_screens_show_no_names_the_kiosk_is_told_none(office: Office) -> None:
    set_door_options(site_id=office.site.pk, options=Options(show_names=False))

    office.ask()

    assert office.asked() == ""


def test_a_browser_is_asked_for_no_card(office: Office) -> None:
    Tablet.objects.create(kiosk_id="gate", install=uuid4())

    with pytest.raises(CannotEnrol, match="Gate is a browser and reads no cards"):
        office.ask()

    assert not DoorEnrolment.objects.exists()


def test_nobody_is_enrolled_where_nobody_is(office: Office) -> None:
    with pytest.raises(UnknownKiosk, match="no kiosk is called nowhere"):
        office.ask(kiosk="nowhere")
    with pytest.raises(UnknownPerson):
        office.ask(10**9)
    people.deactivate_person(person_id=office.mia)
    with pytest.raises(CannotEnrol, match="has left"):
        office.ask()

    assert not DoorEnrolment.objects.exists()


def test_what_nobody_asked_for_is_set_aside(office: Office) -> None:
    elsewhere = office.ask(kiosk="yard")

    for unknown in (uuid4(), elsewhere):
        with pytest.raises(UnknownEnrolment):
            office.takes(unknown)
        with pytest.raises(UnknownEnrolment):
            office.refuses(unknown, NotEnrolled.RANDOM)
    with pytest.raises(UnknownEnrolment):
        progress(uuid4(), now=at("08:00"))

    assert cards_of(office.mia) == []


def test_what_is_not_a_card_is_only_noted_as_done(office: Office) -> None:
    enrolment = office.ask(method=Method.FACE)

    [first, again] = [
        finish_enrolment(kiosk_id="gate", enrolment_id=enrolment, now=at("08:01")) for _ in "12"
    ]

    assert (first, again) == (office.mia, office.mia)
    assert office.outcome(enrolment) == (Outcome.DONE, "", "")


def test_what_was_cancelled_is_not_done_any_more(office: Office) -> None:
    enrolment = office.ask(method=Method.FACE)
    cancel_enrolment(enrolment_id=enrolment, now=at("08:01"))

    done = finish_enrolment(kiosk_id="gate", enrolment_id=enrolment, now=at("08:01"))

    assert done is None


def test_a_person_that_is_gone_takes_her_enrolments_along(office: Office) -> None:
    office.ask()

    Person.objects.get(pk=office.mia).delete()

    assert office.asked() == "-"
