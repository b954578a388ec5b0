from datetime import timedelta
from pathlib import Path

import pytest

from drivers.errors import DeviceAway, DeviceMisread
from drivers.face.engine import Face
from kiosk.protocol.messages import DeviceReport, Method
from kiosk.protocol.remarks import FaceSeen, FaceVerdict
from tests.kiosk.faces.people import BEN, MIA, STRANGER, standing
from tests.kiosk.faces.stage import CONFIRM, OFF, TRACK, Stage

ELSEWHERE = Face(300, 60, 120, 120)
SECOND = timedelta(seconds=1)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path, CONFIRM, MIA, BEN)


@pytest.mark.covers("BIO-01")
def test_the_holder_of_a_card_is_confirmed_by_face(stage: Stage) -> None:
    stage.tap(MIA)
    stage.pictures(3, standing(MIA, off=0.25))

    (remark,) = stage.remarks()

    assert isinstance(remark, FaceSeen)
    assert (remark.track, remark.verdict) == (TRACK, FaceVerdict.HOLDER)
    assert remark.distance == 0.25
    assert stage.brought == [True]


@pytest.mark.covers("BIO-02")
def test_somebody_else_with_the_card_is_said_to_be_another(stage: Stage) -> None:
    stage.tap(MIA)
    stage.pictures(6, standing(BEN), apart=SECOND)

    assert stage.verdicts() == [FaceVerdict.ANOTHER]


def test_a_face_hardly_too_far_is_left_open(stage: Stage) -> None:
    stage.tap(MIA)
    stage.pictures(6, standing(MIA, off=0.53), apart=SECOND)

    assert stage.verdicts() == [FaceVerdict.UNSURE]


def test_a_holder_who_looks_up_late_is_still_the_holder(stage: Stage) -> None:
    stage.tap(MIA)
    stage.pictures(5, standing(BEN))
    stage.pictures(5, standing(MIA))

    assert stage.verdicts() == [FaceVerdict.HOLDER]


def test_nobody_in_the_picture_is_no_face(stage: Stage) -> None:
    stage.tap(MIA)
    stage.pictures(6, apart=SECOND)

    assert stage.verdicts() == [FaceVerdict.NO_FACE]


def test_a_face_that_never_holds_still_is_not_measured(stage: Stage) -> None:
    stage.tap(MIA)
    for _ in range(3):
        stage.pictures(1, standing(MIA), apart=SECOND)
        stage.pictures(1, standing(MIA, face=ELSEWHERE), apart=SECOND)

    assert stage.verdicts() == [FaceVerdict.NO_FACE]
    assert stage.engine.measured == 0


def test_without_pictures_nothing_is_said_of_the_face(stage: Stage) -> None:
    stage.clock.advance(SECOND)
    stage.tap(MIA)
    stage.worker.turn(timedelta(0))
    stage.clock.advance(5 * SECOND)
    stage.worker.turn(timedelta(0))

    assert stage.remarks() == ()


@pytest.mark.covers("BEY-08")
def test_who_did_not_agree_is_never_looked_at(stage: Stage) -> None:
    before = stage.engine.found

    stage.tap(STRANGER)
    stage.pictures(6, standing(STRANGER), apart=SECOND)

    assert stage.engine.found == before
    assert stage.remarks() == ()


def test_an_unknown_card_and_a_face_have_no_holder_to_compare(stage: Stage) -> None:
    stage.tap(None)
    stage.tap(MIA, method=Method.FACE)
    stage.pictures(6, standing(MIA), apart=SECOND)

    assert stage.remarks() == ()


def test_the_next_tap_ends_the_comparison_before(stage: Stage) -> None:
    stage.tap(MIA)
    stage.pictures(4, standing(BEN))
    stage.tap(BEN)
    stage.pictures(4, standing(BEN))

    assert stage.verdicts() == [FaceVerdict.ANOTHER, FaceVerdict.HOLDER]


def test_while_it_is_off_no_face_is_looked_at_and_the_engine_is_closed(tmp_path: Path) -> None:
    stage = Stage(tmp_path, CONFIRM, MIA)
    stage.switch(OFF)

    stage.tap(MIA)
    stage.pictures(3, standing(MIA))

    assert stage.remarks() == ()
    assert stage.engine.is_closed


@pytest.mark.fault
def test_an_engine_that_fails_is_reported_once_and_says_nothing_of_anybody(stage: Stage) -> None:
    stage.tap(MIA)
    stage.engine.fail(DeviceAway("the models broke"))
    stage.pictures(3, standing(MIA))

    assert stage.devices.reports() == (DeviceReport(name="face", ok=False, why="the models broke"),)
    assert stage.remarks() == ()

    stage.clock.advance(SECOND)
    stage.tap(MIA)
    stage.pictures(4, standing(MIA))
    assert stage.devices.reports() == (DeviceReport(name="face", ok=True),)
    assert stage.verdicts() == [FaceVerdict.HOLDER]


@pytest.mark.fault
def test_a_picture_the_engine_cannot_read_is_passed_over(stage: Stage) -> None:
    stage.tap(MIA)
    stage.engine.fail(DeviceMisread("too dark"))
    stage.pictures(4, standing(MIA))

    assert stage.verdicts() == [FaceVerdict.HOLDER]
