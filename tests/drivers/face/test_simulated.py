import pytest

from drivers.errors import DeviceMisread
from drivers.face.engine import Face, FaceEngine
from drivers.face.simulated import SimulatedFaceEngine
from drivers.qr.simulated import frame_of

FRAME = frame_of("anything")
SMALL = Face(left=0, top=0, width=10, height=10, measures=(0.1, 0.2))
LARGE = Face(left=20, top=0, width=50, height=50, measures=(0.3, 0.4))


def measured_by(engine: FaceEngine) -> tuple[Face, ...]:
    return engine.measure(FRAME)


def test_the_faces_expected_are_found_largest_first() -> None:
    engine = SimulatedFaceEngine()
    engine.expect(SMALL, LARGE)

    assert measured_by(engine) == (LARGE, SMALL)
    assert measured_by(engine) == ()
    assert engine.measured == 2


def test_an_engine_told_to_fail_fails_once() -> None:
    engine = SimulatedFaceEngine()
    engine.fail(DeviceMisread("too dark"))

    with pytest.raises(DeviceMisread, match="too dark"):
        engine.measure(FRAME)

    assert engine.measured == 0
