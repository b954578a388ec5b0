from collections.abc import Sequence
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gateway.attendance.recording import Heard
from gateway.attendance.services import judge_sessions, record_tracks
from kiosk.protocol.messages import Shown, TrackMade
from tests.gateway.api.conftest import Api
from tests.gateway.school import Door, School, at, make_school

pytestmark = pytest.mark.django_db


def keep(school: School, gate: Door, *made: TrackMade, clock: str = "12:00") -> None:
    heard = [Heard(gate.id, school.site.pk, gate.install, track) for track in made]
    record_tracks(heard=heard, now=at(clock))


def a_morning(pupils: int = 2) -> tuple[School, Sequence[int]]:
    """The first pupil comes and goes, the second comes late, the others not at all."""
    school = make_school()
    people = school.pupils(pupils)
    gate = school.kiosk()
    first, second = people[0], people[min(1, pupils - 1)]
    judge_sessions(site_id=school.site.pk, now=at("08:00"))
    keep(
        school,
        gate,
        gate.sees(first, "07:50"),
        gate.sees(first, "10:00", shown=Shown.SIGNED_OUT),
        gate.sees(second, "08:12"),
    )
    return school, [person.pk for person in people]


def test_tracks_are_found_by_who_where_when_and_what(api: Api) -> None:
    _, (mia, ben) = a_morning()
    nobody = {"unknown": "true"}

    assert [t["person_id"] for t in api.items("/tracks")] == [ben, mia, mia]
    assert len(api.items("/tracks", person=mia)) == 2
    assert len(api.items("/tracks", kiosk="gate", date="2026-11-23", site="main")) == 3
    assert len(api.items("/tracks", since="2026-11-23T08:10:00Z", until="2026-11-23T09:00Z")) == 1
    assert len(api.items("/tracks", shown="signed_out", method="card", counts="true")) == 1
    assert api.items("/tracks", **nobody) == api.items("/tracks", kiosk="shed") == []


def test_a_track_is_found_by_its_identity(api: Api) -> None:
    a_morning()
    (track, *_) = api.items("/tracks")

    assert api.get(f"/tracks/{track['id']}").body == track
    assert (track["seq"], track["quality"], track["day"]) == (3, "trusted", "2026-11-23")
    assert api.get(f"/tracks/{uuid4()}").status == 404


def test_presence_is_known_for_any_past_instant(api: Api) -> None:
    _, (mia, ben) = a_morning()

    def presence(clock: str) -> dict[int, str]:
        there = api.items("/presence", at=f"2026-11-23T{clock}:00Z")
        return {person["person_id"]: person["presence"] for person in there}

    assert presence("07:49") == {mia: "not_signed", ben: "not_signed"}
    assert presence("08:00") == {mia: "signed_in", ben: "not_signed"}
    assert presence("11:00") == {mia: "signed_out", ben: "signed_in"}
    there = api.items("/presence", at="2026-11-23T11:00:00Z", presence="signed_in", kind="student")
    assert [person["person_id"] for person in there] == [ben]


@pytest.mark.covers("TRK-03")
def test_one_person_s_presence_is_known_for_any_past_instant(api: Api) -> None:
    _, (mia, _) = a_morning()

    told = api.get(f"/people/{mia}/presence", at="2026-11-23T09:00:00Z").body

    assert told == {
        "person_id": mia,
        "site": "main",
        "at": "2026-11-23T09:00:00Z",
        "presence": "signed_in",
    }
    assert api.get("/people/77/presence").status == 404


def test_an_instant_without_an_offset_is_refused(api: Api) -> None:
    make_school()

    assert api.get("/presence", at="2026-11-23T09:00:00").status == 422


def test_a_person_s_day_shows_each_track_as_it_counted(api: Api) -> None:
    _, (mia, _) = a_morning()

    day = api.get(f"/people/{mia}/day", date="2026-11-23").body

    (site,) = day["sites"]
    assert [track["counted_as"] for track in site["tracks"]] == ["in", "out"]
    assert [mark["base"] for mark in day["marks"]] == ["present"]
    assert api.get("/people/77/day", date="2026-11-23").status == 404


def test_a_day_is_told_in_numbers_and_by_name(api: Api) -> None:
    a_morning(pupils=3)

    assert api.get("/day", date="2026-11-23").body == {
        "expected": 3,
        "signed_in": 1,
        "signed_out": 1,
        "not_signed": 1,
        "late": 1,
        "absent": 0,
    }
    assert len(api.items("/day/people", date="2026-11-23")) == 3


@pytest.mark.covers("TRK-04")
def test_a_session_shows_who_is_late_and_by_how_much(api: Api) -> None:
    school, (mia, ben) = a_morning()

    (session,) = api.items("/sessions", date="2026-11-23")
    marks = api.items(f"/sessions/{session['id']}/marks")

    assert (session["present"], session["late"], session["expected"]) == (2, 1, 2)
    assert {m["person_id"]: m["late_minutes"] for m in marks} == {mia: None, ben: 12}
    assert api.get(f"/sessions/{school.session.pk}").body == session


def test_a_mark_by_hand_stands_with_who_said_so(api: Api) -> None:
    school, (mia, _) = a_morning()
    path = f"/sessions/{school.session.pk}/marks/{mia}"

    put = api.put(path, {"base": "excused", "reason": "dentist"})

    assert put.status == 200
    assert (put.body["base"], put.body["author"]) == ("excused", "person")
    assert "office" in {word["author_name"] for word in put.body["revisions"]}
    assert api.get(path).body == put.body


