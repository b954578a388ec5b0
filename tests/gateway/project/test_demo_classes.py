from datetime import timedelta

import pytest

from gateway.attendance.expecting import expected_at
from gateway.attendance.models import Session
from gateway.project.demo.classes import CLASSES, ON_ROLL, open_classes
from kiosk.protocol.messages import PersonKind
from tests.gateway.factories import make_person
from tests.gateway.school import at, make_school

pytestmark = pytest.mark.django_db


def test_each_profile_has_a_class_today_with_people_on_its_roll() -> None:
    school = make_school()
    school.pupils(30)
    make_person("Ada Okafor", kind=PersonKind.STAFF)

    made = open_classes(school.site, am=at("08:00"), now=at("07:55"))

    sessions = list(Session.objects.filter(division=None).order_by("starts_at"))
    assert made == len(CLASSES)
    assert [each.profile for each in sessions] == [each.profile for each in CLASSES]
    assert {len(expected_at(each)) for each in sessions} == {ON_ROLL}
    assert sessions[0].starts_at == at("08:00") + timedelta(minutes=4)
