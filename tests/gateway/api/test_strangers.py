"""What nobody learns or changes by asking for what is not theirs."""

import pytest

from gateway.api.clock import now
from gateway.attendance.models import CheckIn, Excuse, Mark, Session, Substitution
from gateway.people.models import Person
from tests.gateway.api.centre import PDF, Centre, make_centre
from tests.gateway.api.conftest import Api
from tests.gateway.factories import make_site

pytestmark = pytest.mark.django_db

NOVEMBER = {"first": "2026-11-01", "last": "2026-11-30"}
MEDICAL = {"reason": "medical", "first": "2026-11-23"}


@pytest.fixture
def centre() -> Centre:
    return make_centre()


@pytest.fixture
def callers(centre: Centre) -> dict[str, Api]:
    return centre.callers()


def test_nobody_but_the_office_hears_of_sites_they_do_not_come_to(
    centre: Centre, callers: dict[str, Api]
) -> None:
    make_site("secret-branch")
    mia = f"/people/{centre.mia.pk}"

    lists = {"teacher": "/sessions", "guardian": f"{mia}/tally", "student": f"{mia}/lates"}
    for who, path in lists.items():
        assert callers[who].get(path, **NOVEMBER).status == 200
        secret = callers[who].get(path, site="secret-branch", **NOVEMBER)
        assert (secret.status, secret.body["error"]) == (404, "not_there")
    asked = callers["guardian"].post(f"{mia}/excuses", MEDICAL)
    assert asked.status == 201
    assert "secret-branch" in callers["office"].get("/sessions").body["message"]


def test_a_teacher_of_two_sites_is_asked_for_one_of_those(
    centre: Centre, callers: dict[str, Api]
) -> None:
    make_site("secret-branch")
    north = make_site("north")
    Session.objects.filter(pk=centre.other_session.pk).update(site=north)
    Substitution.objects.create(session=centre.other_session, person=centre.ada)

    told = callers["teacher"].get("/sessions")

    assert (told.status, told.body["error"]) == (422, "name_the_site")
    assert told.body["message"].endswith("there are main, north")


@pytest.mark.parametrize("path", ["tally", "lates", "lateness"])
def test_nothing_is_told_of_offerings_a_child_never_belonged_to(
    centre: Centre, callers: dict[str, Api], path: str
) -> None:
    address = f"/people/{centre.mia.pk}/{path}"

    for offering in (centre.physics.pk, 999):
        told = callers["guardian"].get(address, offering=offering, **NOVEMBER)
        assert (told.status, told.body["error"]) == (404, "not_there")
    assert callers["guardian"].get(address, offering=centre.algebra.pk, **NOVEMBER).status == 200


def test_no_excuse_is_asked_for_an_offering_a_child_never_belonged_to(
    centre: Centre, callers: dict[str, Api]
) -> None:
    before = Excuse.objects.count()

    wish = {**MEDICAL, "offering_id": centre.physics.pk}
    told = callers["guardian"].post(f"/people/{centre.mia.pk}/excuses", wish)

    assert (told.status, Excuse.objects.count()) == (404, before)


def test_another_familys_certificate_is_as_unknown_as_one_that_is_not_there(
    centre: Centre, callers: dict[str, Api]
) -> None:
    numbers = [str(centre.known()["certificate_id"]), "01234567-89ab-7def-8123-456789abcdef"]

    told = [callers["another guardian"].get(f"/certificates/{each}").body for each in numbers]

    assert [each["message"] for each in told] == [f"there is no certificate {n}" for n in numbers]


def test_numbers_of_people_who_left_do_not_tell_their_names(
    centre: Centre, callers: dict[str, Api]
) -> None:
    Person.objects.filter(pk=centre.tom.pk).update(active=False)

    told = callers["teacher"].post(
        f"/sessions/{centre.session.pk}/walk-ins", {"person_id": centre.tom.pk}
    )

    assert (told.status, told.body["error"]) == (409, "not_active")
    assert "Tom" not in told.body["message"]


def test_a_teacher_who_was_replaced_takes_no_excuse_back(
    centre: Centre, callers: dict[str, Api]
) -> None:
    path = f"/sessions/{centre.session.pk}/marks/{centre.mia.pk}"
    callers["teacher"].put(path, {"base": "absent"})
    given = callers["teacher"].post(f"{path}/excuse", {"reason": "medical"}).body
    Substitution.objects.create(session=centre.session, person=centre.max, stands_in_for=centre.ada)

    told = callers["teacher"].post(f"/excuses/{given['excuse_id']}/withdraw", {})

    assert (told.status, Mark.objects.get().base) == (404, "medical_leave")
    Substitution.objects.all().delete()
    assert callers["teacher"].post(f"/excuses/{given['excuse_id']}/withdraw", {}).status == 200


def test_a_body_that_is_too_large_is_answered_in_words(
    centre: Centre, callers: dict[str, Api]
) -> None:
    CheckIn.objects.all().delete()
    body = {"person_id": centre.mia.pk, "photo": "eHh4" * 1_000_000}

    told = callers["student"].post(f"/sessions/{centre.session.pk}/self-check-ins", body)

    assert (told.status, told.body["error"]) == (400, "bad_request")
    assert "2.6 MB of JSON" in told.body["message"]
    assert not CheckIn.objects.filter(at__lte=now()).exists()


def test_a_file_that_is_far_too_large_is_refused_unread(
    centre: Centre, callers: dict[str, Api]
) -> None:
    path = f"/excuses/{Excuse.objects.get().pk}/certificates"

    assert callers["guardian"].send_file(path, PDF + bytes(17 * 2**20)) == 400
    assert callers["guardian"].send_file(path, PDF + bytes(11 * 2**20)) == 422
    assert callers["guardian"].send_file(path, PDF) == 201
