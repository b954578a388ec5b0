import pytest

from gateway.attendance import substituting
from gateway.attendance.errors import NotPermitted, UnknownSession
from gateway.attendance.marking import Actor
from gateway.attendance.models import Session, Substitution
from gateway.people.models import Person
from gateway.people.values import Role
from gateway.timetable.errors import NotATeacher
from tests.gateway.classes import make_learner, make_offering, make_session, make_teacher
from tests.gateway.factories import make_site
from tests.gateway.school import OFFICE, make_school

pytestmark = pytest.mark.django_db

GUARDIAN = Actor("gabi", frozenset({Role.GUARDIAN}))


def put_in(session: Session, person: Person, stands_in_for: Person | None = None) -> None:
    substituting.put_in(
        session_id=session.pk,
        person_id=person.pk,
        stands_in_for=stands_in_for.pk if stands_in_for else None,
        by=OFFICE,
    )


def substitutes() -> list[tuple[Person, Person | None]]:
    rows = Substitution.objects.select_related("person", "stands_in_for")
    return [(row.person, row.stands_in_for) for row in rows]


def test_somebody_stands_in_for_a_teacher_and_then_beside() -> None:
    algebra = make_offering(make_site())
    session, ill = make_session(algebra), make_teacher("Ill Teacher", algebra)
    ann = make_teacher("Ann Aide")

    put_in(session, ann, ill)
    assert substitutes() == [(ann, ill)]

    put_in(session, ann)
    assert substitutes() == [(ann, None)]


def test_a_substitute_is_taken_out_and_twice_is_once() -> None:
    session, ann = make_session(make_offering(make_site())), make_teacher("Ann Aide")
    put_in(session, ann)

    for _ in range(2):
        substituting.take_out(session_id=session.pk, person_id=ann.pk, by=OFFICE)

    assert substitutes() == []


def test_only_staff_stand_in_and_only_for_those_who_teach_there() -> None:
    session, ann = make_session(make_offering(make_site())), make_teacher("Ann Aide")

    with pytest.raises(NotATeacher, match="no active member of staff"):
        put_in(session, make_learner())
    with pytest.raises(NotATeacher, match="does not teach Algebra"):
        put_in(session, ann, make_teacher("Tom Teacher"))

    assert substitutes() == []


def test_guardians_choose_no_substitutes_and_registration_has_none() -> None:
    session, ann = make_session(make_offering(make_site("annex"))), make_teacher("Ann Aide")

    with pytest.raises(NotPermitted):
        substituting.put_in(session_id=session.pk, person_id=ann.pk, by=GUARDIAN)
    with pytest.raises(UnknownSession):
        put_in(make_school().session, ann)

    assert substitutes() == []
