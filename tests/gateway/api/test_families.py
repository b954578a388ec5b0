import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gateway.attendance.values import Base, Mark
from tests.gateway.api.centre import make_centre
from tests.gateway.api.conftest import Answer, Api
from tests.gateway.classes import make_session
from tests.gateway.school import at, mark_by_hand

pytestmark = pytest.mark.django_db


def test_a_guardian_hears_of_the_child_s_sessions_and_marks() -> None:
    centre = make_centre()
    mark_by_hand(
        session_id=centre.session.pk, person_id=centre.mia.pk,
        mark=Mark(Base.PRESENT, late_minutes=12), by="ada", now=at("16:20"),
    )  # fmt: skip

    lines = centre.callers()["guardian"].items(f"/people/{centre.mia.pk}/attendance")

    told = [(line["session_id"], line["base"], line["late_minutes"]) for line in lines]
    assert told == [
        (centre.session.pk, "present", 12),
        (centre.earlier_session.pk, "pending", None),
    ]


def test_dates_narrow_what_is_heard() -> None:
    centre = make_centre()
    student = centre.callers()["student"]
    path = f"/people/{centre.mia.pk}/attendance"

    assert len(student.items(path, first="2026-11-21")) == 1
    assert len(student.items(path, last="2026-11-21")) == 1
    assert student.items(path, first="2026-11-21", last="2026-11-22") == []


def test_a_teacher_hears_of_own_sessions_alone() -> None:
    centre = make_centre()
    joint = make_session(centre.physics, centre.algebra, starts="18:00", ends="19:00")
    callers = centre.callers()

    path = f"/people/{centre.mia.pk}/attendance"
    assert [line["session_id"] for line in callers["another teacher"].items(path)] == [joint.pk]
    assert len(callers["office"].items(path)) == 3


def test_everybody_is_told_who_they_are() -> None:
    centre = make_centre()

    told = centre.callers()["guardian"].get("/me")

    assert told == Answer(
        200,
        {
            "name": "father",
            "roles": ["guardian"],
            "person_id": centre.father.pk,
            "children": [centre.mia.pk],
        },
    )


def test_a_teacher_s_list_has_own_sessions_alone() -> None:
    centre = make_centre()
    callers = centre.callers()

    def ids(who: str) -> set[int]:
        return {each["id"] for each in callers[who].items("/sessions", date="2026-11-23")}

    assert ids("teacher") == {centre.session.pk}
    assert ids("another teacher") == {centre.other_session.pk}
    assert ids("office") == {centre.session.pk, centre.other_session.pk}


def test_guardians_are_named_ranked_and_taken_away(api: Api) -> None:
    centre = make_centre()
    path = f"/people/{centre.mia.pk}/guardians"

    added = api.put(f"{path}/{centre.mother.pk}", {"rank": 2})

    assert added.body == {"person_id": centre.mother.pk, "name": "Eva Berg", "rank": 2}
    assert [line["rank"] for line in api.get(path).body] == [1, 2]
    assert api.put(f"{path}/{centre.tom.pk}", {}).status == 422
    assert api.delete(f"{path}/{centre.mother.pk}").status == 204
    assert api.delete(f"{path}/{centre.mother.pk}").status == 404


def test_the_number_of_queries_does_not_grow_with_what_is_heard() -> None:
    centre = make_centre()
    guardian = centre.callers()["guardian"]

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            guardian.items(f"/people/{centre.mia.pk}/attendance")
        return len(captured)

    with_two = queries()
    for hour in ("18", "19", "20"):
        make_session(centre.algebra, starts=f"{hour}:00", ends=f"{hour}:30")

    assert queries() == with_two
