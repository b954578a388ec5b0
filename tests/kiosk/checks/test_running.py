import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from kiosk.checks import running
from kiosk.checks.finding import Verdict
from kiosk.screen.server import Page, PageServer
from kiosk.settings import Screen
from tests.kiosk.diagnosed import diagnosis
from tests.kiosk.neighbours import free_port

pytestmark = pytest.mark.fault


@contextmanager
def page_of(told: object) -> Iterator[Screen]:
    """A kiosk's page that tells this diagnosis."""
    screen = Screen(port=free_port())
    page = Page(
        draw=lambda: pytest.fail("the screen is nobody's business here"),
        wait=lambda seen: seen,
        asks={"/diagnosis": lambda _: told},
        acts={},
    )
    server = PageServer(screen, page)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield screen
    server.end()
    thread.join()


@pytest.mark.integration
@pytest.mark.parametrize("bind", ["127.0.0.1", *sorted(running.ANYWHERE)])
def test_a_kiosk_is_asked_over_its_page(bind: str) -> None:
    told = diagnosis(waiting=3)

    with page_of(told.model_dump(mode="json")) as screen:
        assert running.ask(Screen(bind=bind, port=screen.port)) == told


def test_a_page_that_does_not_answer_says_nothing() -> None:
    assert running.ask(Screen(port=free_port())) is None


@pytest.mark.integration
def test_another_programs_page_says_nothing() -> None:
    with page_of({"hello": "world"}) as screen:
        assert running.ask(screen) is None


def test_a_folder_with_a_held_lock_has_a_running_kiosk(tmp_path: Path) -> None:
    assert not running.is_running(tmp_path)
    with (tmp_path / "lock").open("w") as lock:
        assert not running.is_running(tmp_path)

        fcntl.flock(lock, fcntl.LOCK_EX)

        assert running.is_running(tmp_path)


def test_a_kiosk_that_runs_and_records_is_well() -> None:
    found = running.check_kiosk(diagnosis(), runs=True)

    assert (found.verdict, found.what) == (Verdict.WELL, "runs, and records (muster 2026)")


def test_a_kiosk_that_is_stopped_wants_a_look() -> None:
    found = running.check_kiosk(None, runs=False)

    assert (found.verdict, found.remedy) == (Verdict.WARNING, "systemctl start muster-kiosk")


def test_a_kiosk_whose_page_is_dead_is_to_be_restarted() -> None:
    found = running.check_kiosk(None, runs=True)

    assert found.verdict is Verdict.FAULT
    assert found.remedy.startswith("systemctl restart muster-kiosk")


def test_a_kiosk_that_cannot_save_is_a_fault() -> None:
    found = running.check_kiosk(diagnosis(can_record=False), runs=True)

    assert found.verdict is Verdict.FAULT
    assert found.what.startswith("it cannot save")


def test_a_kiosk_that_is_refused_says_what_the_broker_said() -> None:
    found = running.check_line(diagnosis(online=False, waiting=12, trouble="Not authorized"))

    assert found.verdict is Verdict.FAULT
    assert found.what == "not reached: Not authorized; 12 tracks wait here"
    assert "taken out of service" in found.remedy


def test_a_kiosk_whose_tracks_are_taken_is_well() -> None:
    assert running.check_line(diagnosis()).verdict is Verdict.WELL


def test_a_port_another_program_has_is_told() -> None:
    with page_of({}) as screen:
        found = running.check_port(screen, runs=False)

    assert (found.check, found.verdict) == ("screen", Verdict.FAULT)
    assert f"ss -ltnp sport = :{screen.port}" in found.remedy


def test_a_free_port_is_well_and_so_is_the_kiosks_own() -> None:
    screen = Screen(port=free_port())

    assert running.check_port(screen, runs=False).verdict is Verdict.WELL
    assert running.check_port(screen, runs=True).verdict is Verdict.WELL
