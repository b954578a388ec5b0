"""What a teacher does to a roll over the API, as it comes out on the roll."""

import pytest

from tests.gateway.api.centre import Centre, make_centre
from tests.gateway.api.conftest import Api
from tests.gateway.classes import enrol_in, make_learner
from tests.gateway.school import make_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre() -> Centre:
    return make_centre()


@pytest.fixture
def teacher(centre: Centre) -> Api:
    return centre.callers()["teacher"]


def path(centre: Centre, rest: str = "") -> str:
    return f"/sessions/{centre.session.pk}{rest}"


def base_of(api: Api, centre: Centre) -> str:
    answer = api.get(path(centre, f"/marks/{centre.mia.pk}"))
    return str(answer.body["base"]) if answer.status == 200 else "pending"


def test_what_a_teacher_marks_stands_and_can_be_undone(teacher: Api, centre: Centre) -> None:
    ben = make_learner("Ben Keller")
    enrol_in(centre.algebra, ben)
    marks = [{"person_id": p.pk, "base": "present"} for p in (centre.mia, ben)]

    assert teacher.post(path(centre, "/marks"), {"marks": marks}).body == {"marked": 2}
    (act,) = teacher.get(path(centre, "/acts")).body

    assert (act["by"], base_of(teacher, centre)) == ("ada", "present")
    assert teacher.post(path(centre, "/undo"), {}).body == {"act": act["id"]}
    assert base_of(teacher, centre) == "pending"
    assert teacher.post(path(centre, "/undo"), {}).status == 409


def test_one_who_is_not_on_the_roll_lets_nobody_be_marked(teacher: Api, centre: Centre) -> None:
    marks = [{"person_id": p.pk, "base": "present"} for p in (centre.mia, centre.tom)]

    answer = teacher.post(path(centre, "/marks"), {"marks": marks})

    assert (answer.status, answer.body["error"]) == (409, "not_on_roll")
    assert base_of(teacher, centre) == "pending"


@pytest.mark.covers("MRK-02")
def test_a_roll_is_marked_whole_and_copied_from_the_one_before(
    teacher: Api, centre: Centre
) -> None:
    earlier = f"/sessions/{centre.earlier_session.pk}"

    assert teacher.post(f"{earlier}/mark-all", {"base": "present"}).body == {"marked": 1}
    assert teacher.post(path(centre, "/copy-previous"), {}).body == {"marked": 1}
    assert base_of(teacher, centre) == "present"
    assert teacher.post(path(centre, "/mark-all"), {"base": "absent"}).body == {"marked": 0}
    everybody = {"base": "absent", "only_unmarked": False}
    assert teacher.post(path(centre, "/mark-all"), everybody).body == {"marked": 1}
    assert base_of(teacher, centre) == "absent"


@pytest.mark.covers("POL-01")
@pytest.mark.parametrize(("came", "late"), [("16:15:00", None), ("16:15:01", 15), ("16:20:00", 20)])
def test_the_policy_says_how_late_an_arrival_is(
    teacher: Api, centre: Centre, came: str, late: int | None
) -> None:
    at = {"at": f"2026-11-23T{came}Z"}

    mark = teacher.put(path(centre, f"/marks/{centre.mia.pk}/arrival"), at).body

    assert (mark["base"], mark["late_minutes"]) == ("present", late)
    assert mark["arrived_at"] == at["at"]
    assert mark["why"].endswith("says ada")


def test_an_arrival_at_registration_is_told_in_minutes(api: Api) -> None:
    school = make_school()
    (mia,) = school.pupils(1)
    path = f"/sessions/{school.session.pk}/marks/{mia.pk}/arrival"

    answer = api.put(path, {"at": "2026-11-23T08:20:00Z"})

    assert (answer.status, answer.body["error"]) == (409, "not_in_this_state")
    assert not school.session.marks.exists()


def test_a_note_stays_beside_whatever_the_mark_becomes(teacher: Api, centre: Centre) -> None:
    mia = path(centre, f"/marks/{centre.mia.pk}")
    teacher.put(mia, {"base": "present"})

    noted = teacher.put(f"{mia}/note", {"text": "left her coat"})

    assert (noted.body["base"], noted.body["note"]) == ("present", "left her coat")
    assert [word["source"] for word in noted.body["revisions"]] == ["hand", "note"]
    teacher.delete(mia)
    assert centre.session.marks.get().note == "left her coat"
    assert base_of(teacher, centre) == "pending"
