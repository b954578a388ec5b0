import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from gateway.timetable.models import Division, Site, Term, YearGroup
from tests.gateway.api.conftest import Answer, Api
from tests.gateway.factories import make_division, make_site, make_year_group

pytestmark = pytest.mark.django_db


def test_a_school_is_set_up_from_nothing(api: Api) -> None:
    site = api.post("/sites", {"slug": "main", "name": "Main School"})
    division = api.post("/divisions", {"name": "Senior"})
    group = api.post("/year-groups", {"division_id": division.body["id"], "name": "Year 7"})

    assert [answer.status for answer in (site, division, group)] == [201, 201, 201]
    assert [s["slug"] for s in api.items("/sites")] == ["main"]
    assert [d["name"] for d in api.items("/divisions", site="main")] == ["Senior"]
    assert [g["name"] for g in api.items("/year-groups", site="main")] == ["Year 7"]


def test_a_site_nowhere_on_earth_is_refused(api: Api) -> None:
    answer = api.post("/sites", {"slug": "moon", "name": "Moon", "zone": "Moon/Sea"})

    assert (answer.status, answer.body["error"]) == (422, "wrong_site")
    assert not Site.objects.exists()


def test_a_second_site_of_a_name_is_refused(api: Api) -> None:
    make_site("main")

    assert api.post("/sites", {"slug": "main", "name": "Again"}).status == 409


def test_a_year_group_needs_its_division(api: Api) -> None:
    answer = api.post("/year-groups", {"division_id": 7, "name": "Year 7"})

    assert answer == Answer(404, {"error": "not_there", "message": "there is no division 7"})
    assert not YearGroup.objects.exists()


def test_with_several_sites_the_request_must_name_one(api: Api) -> None:
    make_site("north"), make_site("south")

    answer = api.post("/divisions", {"name": "Senior"})

    assert (answer.status, answer.body["error"]) == (422, "name_the_site")
    assert answer.body["message"].endswith("there are north, south")
    assert not Division.objects.exists()


def test_an_unknown_site_is_not_there(api: Api) -> None:
    make_site()

    assert api.get("/terms", site="moon").status == 404


def test_the_calendar_says_which_dates_are_school_days_and_why(api: Api) -> None:
    make_site()
    api.post("/terms", {"name": "Autumn", "starts_on": "2026-09-02", "ends_on": "2026-12-18"})
    api.post("/closures", {"reason": "INSET", "starts_on": "2026-12-17"})
    api.post("/open-days", {"reason": "Fair", "on": "2026-12-19"})

    days = api.get("/school-days", first="2026-12-16", last="2026-12-21").body

    assert [(day["is_open"], day["why"]) for day in days] == [
        (True, "school day"),
        (False, "closed: INSET"),
        (True, "school day"),
        (True, "open day: Fair"),
        (False, "weekend"),
        (False, "outside the terms"),
    ]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/terms", {"name": "Autumn", "starts_on": "2026-09-02", "ends_on": "2026-12-18"}),
        ("/closures", {"reason": "INSET", "starts_on": "2026-09-02", "ends_on": "2026-09-02"}),
        ("/open-days", {"reason": "Fair", "on": "2026-09-05"}),
    ],
)
def test_what_stands_in_the_calendar_can_be_struck_out(
    api: Api, path: str, body: dict[str, str]
) -> None:
    make_site()
    api.post(path, body)
    (entry,) = api.items(path)

    assert api.delete(f"{path}/{entry['id']}").status == 204
    assert api.items(path) == []
    assert api.delete(f"{path}/{entry['id']}").status == 404


def test_terms_that_overlap_are_refused(api: Api) -> None:
    make_site()
    term = {"name": "Autumn", "starts_on": "2026-09-02", "ends_on": "2026-12-18"}
    api.post("/terms", term)

    assert api.post("/terms", term).status == 422
    assert Term.objects.count() == 1


def test_a_division_s_registration_times_are_set_and_replaced(api: Api) -> None:
    division = make_division(make_site())
    times = {"starts": "08:30", "registers": "08:40", "finishes": "09:00"}

    for finishes in ("09:00", "09:10"):
        body = {"division_id": division.pk, **times, "finishes": finishes}
        assert api.post("/registration-periods", body).status == 201

    (period,) = api.items("/registration-periods")
    assert (period["kind"], period["weekdays"], period["finishes"]) == ("AM", "12345", "09:10:00")
    assert api.delete(f"/registration-periods/{period['id']}").status == 204


def test_registration_that_runs_backwards_is_refused(api: Api) -> None:
    division = make_division(make_site())
    body = {"starts": "09:30", "registers": "08:40", "finishes": "09:00"}

    answer = api.post("/registration-periods", {"division_id": division.pk, **body})

    assert (answer.status, answer.body["error"]) == (422, "wrong_dates")


@pytest.mark.parametrize("many", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_lists(
    api: Api, many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(many):
        make_year_group(make_division(make_site(f"site-{number}")))

    for path in ("/sites", "/divisions", "/year-groups"):
        with django_assert_num_queries(5):
            assert len(api.items(path)) == many
