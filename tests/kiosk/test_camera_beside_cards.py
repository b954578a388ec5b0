"""The whole kiosk with cameras that fail, and the camera's worker on an emulated sensor."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from drivers.camera.camera import GRAY, RGB
from drivers.camera.picamera2 import Patience, Picamera2Camera, Streams
from drivers.camera.simulated import in_colour
from drivers.clock.system import SystemClock
from drivers.emulated.ribbon import booted_with
from drivers.emulated.sensor import Sensor
from drivers.errors import DeviceAway
from drivers.qr.second_opinion import best_decoder
from drivers.qr.simulated import frame_of
from kiosk.devices import Devices
from kiosk.eyes import Eyes
from kiosk.protocol.messages import DeviceReport
from kiosk.pulse import Pulse
from kiosk.visit import Outcome, Sighting
from tests.drivers.qr import frames
from tests.kiosk.neighbours import eventually, free_port
from tests.kiosk.test_assembly import Running, running

pytestmark = [
    pytest.mark.integration,
    # picamera2's own, see tests/drivers/camera/test_picamera2.py
    pytest.mark.filterwarnings("ignore:setDaemon:DeprecationWarning"),
    pytest.mark.filterwarnings(
        "ignore:.*DmaAllocator.__del__:pytest.PytestUnraisableExceptionWarning"
    ),
]

QUICK = Streams(main=(640, 480), lores=(640, 480), frames_per_second=30)
IMPATIENT = Patience(silence=timedelta(seconds=0.6))
WELL = DeviceReport(name="camera", ok=True)


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Running]:
    """A kiosk without a broker; nobody is in its roster."""
    with running(tmp_path, free_port()) as kiosk:
        yield kiosk


def camera_of(kiosk: Running) -> DeviceReport | None:
    reports = kiosk.kiosk.devices.reports()
    return next((each for each in reports if each.name == "camera"), None)


@pytest.mark.fault
def test_cards_are_answered_while_the_camera_hangs(kiosk: Running) -> None:
    kiosk.hardware.camera.hang()
    kiosk.hardware.camera.show(frame_of("M-1-17"))

    assert [kiosk.tap(number) for number in range(1, 6)] == [Outcome.UNKNOWN] * 5

    kiosk.hardware.camera.come_round()
    eventually(lambda: len(kiosk.outcomes()) >= 1 and kiosk.board._count == 6)


@pytest.mark.fault
def test_cards_are_answered_while_the_camera_is_away(kiosk: Running) -> None:
    kiosk.hardware.camera.fail(DeviceAway("unplugged"))
    eventually(lambda: camera_of(kiosk) == DeviceReport(name="camera", ok=False, why="unplugged"))

    assert kiosk.tap(1) is Outcome.UNKNOWN

    kiosk.hardware.hold_up("qr", "M-1-17")
    eventually(lambda: camera_of(kiosk) == WELL)


class Looking:
    """Eyes with the real driver and decoders."""

    def __init__(self) -> None:
        clock = SystemClock(assume_trusted=True)
        self.devices, self.seen = Devices(), list[Sighting]()
        self.eyes = Eyes(
            Picamera2Camera(streams=QUICK, patience=IMPATIENT),
            best_decoder(),
            clock,
            put=self.seen.append,
            devices=self.devices,
            pulse=Pulse(clock),
        )

    def codes(self) -> list[str]:
        return [each.value for each in self.seen]


@contextmanager
def looking() -> Iterator[Looking]:
    looking, stop = Looking(), Event()
    worker = Thread(target=looking.eyes.run, args=(stop,))
    worker.start()
    try:
        yield looking
    finally:
        stop.set()
        worker.join(timeout=20)


@pytest.mark.covers("DES-01")
def test_a_code_before_a_real_drivers_lens_is_read_once() -> None:
    badge = in_colour(frames.frame("M-1-17", frames.Look(), seed=1))

    with booted_with(Sensor(picture=badge)) as sensor, looking() as eyes:
        eventually(lambda: eyes.codes() == ["M-1-17"])
        given = sensor.given
        eventually(lambda: sensor.given > given + 10)

        assert eyes.codes() == ["M-1-17"]
        assert eyes.devices.reports() == (WELL,)


@pytest.mark.fault
def test_a_stalled_camera_is_reported_and_read_again_when_it_goes_on() -> None:
    with booted_with(Sensor()) as sensor, looking() as eyes:
        eventually(lambda: eyes.devices.reports() == (WELL,))

        sensor.stall()
        eventually(lambda: not eyes.devices.reports()[0].ok)
        sensor.show(in_colour(frames.frame("M-1-17", frames.Look(), seed=1)))
        sensor.resume()

        eventually(lambda: eyes.codes() == ["M-1-17"])
        assert eyes.devices.reports() == (WELL,)


def test_pictures_of_the_real_driver_are_shared_in_both_kinds() -> None:
    with booted_with(Sensor()), looking() as eyes:
        album = eyes.eyes.album
        album.want_colour("photo")

        glance = eventually(lambda: album.latest(timedelta(0), in_colour=True))

        assert glance is not None
        still = album.still_at(glance.uptime, within=timedelta(0))
        assert still is not None
        assert still is glance.shot.colour
        assert (still.width, still.depth, glance.shot.gray.depth) == (640, RGB, GRAY)
