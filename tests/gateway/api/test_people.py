from datetime import date

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from gateway.attendance.models import Track
from gateway.attendance.recording import Heard
from gateway.attendance.services import record_tracks
from gateway.people import services
from gateway.people.models import Person
from gateway.people.values import PersonDetails
from kiosk.protocol.messages import Method, PersonKind, Shown
from tests.gateway.api.conftest import NOW, Answer, Api
from tests.gateway.factories import (
    make_division,
    make_person,
    make_site,
    make_student,
    make_year_group,
)
from tests.gateway.school import at, make_school

pytestmark = pytest.mark.django_db

CARD = "04A2B3C4"
SEPTEMBER = date(2026, 9, 1)


def names(api: Api, **asked: object) -> list[str]:
    return [person["given_name"] for person in api.items("/people", **asked)]


def test_a_person_is_entered_and_read_back(api: Api) -> None:
    entered = api.post(
        "/people", {"given_name": "Mia", "family_name": "Keller", "external_id": "S1"}
    )

    assert entered.status == 201
    assert entered.body == {
        "id": entered.body["id"],
        "kind": "student",
        "given_name": "Mia",
        "family_name": "Keller",
        "external_id": "S1",
        "email": "",
        "language": "en",
        "active": True,
        "synchronised": False,
        "credentials": [],
        "enrolment": None,
    }
    assert api.get(f"/people/{entered.body['id']}") == Answer(200, entered.body)


def test_a_person_has_credentials_and_the_open_enrolment(api: Api) -> None:
    group = make_year_group(make_division(make_site()))
    mia = make_student(year_group=group, on=SEPTEMBER, card=CARD)

    person = api.get(f"/people/{mia}").body

    assert [c["value"] for c in person["credentials"]] == [CARD]
    assert (person["enrolment"]["year_group"], person["enrolment"]["ends_on"]) == ("Year 7", None)


def test_people_are_found_by_words_kind_state_and_year_group(api: Api) -> None:
    group = make_year_group(make_division(make_site()))
    make_student("Mia Keller", year_group=group, external_id="S1")
    services.deactivate_person(person_id=make_person("Ben Kelly"))
    make_person("Tom Young", kind=PersonKind.STAFF)

    assert names(api) == ["Mia", "Ben", "Tom"]
    assert names(api, search="kel") == ["Mia", "Ben"]
    assert names(api, search="kel mi") == ["Mia"]
    assert names(api, search="S1") == ["Mia"]
    assert names(api, kind="staff") == ["Tom"]
    assert names(api, active="false") == ["Ben"]
    assert names(api, year_group=group.pk) == ["Mia"]
    assert names(api, external_id="S1") == ["Mia"]


def test_a_long_list_comes_in_pages(api: Api) -> None:
    for number in range(3):
        make_person(f"P{number} Young")

    page = api.get("/people", limit=2, offset=1).body

    assert [person["given_name"] for person in page["items"]] == ["P1", "P2"]
    assert (page["total"], page["limit"], page["offset"]) == (3, 2, 1)


