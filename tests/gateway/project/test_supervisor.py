import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from gateway.project.beats import Role
from gateway.project.supervisor import LONGEST_PAUSE, pause_before
from tests.gateway.project.gateways import Gateway, eventually, gateway_in

ALL = {role.value for role in Role}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One gateway for the tests that leave it running."""
    with gateway_in(tmp_path_factory.mktemp("gateway")) as running:
        running.start()
        assert eventually(running.is_ready), running.log()
        yield running


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Gateway]:
    with gateway_in(tmp_path / "gateway") as running:
        yield running


def test_a_role_that_fails_again_and_again_is_started_ever_more_slowly() -> None:
    pauses = [pause_before(failures) for failures in range(20)]

    assert pauses[0] == 0
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


@pytest.mark.integration
@pytest.mark.covers("DES-07")
def test_one_command_runs_every_role(gateway: Gateway) -> None:
    assert set(gateway.children()) == ALL
    assert gateway.get("/login")[0] == 200
    assert gateway.get("/events/main", port=gateway.live)[0] == 403


@pytest.mark.integration
def test_the_streams_are_served_by_the_live_role_alone(gateway: Gateway) -> None:
    assert gateway.get("/login", port=gateway.live)[0] == 404
    assert gateway.get("/events/main")[0] == 404


@pytest.mark.integration
@pytest.mark.fault
@pytest.mark.parametrize("role", sorted(ALL))
def test_a_killed_role_is_started_again(gateway: Gateway, role: str) -> None:
    killed = gateway.children()[role]

    os.kill(killed, signal.SIGKILL)

    assert eventually(lambda: gateway.children()[role] != killed), gateway.log()
    assert eventually(gateway.is_ready), gateway.log()
    assert not psutil.pid_exists(killed)


@pytest.mark.integration
@pytest.mark.fault
def test_a_dead_broker_comes_back(gateway: Gateway) -> None:
    broker = next(p for p in gateway.processes() if p.name() == "mosquitto")

    broker.kill()

    assert eventually(lambda: _broker_pid(gateway) not in (None, broker.pid)), gateway.log()
    assert eventually(gateway.is_ready), gateway.log()


@pytest.mark.integration
@pytest.mark.fault
def test_a_gateway_that_was_suspended_goes_on(gateway: Gateway) -> None:
    process = gateway.process
    assert process is not None

    process.send_signal(signal.SIGSTOP)
    assert not eventually(lambda: process.poll() is not None, within=1.5)
    process.send_signal(signal.SIGCONT)

    assert not eventually(lambda: process.poll() is not None, within=3), gateway.log()
    assert eventually(gateway.is_ready), gateway.log()


@pytest.mark.integration
def test_asked_to_stop_everything_ends_within_seconds(fresh: Gateway) -> None:
    process = fresh.start()
    assert eventually(fresh.is_ready), fresh.log()
    everything = fresh.processes()
    with socket.create_connection(("127.0.0.1", fresh.live)):
        process.terminate()
        assert process.wait(15) == 0

    assert not [p for p in everything if p.is_running()]
    assert "role_killed" not in fresh.log()


@pytest.mark.integration
@pytest.mark.fault
def test_a_killed_supervisor_leaves_nothing_behind(fresh: Gateway) -> None:
    process = fresh.start()
    assert eventually(fresh.is_ready), fresh.log()
    everything = fresh.processes()

    process.kill()

    assert eventually(lambda: not any(_runs(p) for p in everything)), everything


@pytest.mark.integration
@pytest.mark.covers("DES-06")
def test_systemd_hears_of_readiness_of_work_and_of_the_end(fresh: Gateway, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(20)
        process = fresh.start("--role", "worker", NOTIFY_SOCKET=str(tmp_path / "notify"))
        heard = [systemd.recv(99), systemd.recv(99)]
        process.terminate()
        while b"STOPPING=1" not in heard:
            heard.append(systemd.recv(99))
        process.wait(15)

    assert heard[:2] == [b"READY=1", b"WATCHDOG=1"]
    assert set(fresh.children()) == {"worker"}


@pytest.mark.integration
def test_a_store_that_lacks_migrations_is_refused_with_the_remedy(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    (tmp_path / "data").mkdir()

    done = gateway.command("run")

    assert done.returncode == 2
    assert "run `muster-gateway migrate`" in done.stderr


@pytest.mark.integration
def test_an_address_that_is_taken_is_said_at_once(fresh: Gateway) -> None:
    with socket.create_server(("127.0.0.1", fresh.web)):
        done = fresh.command("run")

    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1 port {fresh.web} (Address already in use)" in done.stderr
    assert "web.port" in done.stderr


def _broker_pid(gateway: Gateway) -> int | None:
    return next((p.pid for p in gateway.processes() if p.name() == "mosquitto"), None)


def _runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
