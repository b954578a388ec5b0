"""FFmpeg's own V4L2 input, on a webcam that answers its questions but is not there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

pytestmark = pytest.mark.integration


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that answers in the kernel's place."""
    library = tmp_path_factory.mktemp("webcam") / "webcam.so"
    source = Path(__file__).with_name("webcam.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


def played(scene: str, folder: Path, stand_in: Path, *, size: tuple[int, int] = (640, 480)) -> str:
    """What the scene printed."""
    Image.new("RGB", size, (200, 100, 50)).save(folder / "picture", "JPEG", quality=95)
    ran = subprocess.run(
        [sys.executable, "-m", "tests.drivers.camera.webcam_scenes", scene],
        env=os.environ | {"LD_PRELOAD": str(stand_in), "WEBCAM": str(folder)},
        check=True,
        capture_output=True,
        text=True,
    )
    return ran.stdout


def test_a_webcam_is_asked_for_jpeg(tmp_path: Path, stand_in: Path) -> None:
    assert played("look", tmp_path, stand_in) == "640 480 124\n640 480 199 99 49\n"


def test_a_size_the_webcam_chose_is_taken(tmp_path: Path, stand_in: Path) -> None:
    (tmp_path / "small").touch()

    told = played("look", tmp_path, stand_in, size=(320, 240))

    assert told == "320 240 124\n320 240 199 99 49\n"


def test_a_webcam_without_jpeg_is_read_all_the_same(tmp_path: Path, stand_in: Path) -> None:
    (tmp_path / "only_yuyv").touch()

    gray, colour = played("look", tmp_path, stand_in).splitlines()

    assert gray == "640 480 124"
    assert colour.startswith("640 480 ")
    assert len(set(colour.split()[2:])) == 1


@pytest.mark.fault
def test_a_webcam_that_was_lost_is_found_again(tmp_path: Path, stand_in: Path) -> None:
    gone, absent, back, silent, hangs, on = played("lose", tmp_path, stand_in).splitlines()

    assert gone in ("/dev/video77: No such device", "/dev/video77: no more pictures come")
    assert absent == "/dev/video77: No such file or directory"
    assert silent.startswith("/dev/video77 gave no picture for")
    assert hangs == "/dev/video77 hangs: pull the camera out and plug it in again"
    assert (back, on) == ("True", "True")