@pytest.mark.parametrize("many", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_list(
    api: Api, many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    group = make_year_group(make_division(make_site()))
    for number in range(many):
        make_student(year_group=group, card=f"{number:08X}")

    with django_assert_num_queries(7):
        assert len(api.items("/people")) == many
    with django_assert_num_queries(5):
        assert len(api.items("/credentials")) == many
    with django_assert_num_queries(5):
        assert len(api.items("/enrolments")) == many


def test_a_person_is_corrected_field_by_field(api: Api) -> None:
    mia = make_person("Mia Keller", external_id="S1")

    corrected = api.patch(f"/people/{mia}", {"family_name": "Lang", "external_id": None})

    assert (corrected.body["given_name"], corrected.body["family_name"]) == ("Mia", "Lang")
    assert corrected.body["external_id"] is None


def test_what_the_erp_keeps_is_not_changed_here(api: Api) -> None:
    mia = services.upsert_person(
        PersonDetails(PersonKind.STUDENT, "Mia", "Keller", external_id="S1"), synchronised=True
    )

    for answer in (
        api.patch(f"/people/{mia}", {"family_name": "Lang"}),
        api.post(f"/people/{mia}/deactivate"),
        api.post(f"/people/{mia}/leave", {"last_day": "2026-09-01"}),
    ):
        assert (answer.status, answer.body["error"]) == (409, "kept_by_erp")

    assert str(Person.objects.get(active=True)) == "Mia Keller"


def test_a_person_leaves_and_comes_back(api: Api) -> None:
    mia = make_person()

    assert api.post(f"/people/{mia}/deactivate").body["active"] is False
    assert api.post(f"/people/{mia}/reactivate").body["active"] is True


def test_a_leaver_s_enrolment_ends(api: Api) -> None:
    mia = make_student(year_group=make_year_group(make_division(make_site())), on=SEPTEMBER)

    left = api.post(f"/people/{mia}/leave", {"last_day": "2026-09-30"}).body

    assert (left["active"], left["enrolment"]) == (False, None)
    assert [e["ends_on"] for e in api.items("/enrolments", person=mia)] == ["2026-09-30"]


@pytest.mark.parametrize("method", ["get", "patch"])
def test_an_unknown_person_is_not_there(api: Api, method: str) -> None:
    answer = api._call(method.upper(), "/people/77", {} if method == "patch" else None)

    assert answer == Answer(404, {"error": "not_there", "message": "there is no person 77"})


def test_a_student_is_enrolled_and_transferred(api: Api) -> None:
    division = make_division(make_site())
    seven, eight = make_year_group(division, "Year 7"), make_year_group(division, "Year 8")
    mia = make_person()

    for group, on in ((seven, "2026-09-01"), (eight, "2026-10-01")):
        body = {"person_id": mia, "year_group_id": group.pk, "on": on}
        assert api.post("/enrolments", body).status == 201

    assert [(e["year_group"], e["ends_on"]) for e in api.items("/enrolments", person=mia)] == [
        ("Year 7", "2026-09-30"),
        ("Year 8", None),
    ]
    assert [e["year_group"] for e in api.items("/enrolments", on="2026-09-15")] == ["Year 7"]


def test_a_card_is_given_blocked_unblocked_and_removed(api: Api) -> None:
    mia = make_person()
    shown = {"method": "card", "value": "04:a2:b3:c4"}

    given = api.post(f"/people/{mia}/credentials", shown)
    blocked = api.post("/credentials/block", {**shown, "because": "lost"})
    unblocked = api.post("/credentials/unblock", shown)
    removed = api.post("/credentials/remove", shown)

    assert (given.status, given.body["value"], given.body["person_id"]) == (201, CARD, mia)
    assert blocked.body["blocked_because"] == "lost"
    assert unblocked.body["blocked_at"] is None
    assert (removed.status, removed.body) == (204, None)
    assert api.items("/credentials") == []


def test_a_card_that_is_somebody_else_s_is_moved_only_when_asked(api: Api) -> None:
    mia, ben = make_person("Mia"), make_person("Ben")
    services.set_credential(person_id=mia, method=Method.CARD, value=CARD)

    refused = api.post(f"/people/{ben}/credentials", {"value": CARD})
    moved = api.post(f"/people/{ben}/credentials", {"value": CARD, "move": True})

    assert (refused.status, refused.body["error"]) == (409, "credential_held")
    assert moved.body["person_id"] == ben


def test_credentials_are_found_by_what_is_known_of_them(api: Api) -> None:
    mia = make_person()
    services.set_credential(person_id=mia, method=Method.QR, value="badge")
    services.block_credential(method=Method.CARD, value=CARD, because="lost", now=NOW)

    assert [c["value"] for c in api.items("/credentials", blocked="true")] == [CARD]
    assert [c["value"] for c in api.items("/credentials", person=mia)] == ["badge"]
    assert [c["value"] for c in api.items("/credentials", method="qr", value="badge")] == ["badge"]


def test_a_wrong_card_number_is_refused(api: Api) -> None:
    answer = api.post(f"/people/{make_person()}/credentials", {"value": "hello"})

    assert (answer.status, answer.body["error"]) == (422, "wrong_credential")


def test_earlier_tracks_of_a_card_become_those_of_whom_it_is_given(api: Api) -> None:
    school = make_school()
    (mia,) = school.pupils(1)
    gate = school.kiosk()
    seen = gate.sees(None, "08:00", shown=Shown.UNKNOWN, card=CARD)
    record_tracks(heard=[Heard(gate.id, school.site.pk, gate.install, seen)], now=at("08:01"))

    api.post(f"/people/{mia.pk}/credentials", {"value": CARD})

    track = Track.objects.get()
    assert (track.person_id, track.resolved_late) == (mia.pk, True)


def test_a_pin_is_set_and_taken_away_and_only_its_turned_value_is_told(api: Api) -> None:
    mia = make_person()

    assert api.put(f"/people/{mia}/pin", {"pin": "481920"}).status == 204
    (held,) = api.items("/credentials", person=mia)
    assert api.delete(f"/people/{mia}/pin").status == 204

    assert (held["method"], len(held["value"])) == ("pin", 32)
    assert api.items("/credentials", person=mia) == []


def test_a_pin_others_would_try_first_is_refused(api: Api) -> None:
    mia = make_person()

    assert api.put(f"/people/{mia}/pin", {"pin": "123456"}).status == 422
    assert api.items("/credentials", person=mia) == []
