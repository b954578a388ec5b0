from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from gateway.erp.errors import ErpAway, ErpBusy, ErpMisspoke, ErpRefused, KeyRefused
from gateway.erp.isams.client import Client
from gateway.erp.isams.token import ClientAuth, Key
from gateway.erp.sandbox.api import Limits
from gateway.erp.sandbox.faults import Wrong
from gateway.erp.sandbox.server import CLIENT_ID, Running, sandbox
from tests.gateway.erp.clock import DrivenClock
from tests.gateway.erp.small import KEY, SMALL, connection

pytestmark = pytest.mark.integration
YEARS = "/api/school/yeargroups"


@pytest.fixture
def client(running: Running, clock: DrivenClock) -> Iterator[Client]:
    with Client(connection(running), clock=clock) as client:
        yield client


def entry_path(running: Running, student: str = "S00001") -> str:
    lower_am = running.school.periods(1, running.school.today(DrivenClock()()))
    assert lower_am is not None
    return f"/api/registration/register/{lower_am[0]['id']}/students/{student}"


def years(answer: Any) -> list[int]:
    return [group["ncYear"] for group in answer["yearGroups"]]


def test_a_request_carries_a_token(client: Client) -> None:
    assert years(client.get(YEARS)) == [7, 8, 9, 10]


@pytest.mark.parametrize("client_auth", list(ClientAuth))
def test_the_key_travels_in_body_or_header(
    running: Running, clock: DrivenClock, client_auth: ClientAuth
) -> None:
    key = replace(KEY, client_auth=client_auth, scope="restapi")
    with Client(replace(connection(running), key=key), clock=clock) as client:
        assert years(client.get(YEARS))


def test_a_wrong_key_waits_to_be_mended_and_its_secret_is_not_told(
    running: Running, clock: DrivenClock
) -> None:
    key = Key(CLIENT_ID, SecretStr("mistyped-secret"))
    with (
        Client(replace(connection(running), key=key), clock=clock) as client,
        pytest.raises(KeyRefused, match="check client_id") as refusal,
    ):
        client.get(YEARS)

    assert "mistyped" not in f"{refusal.value!r} {refusal.value.__cause__!r} {key!r}"


def test_a_token_is_fetched_once_and_renewed_five_minutes_early(
    client: Client, running: Running, clock: DrivenClock
) -> None:
    client.get(YEARS)
    running.fail(Wrong.ERROR_500, path="/auth/connect/token")

    clock.advance(timedelta(minutes=54))
    client.get(YEARS)
    clock.advance(timedelta(minutes=1))

    with pytest.raises(ErpAway, match="token endpoint answered 500"):
        client.get(YEARS)
    assert years(client.get(YEARS))


def test_a_stale_token_is_renewed_once(client: Client, running: Running) -> None:
    client.get(YEARS)

    running.api.gate.revoke_all()

    assert years(client.get(YEARS))


def test_a_key_whose_tokens_are_refused_waits_to_be_mended(
    client: Client, running: Running
) -> None:
    running.fail(Wrong.UNAUTHORISED, times=2, path=YEARS)

    with pytest.raises(ErpAway, match="refuses tokens"):
        client.get(YEARS)


def test_a_short_lived_token_is_renewed_at_half_its_life(clock: DrivenClock) -> None:
    limits = Limits(token_life=timedelta(seconds=60))
    with (
        sandbox(SMALL, limits=limits, clock=clock) as running,
        Client(connection(running), clock=clock) as client,
    ):
        client.get(YEARS)
        clock.advance(timedelta(seconds=30))
        running.fail(Wrong.ERROR_500, path="/auth/connect/token")
        with pytest.raises(ErpAway, match="no token"):
            client.get(YEARS)


@pytest.mark.parametrize(
    ("fault", "because"),
    [
        (Wrong.ERROR_500, "answered 500"),
        (Wrong.HTML_503, "answered 503"),
        (Wrong.HTML_200, "a web page came instead"),
        (Wrong.RESET, "no connection to the ERP"),
        (Wrong.GARBLED, "is not JSON"),
        (Wrong.REDIRECT, "a redirect: check base_url"),
    ],
)
@pytest.mark.fault
def test_a_failing_erp_is_away(
    client: Client, running: Running, fault: Wrong, because: str
) -> None:
    running.fail(fault, path=YEARS)

    with pytest.raises(ErpAway, match=because):
        client.get(YEARS)
    assert years(client.get(YEARS))


@pytest.mark.parametrize(
    "fault", [Wrong.THROTTLED, Wrong.GARBLED, Wrong.RESET, Wrong.HTML_200, Wrong.HTML_503]
)
@pytest.mark.fault
def test_a_failing_token_endpoint_is_an_erp_that_is_away(
    client: Client, running: Running, fault: Wrong
) -> None:
    running.fail(fault, path="/auth/connect/token")

    with pytest.raises(ErpAway, match=r"token"):
        client.get(YEARS)
    assert years(client.get(YEARS))


