import sys
from datetime import timedelta
from pathlib import Path

import pytest

from drivers.camera.camera import GRAY, Frame
from drivers.errors import DeviceAway, DeviceMisread
from drivers.face.apart import FaceEngineApart
from drivers.face.engine import MEASURES, Face, Measures

FRAME = Frame(width=1, height=1, depth=GRAY, pixels=b"x")
FACE = Face(1, 2, 80, 80)
CHILD = """
import sys, os, time
from multiprocessing.connection import Connection
from drivers.errors import DeviceAway, DeviceMisread
from drivers.face.apart import serve
from drivers.face.engine import Face, MEASURES, Measures
from drivers.face.simulated import SimulatedFaceEngine, Standing

engine = SimulatedFaceEngine()
engine.stand(Standing(Face(1, 2, 80, 80), Measures.of([0.5] * MEASURES)))

def make():
    {make}
    return engine

serve(Connection(int(sys.argv[1])), make)
"""


def engine_that(folder: Path, *, make: str = "pass", seconds: float = 30) -> FaceEngineApart:
    script = folder / "child.py"
    script.write_text(CHILD.format(make=make))
    return FaceEngineApart(
        command=(sys.executable, str(script)), patience=timedelta(seconds=seconds)
    )


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))


def test_what_the_child_finds_is_found(tmp_path: Path) -> None:
    engine = engine_that(tmp_path)

    found = engine.find(FRAME, smallest_px=80)
    measures = engine.measure(FRAME, FACE)

    assert found == (FACE,)
    assert measures == Measures.of([0.5] * MEASURES)
    engine.close()


def test_what_the_child_refuses_is_raised_and_the_child_lives(tmp_path: Path) -> None:
    engine = engine_that(tmp_path)

    with pytest.raises(DeviceMisread, match="nobody stands there"):
        engine.measure(FRAME, Face(9, 9, 9, 9))

    assert engine.find(FRAME, smallest_px=80) == (FACE,)
    engine.close()


def test_an_engine_that_cannot_start_is_away(tmp_path: Path) -> None:
    engine = engine_that(tmp_path, make="raise DeviceAway('no models')")

    with pytest.raises(DeviceAway, match="no models"):
        engine.find(FRAME, smallest_px=80)

    engine.close()


@pytest.mark.fault
def test_a_program_that_is_not_there_is_an_engine_away() -> None:
    engine = FaceEngineApart(command=("/there/is/no/such/program",))

    with pytest.raises(DeviceAway, match="No such file"):
        engine.find(FRAME, smallest_px=80)


@pytest.mark.fault
def test_an_engine_that_dies_is_away_and_started_anew(tmp_path: Path) -> None:
    died = tmp_path / "died"
    engine = engine_that(
        tmp_path,
        make=f"engine.find = lambda *a, **k: (open({str(died)!r}, 'w'), os._exit(1))"
        f" if not os.path.exists({str(died)!r}) else (Face(1, 2, 80, 80),)",
    )

    with pytest.raises(DeviceAway, match="ended"):
        engine.find(FRAME, smallest_px=80)

    assert engine.find(FRAME, smallest_px=80) == (FACE,)
    engine.close()


@pytest.mark.fault
def test_an_engine_that_hangs_is_ended_and_away(tmp_path: Path) -> None:
    engine = engine_that(
        tmp_path, make="engine.find = lambda *a, **k: time.sleep(600)", seconds=0.2
    )

    with pytest.raises(DeviceAway, match="did not answer within"):
        engine.find(FRAME, smallest_px=80)


@pytest.mark.fault
def test_an_engine_that_answers_nonsense_is_away(tmp_path: Path) -> None:
    engine = engine_that(tmp_path, make="engine.measure = lambda *a: 'nonsense'")

    with pytest.raises(DeviceAway, match="nonsense"):
        engine.measure(FRAME, FACE)


def test_closing_twice_does_no_harm(tmp_path: Path) -> None:
    engine = engine_that(tmp_path)
    engine.find(FRAME, smallest_px=80)

    engine.close()
    engine.close()


@pytest.mark.integration
def test_the_real_engine_works_apart() -> None:
    engine = FaceEngineApart()

    assert engine.find(Frame(64, 48, GRAY, bytes(64 * 48)), smallest_px=80) == ()
    engine.close()
