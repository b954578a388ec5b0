import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.project.beats import Beats, Role


@pytest.fixture
def beats(tmp_path: Path) -> Beats:
    return Beats(tmp_path / "run")


def test_a_role_that_never_showed_that_it_works_has_no_age(beats: Beats) -> None:
    assert beats.age(Role.INGEST) is None


def test_a_role_that_just_worked_is_young(beats: Beats) -> None:
    beats.beat(Role.INGEST)

    age = beats.age(Role.INGEST)

    assert age is not None
    assert age < timedelta(seconds=5)
    assert beats.age(Role.WORKER) is None


def test_a_sign_from_before_the_last_reboot_counts_for_nothing(
    beats: Beats, tmp_path: Path
) -> None:
    beats.beat(Role.INGEST)
    later = time.monotonic_ns() + 10**12
    os.utime(tmp_path / "run" / "ingest", ns=(later, later))

    assert beats.age(Role.INGEST) is None


def test_a_sign_is_forgotten_when_a_role_starts_anew(beats: Beats) -> None:
    beats.beat(Role.INGEST)

    beats.clear(Role.INGEST)

    assert beats.age(Role.INGEST) is None
