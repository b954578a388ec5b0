from datetime import timedelta
from pathlib import Path

import pytest

from drivers.face.engine import Face
from kiosk.protocol.messages import Method
from kiosk.protocol.options import FaceOptions
from tests.kiosk.faces.people import BEN, MIA, STRANGER, standing
from tests.kiosk.faces.stage import IDENTIFY, Stage

SECOND = timedelta(seconds=1)
OTHER_PLACE = Face(300, 60, 120, 120)
SMALL = Face(100, 60, 60, 60)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path, IDENTIFY, MIA, BEN)


def people(stage: Stage) -> list[str]:
    return [sighting.value for sighting in stage.seen]


@pytest.mark.covers("BIO-01")
def test_a_face_that_holds_still_signs_its_owner_in(stage: Stage) -> None:
    stage.pictures(3, standing(MIA))

    assert [(each.method, each.value) for each in stage.seen] == [(Method.FACE, str(MIA))]


def test_two_pictures_are_not_enough(stage: Stage) -> None:
    stage.pictures(2, standing(MIA))

    assert stage.seen == []


def test_who_stays_is_seen_once(stage: Stage) -> None:
    stage.pictures(60, standing(MIA), apart=SECOND)

    assert people(stage) == [str(MIA)]


def test_who_comes_back_is_seen_again(stage: Stage) -> None:
    stage.pictures(3, standing(MIA))
    stage.pictures(12, apart=SECOND)
    stage.pictures(3, standing(MIA))

    assert people(stage) == [str(MIA), str(MIA)]


def test_the_next_in_the_queue_is_seen_too(stage: Stage) -> None:
    stage.pictures(3, standing(MIA))
    stage.pictures(10, standing(BEN), apart=SECOND / 2)

    assert people(stage) == [str(MIA), str(BEN)]


def test_two_who_stand_together_are_each_seen_once(stage: Stage) -> None:
    for _ in range(10):
        stage.pictures(4, standing(MIA), apart=SECOND)
        stage.pictures(4, standing(BEN, face=OTHER_PLACE), apart=SECOND)

    assert people(stage) == [str(MIA), str(BEN)]


def test_a_stranger_is_nobody(stage: Stage) -> None:
    stage.pictures(10, standing(STRANGER))

    assert stage.seen == []


def test_a_face_too_small_is_nobody(stage: Stage) -> None:
    stage.pictures(10, standing(MIA, face=SMALL))

    assert stage.seen == []


def test_with_a_blink_asked_for_a_printed_photograph_signs_nobody_in(tmp_path: Path) -> None:
    stage = Stage(tmp_path, FaceOptions(identify=True, blink=True), MIA)

    stage.pictures(30, standing(MIA))

    assert stage.seen == []
    assert stage.engine.measured == 0


def test_with_a_blink_asked_for_a_blink_signs_in(tmp_path: Path) -> None:
    stage = Stage(tmp_path, FaceOptions(identify=True, blink=True), MIA)

    stage.pictures(5, standing(MIA))
    stage.pictures(2, standing(MIA, openness=0.1))
    stage.pictures(3, standing(MIA))

    assert people(stage) == [str(MIA)]


def test_who_comes_next_has_to_blink_as_well(tmp_path: Path) -> None:
    stage = Stage(tmp_path, FaceOptions(identify=True, blink=True), MIA, BEN)

    stage.pictures(5, standing(MIA))
    stage.pictures(2, standing(MIA, openness=0.1))
    stage.pictures(30, standing(BEN, face=OTHER_PLACE))

    assert str(BEN) not in people(stage)


@pytest.mark.covers("BEY-08")
def test_who_withdrew_is_nobody_from_then_on(stage: Stage) -> None:
    stage.shelf.forget_all()
    stage.worker.changed()
    stage.pictures(10, standing(MIA))

    assert stage.seen == []
