"""What several phones do at the same moment."""

from collections.abc import Callable

import pytest

from gateway.attendance import check_ins, code_entry
from gateway.attendance.check_ins import Proof
from gateway.attendance.code_entry import Redeemer
from gateway.attendance.entry_codes import rotating_code
from gateway.attendance.models import CheckIn, Mark, MarkRevision, Session, SharedPhone
from gateway.people.models import Person
from gateway.people.pin_tries import try_pin
from tests.gateway.at_once import at_once, refusals
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_site
from tests.gateway.school import at

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

NOW = at("16:00")


def a_class(*names: str) -> tuple[Session, list[Person]]:
    offering = make_offering(make_site(), overrides={"self_check_in": True})
    people = [make_learner(name) for name in names]
    for person in people:
        enrol_in(offering, person)
    return make_session(offering), people


def scanned(session: Session, device: str) -> str:
    code = rotating_code(session, now=NOW)
    return code_entry.scan(session_id=session.pk, code=code, device=device, now=NOW)


def redeems(ticket: str, person: Person) -> Callable[[], object]:
    by = Redeemer(person.given_name, person.pk)
    return lambda: code_entry.redeem(ticket=ticket, by=by, now=NOW).pk


def test_pins_guessed_at_once_are_not_more_than_five() -> None:
    mia = make_learner("Mia")

    answers = at_once(*[lambda: try_pin(person_id=mia.pk, pin="000001", now=NOW).value] * 12)

    assert sorted(answers, key=str) == ["too_many"] * 7 + ["wrong"] * 5


def test_a_ticket_redeemed_at_once_from_everywhere_counts_once() -> None:
    session, (mia,) = a_class("Mia")
    ticket = scanned(session, "phone")

    answers = at_once(*[redeems(ticket, mia)] * 6)

    assert len(set(answers)) == 1
    assert (CheckIn.objects.count(), Mark.objects.count()) == (1, 1)
    assert MarkRevision.objects.count() == 1


def test_one_ticket_for_two_people_at_once_is_of_one() -> None:
    session, (mia, tom) = a_class("Mia", "Tom")
    ticket = scanned(session, "")

    answers = at_once(redeems(ticket, mia), redeems(ticket, tom))

    assert [type(answer) for answer in answers].count(int) == 1
    assert refusals(answers) == ["UnknownTicket"]
    assert CheckIn.objects.count() == 1


@pytest.mark.covers("BIO-02")
def test_one_phone_for_two_people_at_once_marks_one_and_flags_the_other() -> None:
    session, (mia, tom) = a_class("Mia", "Tom")
    tickets = [scanned(session, "phone"), scanned(session, "phone")]

    answers = at_once(redeems(tickets[0], mia), redeems(tickets[1], tom))

    assert refusals(answers) == ["PhoneShared"]
    assert (CheckIn.objects.count(), SharedPhone.objects.count()) == (1, 1)


@pytest.mark.covers("SLF-01")
def test_checking_in_at_once_from_two_pages_is_one_check_in() -> None:
    session, (mia,) = a_class("Mia")

    def check_in() -> object:
        return check_ins.check_in(
            session_id=session.pk,
            person_id=mia.pk,
            by=Redeemer("mia", mia.pk),
            proof=Proof(),
            now=NOW,
        ).pk

    assert len(set(at_once(*[check_in] * 4))) == 1
    assert CheckIn.objects.count() == 1
