import base64
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from drivers.face.engine import Face, Measures
from kiosk.protocol.remarks import EnrolmentRefused, FaceEnrolled, NotEnrolled
from kiosk.protocol.sealing import unseal
from tests.kiosk.faces.people import BEN, MIA, measures_of, standing
from tests.kiosk.faces.stage import GATEWAY, OFF, TRACK, Stage

BESIDE = Face(400, 60, 100, 100)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path, OFF)


@pytest.mark.covers("BIO-01")
def test_a_face_is_enrolled_with_the_mean_of_five_measurings(stage: Stage) -> None:
    stage.want(MIA)
    stage.pictures(7, standing(MIA))

    (remark,) = stage.remarks()

    assert isinstance(remark, FaceEnrolled)
    assert remark.enrolment == TRACK
    octets = unseal(GATEWAY, base64.b64decode(remark.sealed), about=TRACK.bytes)
    assert Measures(octets) == measures_of(MIA)


def test_the_measures_rest_sealed_until_they_are_sent(stage: Stage) -> None:
    stage.want(MIA)
    stage.pictures(7, standing(MIA))

    left = b"".join(path.read_bytes() for path in stage.folder.iterdir())
    assert measures_of(MIA).octets[:64] not in left
    assert base64.b64encode(measures_of(MIA).octets)[:64] not in left


def test_one_enrolment_is_taken_once(stage: Stage) -> None:
    stage.want(MIA)
    stage.pictures(30, standing(MIA))

    assert len(stage.remarks()) == 1


def test_two_in_the_picture_cannot_be_enrolled(stage: Stage) -> None:
    stage.want(MIA)
    stage.pictures(20, standing(MIA), standing(BEN, face=BESIDE))

    assert stage.remarks() == ()


def test_two_who_take_turns_are_not_mixed(stage: Stage) -> None:
    stage.want(MIA)
    stage.pictures(4, standing(MIA))
    stage.pictures(3, standing(BEN))
    before = stage.remarks()
    stage.pictures(5, standing(BEN))

    assert before == ()
    (remark,) = stage.remarks()
    assert isinstance(remark, FaceEnrolled)
    octets = unseal(GATEWAY, base64.b64decode(remark.sealed), about=TRACK.bytes)
    assert Measures(octets) == measures_of(BEN)


def test_when_time_is_up_without_a_face_that_is_said(stage: Stage) -> None:
    stage.want(MIA, minutes=1)
    stage.pictures(3, apart=timedelta(minutes=1))

    (remark,) = stage.remarks()

    assert isinstance(remark, EnrolmentRefused)
    assert (remark.enrolment, remark.why) == (TRACK, NotEnrolled.NO_FACE)


def test_another_enrolment_is_taken_after_the_first(stage: Stage) -> None:
    stage.want(MIA)
    stage.pictures(7, standing(MIA))
    stage.want(BEN, enrolment=UUID(int=6))
    stage.pictures(7, standing(BEN))

    assert [remark.kind for remark in stage.remarks()] == ["face_enrolled", "face_enrolled"]


def test_the_screen_hears_whose_face_is_awaited_until_it_is_taken(stage: Stage) -> None:
    stage.want(MIA)
    stage.pictures(7, standing(MIA))
    stage.pictures(1)

    told = [wanted.person if wanted else None for wanted in stage.awaited]
    assert told[-8:-1] == [MIA] * 7
    assert told[-1] is None
