from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from kiosk.faces.shelf import LEASE
from kiosk.protocol.sealing import new_key
from kiosk.sealkey import FILE
from tests.kiosk.faces.people import BEN, MIA, part, standing
from tests.kiosk.faces.stage import CONFIRM, IDENTIFY, OFF, Stage
from tests.kiosk.neighbours import eventually

MINUTE = timedelta(minutes=1)


def test_a_worker_with_nothing_to_do_never_opens_the_engine(tmp_path: Path) -> None:
    stage = Stage(tmp_path, OFF, MIA)

    stage.pictures(5, standing(MIA))

    assert stage.engine.found == 0
    assert stage.devices.reports() == ()


def test_the_models_are_loaded_before_somebody_comes(tmp_path: Path) -> None:
    stage = Stage(tmp_path, CONFIRM, MIA)

    assert stage.engine.found == 1


@pytest.mark.covers("BEY-08")
def test_faces_lapse_though_the_kiosk_has_no_use_for_them(tmp_path: Path) -> None:
    stage = Stage(tmp_path, OFF, MIA, BEN)

    stage.clock.advance(LEASE + MINUTE)
    stage.pictures(1)

    assert stage.shelf.faces() == ()


@pytest.mark.covers("BEY-08")
def test_a_face_that_lapsed_is_recognised_no_more(tmp_path: Path) -> None:
    stage = Stage(tmp_path, IDENTIFY, MIA)

    stage.clock.advance(LEASE + MINUTE)
    stage.pictures(5, standing(MIA))

    assert stage.seen == []


def test_faces_sealed_to_a_key_that_is_lost_are_asked_for_anew(tmp_path: Path) -> None:
    stage = Stage(tmp_path, IDENTIFY)
    stage.shelf.take(part(MIA, public=new_key().public, version=4), now=stage.clock.read().utc)
    stage.worker.changed()
    stage.pictures(5, standing(MIA))

    assert stage.shelf.version() == 0
    assert stage.seen == []


@pytest.mark.fault
def test_what_could_not_be_read_for_a_while_is_read_once_it_can(tmp_path: Path) -> None:
    stage = Stage(tmp_path, IDENTIFY, MIA)
    stage.shelf.forget_all()
    stage.worker.changed()
    (tmp_path / "site.sqlite3").rename(tmp_path / "elsewhere")
    stage.pictures(1)
    for left in tmp_path.glob("site.sqlite3*"):
        left.unlink()
    (tmp_path / "elsewhere").rename(tmp_path / "site.sqlite3")
    stage.pictures(5, standing(MIA))

    assert stage.seen == []


@pytest.mark.fault
def test_a_site_file_that_is_gone_for_a_while_stops_nothing(tmp_path: Path) -> None:
    stage = Stage(tmp_path, IDENTIFY, MIA)
    (tmp_path / "site.sqlite3").rename(tmp_path / "elsewhere")
    stage.worker.changed()
    stage.pictures(1)
    for left in tmp_path.glob("site.sqlite3*"):
        left.unlink()
    (tmp_path / "elsewhere").rename(tmp_path / "site.sqlite3")
    stage.worker.changed()
    stage.pictures(5, standing(MIA))

    assert [sighting.value for sighting in stage.seen] == [str(MIA)]


def test_the_thread_ends_when_it_is_told_and_closes_the_engine(tmp_path: Path) -> None:
    stage = Stage(tmp_path, IDENTIFY, MIA)
    stop = Event()
    thread = Thread(target=stage.worker.run, args=(stop,))
    thread.start()
    stage.pictures(1, standing(MIA))

    stop.set()
    stage.worker.wake()
    thread.join(timeout=10)

    assert not thread.is_alive()
    assert stage.engine.is_closed
    assert (tmp_path / FILE).exists()


def test_a_running_worker_recognises_who_comes(tmp_path: Path) -> None:
    stage = Stage(tmp_path, IDENTIFY, MIA)
    stop = Event()
    thread = Thread(target=stage.worker.run, args=(stop,))
    thread.start()

    def seen() -> bool:
        stage.show(standing(MIA))
        return bool(stage.seen)

    eventually(seen)
    stop.set()
    stage.worker.wake()
    thread.join(timeout=10)
    assert stage.seen[0].value == str(MIA)
