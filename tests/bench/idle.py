"""`python -m tests.bench.idle`: the processor time of a whole kiosk while nobody comes.

Once with everything simulated, and once with the unmodified libraries of reader, camera and
pins on emulated devices: 50 µs of a busy processor a transfer over SPI, 15 pictures a second.
Either has a broker, a gateway and a screen that listens.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import psutil

from drivers.camera.camera import RGB, Frame
from drivers.emulated.mfrc522_chip import Mfrc522Chip
from drivers.emulated.plugging import plugged_in
from drivers.emulated.proximity import Field
from drivers.emulated.times import BusyTime
from kiosk.__main__ import main as kiosk_main
from kiosk.diagnosis import Diagnosis
from tests.bench.table import Figure, at_most, plain, scratch, show
from tests.bench.tap import fill_roster
from tests.kiosk.neighbours import (
    PATIENCE_S,
    eventually,
    free_port,
    running_gateway,
    running_mosquitto,
)

PEOPLE = 2_000
SETTLED_S, WATCHED_S = 5.0, 15.0
BOUND = 10
WIRED = """
hardware = "real"
[mfrc522]
[camera]
[lamp]
[buzzer]
[button]
"""
WIRED_DEVICES = frozenset({"card-reader", "camera", "lamp", "buzzer"})
PLAYED_PINS = {"GPIOZERO_PIN_FACTORY": "mock", "GPIOZERO_MOCK_PIN_CLASS": "mockpwmpin"}


def settings(folder: Path, broker: int, page: int, *, wired: bool) -> Path:
    """A settings file of a kiosk with or without emulated devices."""
    config = folder / "kiosk.toml"
    head = f'kiosk = "front-door"\nsite = "main"\ndata = "{folder}/data"\n'
    tail = f"[broker]\nport = {broker}\n[screen]\nport = {page}\n"
    config.write_text(f"{head}assume_trusted_clock = true\n{WIRED if wired else ''}{tail}")
    return config


def measure(folder: Path, *, wired: bool) -> tuple[float, float]:
    """Per cent of one core, and megabytes, of an idle kiosk."""
    fill_roster(folder / "data", PEOPLE)
    page = free_port()
    with running_mosquitto(folder) as broker, running_gateway(broker.port) as gateway:
        config = settings(folder, broker.port, page, wired=wired)
        with _running(config, wired=wired) as process, _watched(page):
            eventually(lambda: gateway.heartbeats)
            time.sleep(SETTLED_S)
            _check_devices(page, WIRED_DEVICES if wired else frozenset())
            share = _share(process)
            return share, process.memory_info().rss / 1_000_000


def _check_devices(page: int, expected: frozenset[str]) -> None:
    """A device that is away costs nothing: with one, there is nothing to measure."""
    with urllib.request.urlopen(f"http://127.0.0.1:{page}/diagnosis", timeout=10) as answer:
        told = Diagnosis.model_validate_json(answer.read())
    well = {device.name for device in told.devices if device.ok}
    if expected - well:
        raise SystemExit(f"nothing to measure, for these are away: {expected - well}")


@contextmanager
def _running(config: Path, *, wired: bool) -> Iterator[psutil.Process]:
    module = ("tests.bench.idle", "--child") if wired else ("kiosk", "--config")
    command = [sys.executable, "-m", *module, str(config)]
    child = subprocess.Popen(command, env=os.environ | PLAYED_PINS)
    try:
        yield psutil.Process(child.pid)
    finally:
        child.terminate()
        child.wait(timeout=PATIENCE_S)


@contextmanager
def _watched(page: int) -> Iterator[None]:
    """A screen that listens to the kiosk's pictures."""
    eventually(lambda: _answers(page))

    def listen() -> None:
        address = f"http://127.0.0.1:{page}/events"
        with suppress(OSError, ValueError), urllib.request.urlopen(address, timeout=60) as stream:
            for _ in stream:
                continue

    Thread(target=listen, daemon=True).start()
    yield


def _answers(page: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{page}/", timeout=5).close()
    except OSError:
        return False
    return True


def _share(process: psutil.Process) -> float:
    """Per cent of one core that the process and its children use."""
    began, used = time.monotonic(), _used(process)
    time.sleep(WATCHED_S)
    return (_used(process) - used) / (time.monotonic() - began) * 100


def _used(process: psutil.Process) -> float:
    family = [process, *process.children(recursive=True)]
    return sum(each.cpu_times().user + each.cpu_times().system for each in family)


def child(config: str) -> int:
    """The kiosk itself, with an emulated reader and camera in the computer."""
    from drivers.emulated.ribbon import booted_with  # noqa: PLC0415 - numpy is for it alone
    from drivers.emulated.sensor import Sensor  # noqa: PLC0415 - the same

    sensor = Sensor()
    sensor.show(_entrance())
    with plugged_in(Mfrc522Chip(Field(), BusyTime())), booted_with(sensor):
        return kiosk_main(["--config", config])


def _entrance() -> Frame:
    """The empty entrance of the other benches, since a dark picture is looked through too soon."""
    from tests.drivers.qr import frames  # noqa: PLC0415 - numpy is for the child alone

    gray = frames.empty(seed=1)
    pixels = bytes(shade for shade in gray.pixels for _ in range(RGB))
    return Frame(width=gray.width, height=gray.height, depth=RGB, pixels=pixels)


def figures() -> list[Figure]:
    """The table of this bench."""
    found: list[Figure] = []
    for wired, what in ((False, "all simulated"), (True, "emulated reader, camera, pins")):
        with tempfile.TemporaryDirectory(prefix="muster-bench-", dir=scratch()) as name:
            share, memory = measure(Path(name), wired=wired)
        found.append(at_most(f"idle, {what}", share, BOUND, "% of a core"))
        found.append(plain(f"memory, {what}", f"{memory:.0f} MB"))
    return found


def main() -> int:
    """Measure and print; 0 when the bound holds."""
    if "--child" in sys.argv:
        return child(sys.argv[-1])
    return 0 if show("A whole kiosk while nobody comes", figures()) else 1


if __name__ == "__main__":
    sys.exit(main())