@pytest.mark.fault
@pytest.mark.parametrize("path", ["/auth/connect/token", YEARS])
def test_an_erp_that_hangs_is_away(running: Running, clock: DrivenClock, path: str) -> None:
    impatient = replace(connection(running), timeout=timedelta(seconds=0.2))
    running.fail(Wrong.HANG, path=path)

    with Client(impatient, clock=clock) as client, pytest.raises(ErpAway):
        client.get(YEARS)


@pytest.mark.fault
def test_an_erp_that_is_switched_off_is_away(clock: DrivenClock) -> None:
    with sandbox(SMALL, clock=clock) as running:
        there = connection(running)

    with Client(there, clock=clock) as client, pytest.raises(ErpAway, match="no token"):
        client.get(YEARS)


def test_a_throttled_key_is_left_alone_as_long_as_it_is_asked(
    client: Client, running: Running, clock: DrivenClock
) -> None:
    running.fail(Wrong.THROTTLED, path=YEARS, seconds=90)

    with pytest.raises(ErpBusy, match="pause of 90 s"):
        client.get(YEARS)
    with pytest.raises(ErpBusy, match="90 s of it are left"):
        client.get(YEARS)
    clock.advance(timedelta(seconds=90))
    assert years(client.get(YEARS))


def test_the_sandbox_throttles_as_a_small_key_does(clock: DrivenClock) -> None:
    with (
        sandbox(SMALL, limits=Limits(requests_per_hour=2), clock=clock) as running,
        Client(connection(running), clock=clock) as client,
    ):
        client.get(YEARS)
        client.get(YEARS)
        with pytest.raises(ErpBusy, match="pause of 3600 s"):
            client.get(YEARS)


def test_an_integer_id_is_refused_not_retried(client: Client, running: Running) -> None:
    with pytest.raises(ErpRefused, match=r"404: .*no such student"):
        client.get(entry_path(running, student="900000"))


@pytest.mark.parametrize(
    "body",
    [
        {"isPresent": True, "isLate": False, "presentCodeId": 4711},
        {"isPresent": False, "isLate": False, "absenceCodeId": 4711},
        {"isPresent": False, "isLate": False},
        {"isPresent": False, "isLate": True, "numberOfMinutesLate": 5, "absenceCodeId": 2},
        {"isPresent": True, "isLate": True},
        {"isPresent": True, "isLate": False, "numberOfMinutesLate": 5},
        {"isPresent": True, "isLate": True, "numberOfMinutesLate": 0},
        {"isPresent": True, "isLate": False, "absenceCodeId": 2},
        {"isPresent": False, "isLate": False, "presentCodeId": 101, "absenceCodeId": 2},
        {"isPresent": 1, "isLate": False, "presentCodeId": 101},
        {"isLate": False},
        {"isPresent": True, "isLate": False, "present_code": 101},
    ],
)
def test_an_impossible_body_is_refused_and_leaves_nothing(
    client: Client, running: Running, body: dict[str, object]
) -> None:
    with pytest.raises(ErpRefused, match="answered 400"):
        client.put(entry_path(running), body)

    assert running.registers.all() == []


@pytest.mark.parametrize("success", [200, 201, 204])
def test_every_published_success_is_accepted(clock: DrivenClock, success: int) -> None:
    body = {"isPresent": True, "isLate": False, "presentCodeId": 101}
    with (
        sandbox(SMALL, limits=Limits(success=success), clock=clock) as running,
        Client(connection(running), clock=clock) as client,
    ):
        client.put(entry_path(running), body)
        assert [one.body for one in running.registers.written()] == [body]


def test_another_success_is_not_believed(clock: DrivenClock) -> None:
    body = {"isPresent": True, "isLate": False, "presentCodeId": 101}
    with (
        sandbox(SMALL, limits=Limits(success=202), clock=clock) as running,
        Client(connection(running), clock=clock) as client,
        pytest.raises(ErpMisspoke, match="202"),
    ):
        client.put(entry_path(running), body)


@pytest.mark.covers("BEY-02")
def test_away_is_said_once_and_back_is_said_once(client: Client, running: Running) -> None:
    running.fail(Wrong.ERROR_500, times=3, path=YEARS)

    with capture_logs() as said:
        for _ in range(3):
            with pytest.raises(ErpAway):
                client.get(YEARS)
        client.get(YEARS)
        client.get(YEARS)

    assert [line["event"] for line in said] == ["erp_away", "erp_back"]
