"""Photographs of faces, out of packages that ship them; none is kept with the code.

They are fetched once a machine, by pip, from whatever package index it is set up for.
"""

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from functools import cache
from pathlib import Path

from PIL import Image

from drivers.camera.camera import GRAY, Frame

FOLDER = Path(tempfile.gettempdir()) / "muster-test-photographs"
PORTRAITS = (
    "face_recognition==1.3.0 --hash=sha256:"
    "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec"
    " --hash=sha256:c543e91c8cfbf24d19db04e511ebbddcb23894bcee510133729ee78e9f4b5e83"
)
ASTRONAUT = "scikit-image==0.26.0"
WIDTH = 480


def obama(number: int = 1, *, width: int = WIDTH) -> Frame:
    """One of three portraits of one man."""
    name = "obama.jpg" if number == 1 else f"obama{number}.jpg"
    return _frame("portraits", name, width)


def biden() -> Frame:
    """A portrait of another man."""
    return _frame("portraits", "biden.jpg")


def astronaut() -> Frame:
    """A portrait of a woman, with much else in the picture."""
    return _frame("astronaut", "astronaut.png")


@cache
def _frame(package: str, name: str, width: int = WIDTH) -> Frame:
    with Image.open(_fetched(package) / name) as photograph:
        gray = photograph.convert("L")
    gray = gray.resize((width, round(gray.height * width / gray.width)))
    return Frame(gray.width, gray.height, GRAY, gray.tobytes())


def _fetched(package: str) -> Path:
    folder = FOLDER / package
    if not folder.exists():
        FOLDER.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=FOLDER) as made:
            fresh = Path(made) / "pictures"
            fresh.mkdir()
            _PACKAGES[package](Path(made), fresh)
            _move(fresh, folder)
    return folder


def _move(fresh: Path, folder: Path) -> None:
    """Whole or not at all; another process may have been quicker."""
    try:
        fresh.rename(folder)
    except OSError:
        assert folder.exists()


def _portraits(made: Path, fresh: Path) -> None:
    wanted = made / "wanted.txt"
    wanted.write_text(PORTRAITS)
    _download(made, "--no-binary", ":all:", "--require-hashes", "-r", str(wanted))
    with tarfile.open(next(made.glob("*.tar.gz"))) as package:
        for member in package.getmembers():
            if "/test_images/" in member.name and (file := package.extractfile(member)):
                (fresh / Path(member.name).name).write_bytes(file.read())


def _astronaut(made: Path, fresh: Path) -> None:
    _download(made, "--only-binary", ":all:", ASTRONAUT)
    with zipfile.ZipFile(next(made.glob("*.whl"))) as package:
        (fresh / "astronaut.png").write_bytes(package.read("skimage/data/astronaut.png"))


_PACKAGES = {"portraits": _portraits, "astronaut": _astronaut}


def _download(folder: Path, *what: str) -> None:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    told = subprocess.run([*pip, *what], capture_output=True, text=True, check=False)
    if told.returncode:
        raise AssertionError(
            "the photographs for this test come out of packages, and the package index did "
            f"not give them: {' '.join(what)}\n{told.stderr}"
        )
