import pytest

from gateway.attendance.expecting import expected_at
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_site
from tests.gateway.school import at

pytestmark = pytest.mark.django_db


def test_a_session_expects_who_is_enrolled_in_its_offerings() -> None:
    site = make_site()
    algebra, physics = make_offering(site), make_offering(site, "Physics")
    mia, tom = make_learner("Mia Keller"), make_learner("Tom Berg")
    enrol_in(algebra, mia)
    enrol_in(physics, tom)

    session = make_session(algebra, physics, starts="22:00", ends="00:30")

    assert [(each.person_id, each.group) for each in expected_at(session)] == [
        (mia.pk, "Algebra"),
        (tom.pk, "Physics"),
    ]
    assert (session.starts_at, session.finishes_at - session.starts_at) == (
        at("22:00"),
        at("02:30") - at("00:00"),
    )
