"""Makes this machine ready: system packages, `.venv` from the lock, the product in it.

Runs before anything of ours is installed, so it stands on Python's own library alone:
`python3 provisioning/machine.py run`, `... kiosk` or `... test`. A second run finds its stamp
and ends at once.
"""

import ctypes.util
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCKS = ROOT / "provisioning" / "locks"
INSTALLER = LOCKS / "pip.lock"
"""The pip that installs the rest: Debian 12's own takes `coverage[toml]` for unpinned as soon as
the registry holds a newer coverage than the lock."""

PLAIN = LOCKS / "plain.lock"
"""Libraries installed without what they declare: mfrc522 would bring a second RPi.GPIO, and
face_recognition would compile dlib for half an hour."""

STAMP = VENV / "muster.stamp"


@dataclass(frozen=True, slots=True)
class Need:
    """A Debian package, why it is needed, and how to see that its work can be done already."""

    package: str
    why: str
    is_met: Callable[[], bool]


class NotReady(Exception):
    """The machine cannot be made ready; the message says what a person can do."""


def _program(name: str) -> Callable[[], bool]:
    places = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    return lambda: shutil.which(name, path=places) is not None


def _compiles_python() -> bool:
    return Path(sysconfig.get_paths()["include"], "Python.h").exists()


def _makes_environments() -> bool:
    return _runs(sys.executable, "-c", "import ensurepip, venv")


def _links_systemd() -> bool:
    return _program("pkg-config")() and _runs("pkg-config", "--exists", "libsystemd")


def _has_library(name: str) -> Callable[[], bool]:
    return lambda: ctypes.util.find_library(name) is not None


def _has_header(path: str) -> Callable[[], bool]:
    return lambda: Path("/usr/include", path).exists()


def _has_font() -> bool:
    return Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf").exists()


def _serves_postgresql() -> bool:
    return any(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


def _has_virtual_reader() -> bool:
    return any(Path("/usr/lib").glob("**/serial/libifdvpcd.so*"))


def _runs(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


RUN = (
    Need("python3-venv", "a Python environment of the product's own", _makes_environments),
    Need("gcc", "systemd-python is built from source", _program("gcc")),
    Need("pkg-config", "the same", _program("pkg-config")),
    Need("libsystemd-dev", "the same: readiness, watchdog, journal", _links_systemd),
    Need("python3-dev", "the same: Python's headers", _compiles_python),
    Need("mosquitto", "the broker between kiosks and gateway", _program("mosquitto")),
    Need("fonts-dejavu-core", "names on printed badges, in most of Europe's letters", _has_font),
)
KIOSK = (
    *RUN,
    Need("libzbar0", "pyzbar reads codes with it", _has_library("zbar")),
    Need("g++", "picamera2's helpers are built from source", _program("g++")),
    Need("libcap-dev", "the same", _has_header("sys/capability.h")),
    Need("libpcsclite-dev", "pyscard is built from source", _has_header("PCSC/winscard.h")),
    Need("pcscd", "PC/SC card readers", _program("pcscd")),
)
TEST = (
    *KIOSK,
    Need("vsmartcard-vpcd", "a PC/SC reader without hardware", _has_virtual_reader),
    Need("postgresql", "the store's tests run on it too", _serves_postgresql),
    Need("chromium", "the pages are looked at in it", _program("chromium")),
    Need("systemd", "the services' units are checked by it", _program("systemd-analyze")),
    Need("poppler-utils", "printed badges are looked at with it", _program("pdftoppm")),
)
GOALS = {"run": RUN, "kiosk": KIOSK, "test": TEST}


def main(arguments: Sequence[str]) -> int:
    """Make ready for `run`, `kiosk` or `test`; 1 with one line that says why it cannot be done."""
    goal = arguments[0] if arguments else "run"
    if goal not in GOALS:
        _tell(f"usage: machine.py {'|'.join(GOALS)}")
        return 2
    try:
        make_ready(goal)
    except NotReady as problem:
        _tell(f"muster: {problem}")
        return 1
    return 0


def make_ready(goal: str) -> None:
    """Install what `goal` lacks. Raises NotReady."""
    lock = LOCKS / f"{goal}.lock"
    stamp = f"{goal} {_fingerprint(lock)}"
    if STAMP.exists() and stamp in STAMP.read_text(encoding="utf-8").splitlines():
        return
    if sys.version_info < (3, 11):  # noqa: UP036 - any Python may start this file
        raise NotReady(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
    _install_packages(GOALS[goal])
    _make_environment(goal)
    with STAMP.open("a", encoding="utf-8") as stamps:
        stamps.write(f"{stamp}\n")


def missing(needs: Sequence[Need]) -> tuple[Need, ...]:
    """The needs this machine does not meet yet."""
    return tuple(need for need in needs if not need.is_met())


def _fingerprint(lock: Path) -> str:
    content = (
        lock.read_bytes()
        + INSTALLER.read_bytes()
        + PLAIN.read_bytes()
        + (ROOT / "pyproject.toml").read_bytes()
        + str(ROOT).encode()
    )
    return hashlib.sha256(content).hexdigest()


def _install_packages(needs: Sequence[Need]) -> None:
    lacking = missing(needs)
    if not lacking:
        return
    _tell("System packages to install:")
    for need in lacking:
        _tell(f"  {need.package:<16} {need.why}")
    names = [need.package for need in lacking]
    prefix = _as_root(names)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _step([*prefix, "apt-get", "update", "-q"], env=quiet)
    _step([*prefix, "apt-get", "install", "-y", "--no-install-recommends", *names], env=quiet)
    left = missing(needs)
    if left:
        raise NotReady(f"still missing after installing: {', '.join(n.package for n in left)}")


def _as_root(names: Sequence[str]) -> tuple[str, ...]:
    if shutil.which("apt-get") is None:
        raise NotReady(f"this is no Debian: install {' '.join(names)} by hand, then run this again")
    if os.geteuid() == 0:
        return ()
    if shutil.which("sudo") is None:
        raise NotReady(f"run as root: apt-get install {' '.join(names)}; then run this again")
    return ("sudo", "--preserve-env=DEBIAN_FRONTEND")


def environment(goal: str) -> tuple[str, ...]:
    """How `.venv` is made; a kiosk's sees the system's packages: libcamera is one of them."""
    seen = ("--system-site-packages",) if goal == "kiosk" else ()
    return (sys.executable, "-m", "venv", *seen, str(VENV))


def _make_environment(goal: str) -> None:
    python = VENV / "bin" / "python"
    if goal == "kiosk" or not python.exists():
        _tell(f"Making {VENV}")
        _step(environment(goal))
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
    _tell("Installing the pinned Python packages (a minute or two the first time)")
    _step([*pip, "--quiet", "--require-hashes", "-r", str(INSTALLER)])
    _step([*pip, "--require-hashes", "-r", str(LOCKS / f"{goal}.lock")])
    if goal != "run":
        _step([*pip, "--require-hashes", "--no-deps", "-r", str(PLAIN)])
    calm = {**os.environ, "PYTHONWARNINGS": "ignore"}
    _step([*pip, "--quiet", "--no-deps", "--no-build-isolation", "-e", str(ROOT)], env=calm)


def _step(command: Sequence[str], *, env: dict[str, str] | None = None) -> None:
    started = time.monotonic()
    _tell(f"  $ {' '.join(command)}")
    if subprocess.run(command, check=False, env=env, cwd=ROOT).returncode:
        raise NotReady(f"`{' '.join(command)}` failed: see above")
    _tell(f"    {time.monotonic() - started:.0f} s")


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
