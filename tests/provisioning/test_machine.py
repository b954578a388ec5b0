import subprocess
import sys
from pathlib import Path

import pytest

from provisioning import machine
from provisioning.machine import GOALS, Need, missing

MAKEFILE = Path("Makefile").read_text(encoding="utf-8")


def test_only_what_is_missing_is_named() -> None:
    there = Need("git", "history", lambda: True)
    absent = Need("mosquitto", "the broker", lambda: False)

    assert missing([there, absent]) == (absent,)


def test_what_tests_need_includes_what_running_needs() -> None:
    assert set(GOALS["run"]) < set(GOALS["kiosk"]) < set(GOALS["test"])


@pytest.mark.parametrize("need", GOALS["test"], ids=lambda need: need.package)
def test_this_machine_meets_every_need_and_says_why_it_is_one(need: Need) -> None:
    assert need.is_met()
    assert need.why


def test_an_unknown_goal_is_refused_with_the_known_ones() -> None:
    done = _machine("fly")

    assert (done.returncode, done.stderr) == (2, "usage: machine.py run|kiosk|test\n")


@pytest.mark.integration
def test_set_up_needs_nothing_but_pythons_own_library() -> None:
    isolated = [sys.executable, "-I", "-S", machine.__file__, "fly"]

    assert subprocess.run(isolated, check=False, capture_output=True).returncode == 2


@pytest.mark.parametrize("goal", ["run", "kiosk", "test", "plain", "pip"])
def test_the_lock_pins_everything_and_names_no_registry(goal: str) -> None:
    lock = Path(f"provisioning/locks/{goal}.lock").read_text(encoding="utf-8")
    named = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]

    assert all("==" in line for line in named)
    assert "://" not in lock


@pytest.mark.parametrize("goal", GOALS)
def test_each_lock_holds_what_the_product_itself_is_installed_with(goal: str) -> None:
    assert "\nsetuptools==" in Path(f"provisioning/locks/{goal}.lock").read_text(encoding="utf-8")


@pytest.mark.parametrize("goal", GOALS)
def test_the_installer_is_the_one_that_each_lock_would_install_again(goal: str) -> None:
    installer = Path("provisioning/locks/pip.lock").read_text(encoding="utf-8")

    assert installer in Path(f"provisioning/locks/{goal}.lock").read_text(encoding="utf-8")


@pytest.mark.parametrize("goal", ["test", "check", "demo", "bench", "soak"])
def test_make_knows_the_words_of_the_readme(goal: str) -> None:
    assert f"\n{goal}:" in MAKEFILE


def test_continuous_integration_calls_what_people_call() -> None:
    commands = [
        line
        for line in Path(".ci/run").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith(("#", "set", "cd"))
    ]

    assert commands == ["exec make test"]


@pytest.mark.parametrize(("goal", "sees"), [("run", False), ("kiosk", True), ("test", False)])
def test_only_a_kiosks_python_sees_the_systems_packages(goal: str, sees: bool) -> None:
    assert ("--system-site-packages" in machine.environment(goal)) is sees


def _machine(goal: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, machine.__file__, goal], check=False, capture_output=True, text=True
    )