@pytest.mark.parametrize("base", ["pending", "late", ""])
def test_a_mark_nobody_can_give_is_refused(api: Api, base: str) -> None:
    school, (mia, _) = a_morning()

    assert api.put(f"/sessions/{school.session.pk}/marks/{mia}", {"base": base}).status == 422


def test_who_is_not_on_the_roll_cannot_be_marked(api: Api) -> None:
    school, _ = a_morning()

    answer = api.put(f"/sessions/{school.session.pk}/marks/7777", {"base": "absent"})

    assert (answer.status, answer.body["error"]) == (409, "not_on_roll")


def test_an_unknown_session_is_not_there(api: Api) -> None:
    for path in ("/sessions/7", "/sessions/7/marks", "/sessions/7/marks/7", "/sessions/7/absence"):
        assert api.get(path).status == 404
    assert api.put("/sessions/7/marks/7", {"base": "absent"}).status == 404


def test_a_mark_of_whom_nobody_said_anything_is_not_there(api: Api) -> None:
    school = make_school()
    (mia,) = school.pupils(1)

    assert api.get(f"/sessions/{school.session.pk}/marks/{mia.pk}").status == 404


def test_a_session_needs_a_division(api: Api) -> None:
    moment = "2026-11-24T08:00:00Z"
    times = {"starts_at": moment, "registers_at": moment, "finishes_at": moment}

    answer = api.post("/sessions", {"division_id": 7, "date": "2026-11-24", **times})

    assert (answer.status, answer.body["message"]) == (404, "there is no division 7")


def test_a_session_is_laid_by_hand_and_moved(api: Api) -> None:
    school = make_school()
    body = {
        "division_id": school.group.division_id,
        "date": "2026-11-24",
        "starts_at": "2026-11-24T08:00:00Z",
        "registers_at": "2026-11-24T08:10:00Z",
        "finishes_at": "2026-11-24T08:30:00Z",
    }

    laid = api.post("/sessions", body)
    moved = api.post("/sessions", {**body, "finishes_at": "2026-11-24T08:40:00Z"})
    wrong = api.post("/sessions", {**body, "finishes_at": "2026-11-24T07:40:00Z"})

    assert (laid.status, moved.status) == (201, 201)
    assert laid.body["id"] == moved.body["id"]
    assert moved.body["finishes_at"] == "2026-11-24T08:40:00Z"
    assert (wrong.status, wrong.body["error"]) == (422, "period_runs_backwards")


def test_a_date_s_sessions_are_laid_from_the_weekly_times(api: Api) -> None:
    school = make_school()
    times = {"starts": "13:00", "registers": "13:10", "finishes": "13:20"}
    api.post(
        "/registration-periods",
        {"division_id": school.group.division_id, "kind": "PM", **times},
    )

    laid = api.post("/sessions/lay", {"date": "2026-11-23"})

    assert [session["kind"] for session in laid.body] == ["AM", "PM"]


def test_a_difference_waits_until_somebody_saw_it(api: Api) -> None:
    school = make_school()
    (mia,) = school.pupils(1)
    gate, yard = school.kiosk("gate"), school.kiosk("yard")
    keep(school, gate, gate.sees(mia, "08:00"))
    keep(school, yard, yard.sees(mia, "09:00", shown=Shown.SIGNED_IN))

    (difference,) = api.items("/differences", date="2026-11-23")

    assert (difference["shown"], difference["truth"]) == ("signed_in", "out")
    assert api.post(f"/differences/{difference['track_id']}/seen").status == 204
    assert api.items("/differences", date="2026-11-23") == []
    assert api.post(f"/differences/{difference['track_id']}/seen").status == 404


def test_what_nobody_holds_is_listed_with_how_often_it_was_shown(api: Api) -> None:
    school = make_school()
    gate = school.kiosk()
    for clock in ("08:00", "08:05"):
        keep(school, gate, gate.sees(None, clock, shown=Shown.UNKNOWN, card="04A2B3C4"))

    (unknown,) = api.items("/unknown-credentials", date="2026-11-23")

    assert (unknown["value"], unknown["times"], unknown["kiosk_id"]) == ("04A2B3C4", 2, "gate")


def queries_of(api: Api, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        api.items(path)
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_the_lists(api: Api) -> None:
    school = make_school()
    gate = school.kiosk()
    paths = [
        "/tracks",
        "/presence?at=2026-11-23T12:00:00Z",
        "/day/people?date=2026-11-23",
        "/sessions?date=2026-11-23",
        f"/sessions/{school.session.pk}/marks",
        "/unknown-credentials?date=2026-11-23",
    ]

    def a_pupil_comes() -> None:
        (pupil,) = school.pupils(1)
        stranger = gate.sees(None, "08:05", shown=Shown.UNKNOWN, card=f"FF{pupil.pk:06X}")
        keep(school, gate, gate.sees(pupil, "08:00"), stranger)

    a_pupil_comes()
    with_one = [queries_of(api, path) for path in paths]
    a_pupil_comes()
    a_pupil_comes()

    assert [queries_of(api, path) for path in paths] == with_one
    assert [len(api.items(path)) for path in paths] == [6, 3, 3, 1, 3, 3]
