"""Several ingest processes on one store take turns, and together are right."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection

from gateway.attendance.models import Difference, MarkRevision, PersonDay, Session, Track
from gateway.fleet.models import Install
from kiosk.protocol.messages import Shown
from tests.faults.stage import Kept, truth
from tests.gateway.ingest.kiosk_double import KioskDouble
from tests.gateway.school import MONDAY, School, at, make_school
from tests.kiosk.neighbours import eventually, running_mosquitto

DOORS, PUPILS, ROUNDS = 4, 40, 8
APART = timedelta(minutes=2)
PAST = MONDAY - timedelta(days=7)
"""A day that is over by the real clock, which the processes look at."""


def store_of(folder: Path) -> dict[str, str]:
    """Variables that lead a gateway of its own process to the store of this test."""
    default = connection.settings_dict
    if "sqlite3" in settings.DATABASES["default"]["ENGINE"]:
        (folder / "gateway.sqlite3").symlink_to(default["NAME"])
        return {"MUSTER_DATA": str(folder), "MUSTER_DATABASE": ""}
    user = f"{default['USER']}:{default['PASSWORD']}"
    where = f"{default['HOST']}:{default['PORT']}/{default['NAME']}"
    return {"MUSTER_DATA": str(folder), "MUSTER_DATABASE": f"postgresql://{user}@{where}"}


@contextmanager
def ingest(folder: Path, broker_port: int) -> Iterator[Path]:
    """One ingest process; answers the file it logs to."""
    folder.mkdir()
    variables = {
        "MUSTER_BROKER__KIND": "external",
        "MUSTER_BROKER__PORT": str(broker_port),
        "MUSTER_BROKER__PASSWORD": "none",
        "MUSTER_CONFIG": str(folder / "none.toml"),
    }
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", "run", "--role", "ingest"],
            env=os.environ | variables | store_of(folder),
            stdout=out,
            stderr=out,
        )
    try:
        eventually(lambda: b"broker_connected" in log.read_bytes())
        yield log
    finally:
        process.kill()
        process.wait()


def play(school: School, kiosk: KioskDouble) -> list[Kept]:
    """Everybody taps at every door in turn; what one pupil did comes from all doors at once."""
    doors = [school.kiosk(f"door-{number}") for number in range(DOORS)]
    pupils = school.pupils(PUPILS)
    made = []
    for turn in range(ROUNDS):
        for place, pupil in enumerate(pupils):
            door = doors[(turn + place) % DOORS]
            shown = Shown.SIGNED_OUT if turn % 2 else Shown.SIGNED_IN
            track = door.sees(pupil, "07:00", shown=shown)
            track = track.model_copy(update={"made_at": at("07:00", PAST) + turn * APART})
            made.append((door, track))
    kiosk.tell_at_once(sorted(made, key=lambda told: told[1].person or 0))
    return [Kept(t.made_at, t.id, t.person or 0, t.shown.value) for _, t in made]


def days() -> dict[int, tuple[str, int]]:
    rows = PersonDay.objects.filter(day=PAST).values_list("person_id", "presence", "movements")
    return {person: (presence, number) for person, presence, number in rows}


@pytest.mark.integration
@pytest.mark.fault
@pytest.mark.covers("BEY-12")
@pytest.mark.django_db(transaction=True)
def test_several_ingest_processes_come_to_the_result_of_one(tmp_path: Path) -> None:
    school = make_school()
    Session.objects.update(day=PAST)
    with running_mosquitto(tmp_path) as broker:
        kiosk = KioskDouble(broker.port)
        with ingest(tmp_path / "one", broker.port), ingest(tmp_path / "two", broker.port):
            made = play(school, kiosk)
            eventually(lambda: Track.objects.count() == len(made), within=60)
            uptos = Install.objects.filter(upto=len(made) // DOORS)
            eventually(lambda: uptos.count() == DOORS, within=60)
        kiosk.close()

    expected, differences = truth(made)
    assert days() == expected
    assert {UUID(str(d.track_id)): d.truth for d in Difference.objects.all()} == differences
    assert MarkRevision.objects.values("person").distinct().count() == PUPILS
