from dataclasses import replace

import pytest

from drivers.errors import DeviceMisread
from drivers.face.engine import MEASURES, Face, FaceEngine, Measures
from drivers.face.simulated import OPEN, SimulatedFaceEngine, Standing
from drivers.qr.simulated import frame_of

FRAME = frame_of("anything")
NEAR = Standing(Face(20, 0, 90, 90), Measures.of([0.3] * MEASURES))
FAR = Standing(Face(0, 0, 40, 40), Measures.of([0.1] * MEASURES))


def found_by(engine: FaceEngine, *, smallest_px: int = 1) -> tuple[Face, ...]:
    return engine.find(FRAME, smallest_px=smallest_px)


def test_who_stands_there_is_found_largest_first() -> None:
    engine = SimulatedFaceEngine()
    engine.stand(FAR, NEAR)

    assert found_by(engine) == (NEAR.face, FAR.face)
    assert found_by(engine, smallest_px=80) == (NEAR.face,)
    assert engine.found == 2


def test_eyes_are_told_when_asked_for() -> None:
    engine = SimulatedFaceEngine()
    engine.stand(NEAR)

    (face,) = engine.find(FRAME, smallest_px=1, eyes=True)

    assert face == replace(NEAR.face, openness=OPEN)
    assert engine.measure(FRAME, face) == NEAR.measures


def test_a_face_that_has_gone_cannot_be_measured() -> None:
    engine = SimulatedFaceEngine()

    with pytest.raises(DeviceMisread, match="nobody stands there any more"):
        engine.measure(FRAME, NEAR.face)


def test_an_engine_told_to_fail_fails_once() -> None:
    engine = SimulatedFaceEngine()
    engine.fail(DeviceMisread("too dark"))

    with pytest.raises(DeviceMisread, match="too dark"):
        found_by(engine)

    assert found_by(engine) == ()


def test_closing_twice_does_no_harm() -> None:
    engine = SimulatedFaceEngine()

    engine.close()
    engine.close()

    assert engine.is_closed
