"""Bookings, walk-ins and temporary persons over the API."""

from datetime import date

import pytest

from gateway.people.models import Person
from gateway.timetable.models import OfferingEnrolment
from tests.gateway.api.centre import Centre, make_centre
from tests.gateway.api.conftest import Api
from tests.gateway.classes import make_session

pytestmark = pytest.mark.django_db
FUTURE = date(2099, 1, 5)


@pytest.fixture
def centre() -> Centre:
    return make_centre()


@pytest.mark.covers("TRN-11")
def test_who_finds_no_place_waits_and_comes_in_when_there_are_more(
    api: Api, centre: Centre
) -> None:
    path = f"/sessions/{make_session(centre.algebra, day=FUTURE).pk}"
    api.put(f"{path}/capacity", {"capacity": 1})

    booked = api.post(f"{path}/bookings", {"person_id": centre.tom.pk}).body
    assert (booked["state"], booked["place"]) == ("waiting", 1)
    assert api.get(f"{path}/places").body == {"capacity": 1, "taken": 1, "waiting": 1}

    moved = api.put(f"{path}/capacity", {"capacity": 2}).body
    assert moved == {"person_ids": [centre.tom.pk]}
    assert [each["state"] for each in api.get(f"{path}/bookings").body] == ["booked"]
    assert api.delete(f"{path}/bookings/{centre.tom.pk}").status == 204
    assert api.get(f"{path}/bookings").body == []


@pytest.mark.covers("TRN-09")
def test_a_teacher_puts_a_walk_in_on_the_roll(centre: Centre) -> None:
    teacher, path = centre.callers()["teacher"], f"/sessions/{centre.session.pk}"

    (found,) = teacher.get(f"{path}/candidates", search="berg tom").body
    added = teacher.post(f"{path}/walk-ins", {"person_id": found["person_id"]})

    assert found == {"person_id": centre.tom.pk, "name": "Tom Berg", "kind": "student"}
    assert added.body == {"person_id": centre.tom.pk, "is_new": True}
    assert len(teacher.items(f"{path}/marks")) == 2


@pytest.mark.covers("TRN-09")
def test_a_temporary_person_turns_out_to_be_somebody(api: Api, centre: Centre) -> None:
    path = f"/sessions/{centre.session.pk}"
    unknown = api.post(f"{path}/temporary-people", {"name": "Tomas B"}).body["person_id"]
    api.put(f"{path}/marks/{unknown}", {"base": "present"})

    assert api.post(f"/people/{unknown}/merge", {"into_id": centre.tom.pk}).status == 204

    assert Person.objects.get(pk=unknown).merged_into_id == centre.tom.pk
    lines = {line["person_id"]: line["base"] for line in api.items(f"{path}/marks")}
    assert lines == {centre.mia.pk: "pending", centre.tom.pk: "present"}


def test_somebody_is_enrolled_put_on_hold_and_transferred(api: Api, centre: Centre) -> None:
    path = f"/offerings/{centre.algebra.pk}/members/{centre.tom.pk}"

    assert api.put(path, {"on": "2026-10-01"}).status == 204
    assert api.post(f"{path}/standing", {"on": "2026-10-05", "standing": "on_hold"}).status == 204
    assert api.post(f"{path}/end", {"last_day": "2026-10-09"}).status == 204

    told = api.get(f"/people/{centre.tom.pk}/offerings").body
    assert [(each["offering"], each["standing"], each["ended_as"]) for each in told] == [
        ("Algebra", "on_hold", "dropped"),
        ("Algebra", "active", None),
        ("Physics", "active", None),
    ]
    assert OfferingEnrolment.objects.filter(person=centre.tom, ends_on=None).count() == 1


def test_a_session_is_made_moved_and_given_a_substitute(centre: Centre) -> None:
    callers = centre.callers()
    api = callers["office"]
    draft = {"offering_ids": [centre.algebra.pk], "date": "2099-01-05"}

    made = api.post("/class-sessions", {**draft, "starts": "09:00", "ends": "10:00"}).body
    path = f"/sessions/{made['id']}"
    when = {"date": "2099-01-06", "starts": "11:00", "ends": "12:00", "because": "room flooded"}
    moved = api.post(f"{path}/move", when).body
    put_in = {"stands_in_for": centre.ada.pk}

    assert (made["starts_at"], moved["starts_at"]) == (
        "2099-01-05T09:00:00Z",
        "2099-01-06T11:00:00Z",
    )
    assert api.put(f"{path}/substitutes/{centre.max.pk}", put_in).status == 204
    assert callers["another teacher"].get(path).status == 200
    assert callers["teacher"].get(path).status == 404
