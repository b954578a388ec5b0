"""What the office does about one excuse while a roll is closed or another decides."""

from collections.abc import Callable

import pytest

from gateway.attendance import excusing, lifecycle
from gateway.attendance.excuse_rules import Span
from gateway.attendance.excusing import Wish
from gateway.attendance.models import Excuse, Mark, MarkRevision, Session
from gateway.attendance.values import ExcuseReason
from tests.gateway.at_once import at_once, refusals
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_site
from tests.gateway.school import OFFICE, at

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

NOW = at("17:00")


def a_request() -> tuple[Session, int]:
    offering, mia = make_offering(make_site()), make_learner()
    enrol_in(offering, mia)
    session = make_session(offering)
    wish = Wish(mia.pk, ExcuseReason.MEDICAL, Span(session.starts_at, session.finishes_at))
    return session, excusing.ask(wish=wish, by=OFFICE, now=at("08:00"))


def approve(excuse: int) -> Callable[[], object]:
    return lambda: excusing.approve(excuse_id=excuse, by=OFFICE, now=NOW)


def end(session: Session) -> Callable[[], object]:
    return lambda: lifecycle.complete(session_id=session.pk, by=OFFICE, now=NOW)


@pytest.mark.covers("POL-03")
def test_of_several_who_approve_at_once_one_does() -> None:
    session, excuse = a_request()
    lifecycle.complete(session_id=session.pk, by=OFFICE, now=NOW)

    answers = at_once(*[approve(excuse)] * 4)

    assert refusals(answers) == ["NotInThisState"] * 3
    assert 1 in answers
    assert MarkRevision.objects.filter(author="excuse").count() == 1


@pytest.mark.covers("POL-03")
def test_an_excuse_approved_while_the_roll_is_closed_turns_the_absence() -> None:
    session, excuse = a_request()

    at_once(approve(excuse), end(session), end(session))

    mark = Mark.objects.get(session=session)
    assert (mark.base, mark.excuse_id) == ("medical_leave", excuse)


@pytest.mark.covers("POL-03")
def test_who_refuses_and_who_approves_at_once_agree_in_the_end() -> None:
    session, excuse = a_request()
    lifecycle.complete(session_id=session.pk, by=OFFICE, now=NOW)

    at_once(
        approve(excuse),
        lambda: excusing.refuse(excuse_id=excuse, because="no note", by=OFFICE, now=NOW),
    )

    stands = Excuse.objects.get(pk=excuse).state, Mark.objects.get(session=session).base
    assert stands in {("approved", "medical_leave"), ("refused", "absent")}
