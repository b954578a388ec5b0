"""The whole of the kiosk's part with the real engine, on real photographs."""

import base64
from datetime import timedelta
from pathlib import Path

import pytest

from drivers.face.recognition import DlibFaceEngine
from kiosk.protocol.messages import FacesPart, SealedFace
from kiosk.protocol.options import FaceOptions
from kiosk.protocol.remarks import FaceEnrolled, FaceSeen
from kiosk.protocol.sealing import seal, unseal
from kiosk.sealkey import seal_key
from tests.drivers.face import photographs
from tests.kiosk.faces.people import LATER, MIA
from tests.kiosk.faces.stage import GATEWAY, TRACK, Stage

BOTH = FaceOptions(confirm=True, identify=True)
SECOND = timedelta(seconds=1)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Somebody was enrolled from one photograph, as person 1."""
    stage = Stage(tmp_path, BOTH, real=DlibFaceEngine())
    stage.want(MIA)
    stage.photograph(photographs.obama(1), times=7)
    (remark,) = stage.remarks()
    assert isinstance(remark, FaceEnrolled)
    octets = unseal(GATEWAY, base64.b64decode(remark.sealed), about=TRACK.bytes)
    sealed = seal(seal_key(tmp_path).public, octets, about=str(MIA).encode())
    face = SealedFace(person=MIA, sealed=base64.b64encode(sealed).decode(), expires_at=LATER)
    stage.shelf.take(FacesPart(base=0, version=2, faces=(face,)), now=stage.clock.read().utc)
    stage.worker.changed()
    return stage


@pytest.mark.covers("BIO-01")
def test_another_photograph_of_the_same_man_is_recognised(stage: Stage) -> None:
    stage.photograph(photographs.obama(2), times=4)

    assert [sighting.value for sighting in stage.seen] == [str(MIA)]


@pytest.mark.covers("BIO-02")
def test_others_are_nobody_and_not_the_holder(stage: Stage) -> None:
    stage.photograph(photographs.biden(), times=4)
    stage.tap(MIA)
    stage.photograph(photographs.astronaut(), times=3)
    stage.clock.advance(4 * SECOND)
    stage.photograph(photographs.astronaut(), times=1)

    assert stage.seen == []
    verdicts = [remark.verdict for remark in stage.remarks() if isinstance(remark, FaceSeen)]
    assert verdicts == ["another"]
