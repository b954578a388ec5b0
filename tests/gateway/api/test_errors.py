from collections.abc import Iterator

import pytest

from gateway.api.errors import NOT_THERE, WRONG, status_of
from gateway.errors import GatewayError, Rejected, Unavailable
from tests.gateway.api.conftest import Api


def kinds(of: type[GatewayError]) -> Iterator[type[GatewayError]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_what_is_unknown_is_not_there() -> None:
    unknown = {kind for kind in kinds(Rejected) if kind.__name__.startswith("Unknown")}

    assert {kind.__name__ for kind in unknown if status_of(kind()) != 404} <= {"UnknownEvent"}


def test_what_is_wrong_in_itself_is_unprocessable() -> None:
    wrong = {kind for kind in kinds(Rejected) if kind.__module__.endswith(".errors")}

    assert {k.__name__ for k in wrong if k.__name__.startswith("Wrong") and k not in WRONG} == {
        "WrongLogin"
    }
    assert not set(NOT_THERE) & set(WRONG)


def test_who_is_away_may_be_asked_again() -> None:
    assert status_of(Unavailable()) == 503


@pytest.mark.django_db
def test_a_body_that_is_no_json_is_refused(api: Api) -> None:
    answer = api.client.post(
        "/api/v1/people",
        data="{",
        content_type="application/json",
        headers={"Authorization": f"Bearer {api.token}"},
    )

    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


@pytest.mark.django_db
def test_every_wrong_field_is_named(api: Api) -> None:
    answer = api.post("/people", {"kind": "pupil", "given_name": "x" * 600})

    assert answer.status == 422
    assert answer.body["error"] == "invalid"
    assert [field["field"] for field in answer.body["fields"]] == ["kind", "given_name"]


@pytest.mark.django_db
def test_a_word_that_is_none_of_several_is_answered_with_the_words(api: Api) -> None:
    answer = api.put("/sessions/1/marks/1", {"base": "sleepy"})

    assert answer.status == 422
    assert answer.body["message"].startswith("base: Input should be 'present', 'absent'")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked",
    [
        {"limit": 0},
        {"limit": 501},
        {"offset": -1},
        {"offset": 10**30},
        {"kind": "pupil"},
        {"search": "a\x00b"},
        {"year_group": 2**70},
    ],
)
def test_absurd_questions_are_refused(api: Api, asked: dict[str, object]) -> None:
    assert api.get("/people", **asked).status == 422
