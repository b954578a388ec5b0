import pytest

from gateway.attendance.models import Alarm
from tests.gateway.api.conftest import Api
from tests.gateway.portal.school import School

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> School:
    """Two of three students have signed in."""
    school = School()
    for place in range(2):
        school.tap(school.card(place))
    return school


@pytest.mark.covers("BEY-05")
def test_who_is_on_site_is_told_without_an_alarm(api: Api, school: School) -> None:
    told = api.get("/evacuation").body

    assert (told["alarm"], told["on_site"], told["to_find"]) == (None, 2, 2)
    assert [(each["name"], each["group"]) for each in told["people"]] == [
        ("Ben Keller", "Year 7"),
        ("Mia Keller", "Year 7"),
    ]


@pytest.mark.covers("BEY-05")
def test_an_alarm_is_raised_followed_and_ended(api: Api, school: School) -> None:
    raised = api.post("/evacuation", {})
    again = api.post("/evacuation", {})

    api.post("/evacuation/ticks", {"person_id": school.students[0]})
    ticked = api.get("/evacuation").body
    ended = api.post("/evacuation/end", {})

    assert (raised.status, again.body["alarm"]) == (201, raised.body["alarm"])
    assert (ticked["on_site"], ticked["to_find"]) == (2, 1)
    assert ended.status == 204
    assert Alarm.objects.get().ended_by == Alarm.objects.get().raised_by != ""


def test_a_tick_is_taken_back(api: Api, school: School) -> None:
    api.post("/evacuation", {})
    person = {"person_id": school.students[0]}
    api.post("/evacuation/ticks", person)

    told = api.post("/evacuation/ticks", person | {"is_safe": False})

    assert told.status == 204
    assert api.get("/evacuation").body["to_find"] == 2


def test_without_an_alarm_there_is_nothing_to_tick_and_nothing_to_end(
    api: Api, school: School
) -> None:
    tick = api.post("/evacuation/ticks", {"person_id": school.students[0]})
    end = api.post("/evacuation/end", {})

    assert (tick.status, end.status) == (409, 409)
    assert "raise it first" in tick.body["message"]


def test_a_person_nobody_knows_is_refused(api: Api, school: School) -> None:
    api.post("/evacuation", {})

    told = api.post("/evacuation/ticks", {"person_id": 999999})

    assert told.status == 404
    assert "no person 999999" in told.body["message"]
