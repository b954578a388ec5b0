import socket
from collections.abc import Iterator

import pytest

from kiosk.checks import network
from kiosk.checks.finding import Verdict
from tests.kiosk.neighbours import free_port

pytestmark = pytest.mark.fault


def test_a_machine_without_an_address_is_told_to_look_at_its_cable() -> None:
    found = network.check_address("gateway.school.example", address="")

    assert (found.check, found.verdict) == ("network", Verdict.FAULT)
    assert "check the cable" in found.remedy


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_machine_that_talks_to_itself_needs_no_network(host: str) -> None:
    assert network.check_address(host, address="").verdict is Verdict.WELL


def test_the_own_address_is_told() -> None:
    found = network.check_address("gateway.school.example", address="10.4.0.17")

    assert (found.what, found.verdict) == ("this machine is 10.4.0.17", Verdict.WELL)


def test_a_name_nobody_knows_is_told() -> None:
    found = network.check_name("gateway.school.invalid")

    assert (found.check, found.verdict) == ("name", Verdict.FAULT)
    assert "check [broker] host for a typing error" in found.remedy


def test_a_name_that_can_be_none_is_told() -> None:
    assert network.check_name("a" * 70 + ".example").verdict is Verdict.FAULT


def test_a_known_name_is_well() -> None:
    assert network.check_name("127.0.0.1").what == "127.0.0.1 is 127.0.0.1"


def test_a_port_where_nothing_listens_is_told() -> None:
    port = free_port()

    found = network.check_door("127.0.0.1", port)

    assert found.what == f"nothing listens at 127.0.0.1 port {port}"
    assert found.verdict is Verdict.FAULT


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_a_port_where_something_listens_is_well(listening: socket.socket) -> None:
    assert network.check_door(*listening.getsockname()).verdict is Verdict.WELL


def test_an_address_that_cannot_be_reached_is_told() -> None:
    assert network.check_door("255.255.255.255", 1883).verdict is Verdict.FAULT
