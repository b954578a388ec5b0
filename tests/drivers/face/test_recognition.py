"""The real library on real photographs."""

import math
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.camera.camera import GRAY, RGB, Frame
from drivers.camera.simulated import in_colour
from drivers.errors import DeviceMisread
from drivers.face.engine import Face, Measures
from drivers.face.recognition import DlibFaceEngine, openness
from tests.drivers.face import photographs

THRESHOLD = 0.5


@pytest.fixture(scope="module")
def engine() -> DlibFaceEngine:
    return DlibFaceEngine()


def measured(engine: DlibFaceEngine, frame: Frame) -> Measures:
    face = engine.find(frame, smallest_px=80)[0]
    return engine.measure(frame, face)


def test_the_same_person_is_nearer_than_the_threshold_and_others_farther(
    engine: DlibFaceEngine,
) -> None:
    pictures = [photographs.obama(1), photographs.obama(2)]
    others = [photographs.biden(), photographs.astronaut()]
    first, second = (measured(engine, each).numbers() for each in pictures)

    assert math.dist(first, second) < THRESHOLD
    assert all(
        math.dist(first, measured(engine, each).numbers()) > THRESHOLD + 0.1 for each in others
    )


def test_a_face_is_found_where_it_is(engine: DlibFaceEngine) -> None:
    (face,) = engine.find(photographs.astronaut(), smallest_px=80)

    assert 150 < face.left < 210
    assert 30 < face.top < 90
    assert 80 <= face.width == face.height < 130


def test_a_near_face_is_found_in_a_picture_half_as_wide(engine: DlibFaceEngine) -> None:
    frame = photographs.obama(width=960)
    (whole, *_) = engine.find(frame, smallest_px=80)

    (face,) = engine.find(frame, smallest_px=160)

    assert face.width >= 160
    assert abs(face.left - whole.left) < whole.width / 4


def test_a_face_smaller_than_asked_for_is_not_found(engine: DlibFaceEngine) -> None:
    assert engine.find(photographs.astronaut(), smallest_px=130) == ()


def test_a_picture_in_colour_will_do_too(engine: DlibFaceEngine) -> None:
    frame = in_colour(photographs.astronaut())

    assert frame.depth == RGB
    assert len(engine.find(frame, smallest_px=80)) == 1


def test_an_empty_wall_has_no_face(engine: DlibFaceEngine) -> None:
    wall = Frame(320, 240, GRAY, bytes([128]) * (320 * 240))

    assert engine.find(wall, smallest_px=80) == ()


def test_open_eyes_are_told_when_asked_for(engine: DlibFaceEngine) -> None:
    (face,) = engine.find(photographs.astronaut(), smallest_px=80, eyes=True)

    assert face.openness is not None
    assert 0.2 < face.openness < 0.5


def test_openness_is_the_height_of_an_eye_over_its_width() -> None:
    wide = [(0, 3), (3, 0), (6, 0), (9, 3), (6, 6), (3, 6)]
    closed = [(0, 3), (3, 3), (6, 3), (9, 3), (6, 3), (3, 3)]

    assert openness(wide) == pytest.approx(6 / 9)
    assert openness(closed) == 0
    with pytest.raises(DeviceMisread, match="6 points, not 2"):
        openness(wide[:2])


def test_missing_models_do_not_end_the_program(tmp_path: Path) -> None:
    broken = tmp_path / "face_recognition_models.py"
    broken.write_text("raise ImportError('no models here')\n")
    program = (
        "from drivers.face.recognition import DlibFaceEngine\n"
        "from drivers.errors import DeviceAway\n"
        "try:\n    DlibFaceEngine()\nexcept DeviceAway as away:\n    print('away:', away)\n"
    )

    told = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{program}"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "away: face_recognition cannot be loaded" in told.stdout
    assert "install the kiosk's hardware libraries" in told.stdout


def test_a_face_at_the_edge_is_cut_at_the_frame(engine: DlibFaceEngine) -> None:
    frame = photographs.obama(1)
    face = engine.find(frame, smallest_px=80)[0]
    cut = _cropped(frame, left=face.left + 4)

    found = engine.find(cut, smallest_px=80)

    assert all(isinstance(each, Face) and each.left >= 0 and each.top >= 0 for each in found)


def _cropped(frame: Frame, *, left: int) -> Frame:
    rows = (
        frame.pixels[at + left : at + frame.width]
        for at in range(0, len(frame.pixels), frame.width)
    )
    return Frame(frame.width - left, frame.height, frame.depth, b"".join(rows))
