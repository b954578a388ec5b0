import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from gateway.erp.sandbox.api import Limits
from gateway.erp.sandbox.faults import Wrong
from gateway.erp.sandbox.school import period_id, plan_around
from gateway.erp.sandbox.server import CLIENT_ID, CLIENT_SECRET, Running, sandbox
from tests.gateway.erp.clock import DrivenClock
from tests.gateway.erp.small import SMALL

pytestmark = pytest.mark.integration

MONDAY = DrivenClock()().date()
LOWER_AM = period_id(MONDAY, 1, "AM")
ENTRY = f"/api/registration/register/{LOWER_AM}/students/S00001"
GRANT = {"grant_type": "client_credentials"}
LATE = {"isPresent": True, "isLate": True, "numberOfMinutesLate": 12}


@pytest.fixture
def http(running: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running.url) as http:
        yield admitted(http)


def admitted(http: httpx.Client) -> httpx.Client:
    form = GRANT | {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    token = http.post("/auth/connect/token", data=form).json()["access_token"]
    http.headers["Authorization"] = f"Bearer {token}"
    return http


def test_nobody_is_answered_without_a_token(http: httpx.Client) -> None:
    for header in ("", "Bearer made-up", "Basic abc"):
        assert http.get("/api/students", headers={"Authorization": header}).status_code == 401


def test_a_token_goes_stale(http: httpx.Client, clock: DrivenClock) -> None:
    assert http.get("/api/students").status_code == 200

    clock.advance(timedelta(hours=1))

    assert http.get("/api/students").status_code == 401


@pytest.mark.parametrize(
    ("form", "authorization"),
    [
        (GRANT | {"client_id": CLIENT_ID, "client_secret": "wrong"}, ""),
        ({"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}, ""),
        (GRANT, "Basic not-base64"),
        (GRANT, ""),
    ],
)
def test_an_unknown_client_gets_no_token(
    http: httpx.Client, form: dict[str, str], authorization: str
) -> None:
    headers = {"Authorization": authorization}

    assert http.post("/auth/connect/token", data=form, headers=headers).status_code == 400


def test_pages_have_a_largest_size(clock: DrivenClock) -> None:
    with (
        sandbox(SMALL, limits=Limits(most_page_size=5), clock=clock) as running,
        httpx.Client(base_url=running.url) as http,
    ):
        page = admitted(http).get("/api/students?page=3&pageSize=1000").json()

    assert (page["pageSize"], page["count"], page["totalPages"], page["totalCount"]) == (
        5,
        2,
        3,
        12,
    )


@pytest.mark.parametrize(
    "path",
    [
        "/api/students/900000",
        "/api/students/s00001",
        "/api/school/yeargroups/99/divisions",
        "/api/registration/periods?divisionId=9",
        f"/api/registration/register/{LOWER_AM}/students/900000",
        f"/api/registration/register/{LOWER_AM}/students/S00003",
        "/api/registration/register/22947/students/S00001",
        f"/api/registration/register/{LOWER_AM + 100}/students/S00001",
        "/api/nothing",
        "/",
    ],
)
def test_what_does_not_exist_is_not_found(http: httpx.Client, path: str) -> None:
    assert http.get(path).status_code == 404


@pytest.mark.parametrize("query", ["page=0", "page=one", "pageSize=-1"])
def test_an_absurd_page_is_refused(http: httpx.Client, query: str) -> None:
    assert http.get(f"/api/students?{query}").status_code == 400


def test_one_student_is_found_by_the_string_id(http: httpx.Client) -> None:
    assert http.get("/api/students/S00001").json()["id"] == 900_000


def test_registered_is_a_number_not_a_truth_value(http: httpx.Client) -> None:
    assert http.get(ENTRY).json()["isRegistered"] == 0
    assert '"isRegistered": 1' in http.put(ENTRY, json=LATE).text


@pytest.mark.parametrize("body", [b"", b"[]", b"{not json", b"null"])
def test_a_body_that_is_no_object_is_refused(http: httpx.Client, body: bytes) -> None:
    assert http.put(ENTRY, content=body).status_code == 400
    assert http.get("/_sandbox/registrations").json() == {"registrations": []}


def test_staff_can_be_played(http: httpx.Client) -> None:
    told = {"registrationPeriodId": LOWER_AM, "schoolId": "S00001", "isFutureAbsence": True}

    entry = http.post("/_sandbox/register", json=told).json()

    assert (entry["isFutureAbsence"], entry["isRegistered"]) == (True, 0)
    [listed] = http.get("/_sandbox/registrations").json()["registrations"]
    assert (listed["by"], listed["schoolId"]) == ("staff", "S00001")


@pytest.mark.parametrize("told", [{"isPresnt": True}, {"registrationPeriodId": "x"}])
def test_staff_cannot_enter_what_does_not_exist(http: httpx.Client, told: dict[str, Any]) -> None:
    there = {"registrationPeriodId": LOWER_AM, "schoolId": "S00001"}

    assert http.post("/_sandbox/register", json=there | told).status_code == 400


def test_every_write_is_on_record_with_whether_it_changed_anything(http: httpx.Client) -> None:
    for _ in range(2):
        http.put(ENTRY, json=LATE)

    assert http.get("/_sandbox/writes").json()["writes"] == [
        {"registrationPeriodId": LOWER_AM, "schoolId": "S00001", "body": LATE, "changed": changed}
        for changed in (True, False)
    ]


def fail(http: httpx.Client, **fault: object) -> None:
    assert http.post("/_sandbox/faults", json=fault).status_code == 204


def test_a_script_of_faults_is_played_in_order(http: httpx.Client) -> None:
    fail(http, fault="error_500", times=2)
    fail(http, fault="html_503")

    answers = [http.get("/api/students").status_code for _ in range(4)]

    assert answers == [500, 500, 503, 200]


def test_a_fault_waits_for_the_request_it_concerns(http: httpx.Client) -> None:
    fail(http, fault="throttled", method="PUT", path="/register/", seconds=7)

    assert http.get(ENTRY).status_code == 200
    refused = http.put(ENTRY, json=LATE)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "7")


def test_faults_can_be_called_off(http: httpx.Client) -> None:
    fail(http, fault="error_500", times=9)

    http.delete("/_sandbox/faults")

    assert http.get("/api/students").status_code == 200


def test_a_fault_that_does_not_exist_is_refused(http: httpx.Client) -> None:
    assert http.post("/_sandbox/faults", json={"fault": "fire"}).status_code == 400


@pytest.mark.parametrize(("fault", "stored"), [("reset", 0), ("reset_after_commit", 1)])
def test_a_reset_comes_before_or_after_the_deed(
    http: httpx.Client, fault: str, stored: int
) -> None:
    fail(http, fault=fault, method="PUT")

    with pytest.raises(httpx.HTTPError):
        http.put(ENTRY, json=LATE)

    assert len(http.get("/_sandbox/writes").json()["writes"]) == stored


def test_stopping_lets_a_hanging_request_go(clock: DrivenClock) -> None:
    with sandbox(SMALL, clock=clock) as running, httpx.Client(base_url=running.url) as http:
        running.fail(Wrong.HANG, seconds=3600)
        with pytest.raises(httpx.ReadTimeout):
            http.get("/api/students", timeout=0.2)


def test_the_demo_school_opens_in_two_minutes_and_again_after_ten() -> None:
    now = datetime(2026, 11, 23, 9, 41, 30, tzinfo=UTC)

    plan = plan_around(now, zone=ZoneInfo("Europe/London"))

    assert (f"{plan.am.starts:%H:%M}", f"{plan.pm.starts:%H:%M}") == ("09:43", "09:53")


def test_the_command_serves_the_school_it_is_asked_for() -> None:
    command = [
        sys.executable, "-m", "gateway.erp.sandbox", "--port", "0", "--students", "30",
        "--am-start", "2026-11-23T08:00:00+01:00", "--zone", "Europe/London",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        said = [served.stdout.readline() for _ in range(3)]
        url = said[0].split()[-1]
        with httpx.Client(base_url=url) as http:
            page = admitted(http).get("/api/students?pageSize=100").json()
        served.terminate()

    assert served.returncode == 0
    assert page["totalCount"] == 30
    assert "AM from 07:00, PM from 07:10" in said[2]


def test_the_registers_of_the_contract_look_as_published(http: httpx.Client) -> None:
    entry = http.get(ENTRY).json()

    assert json.dumps(entry, sort_keys=True) == json.dumps(
        {
            "schoolId": "S00001", "registrationPeriodId": LOWER_AM, "isRegistered": 0,
            "isPresent": False, "isLate": False, "isOutOfSchool": False, "isFutureAbsence": False,
            "numberOfMinutesLate": 0, "leavingOrLeftDateTime": None, "presentCodeId": None,
            "absenceCodeId": None, "registrationComment": None, "alertSent": False,
            "parentNotificationSent": False,
        },
        sort_keys=True,
    )  # fmt: skip
