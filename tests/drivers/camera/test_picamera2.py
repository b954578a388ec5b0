"""The unmodified picamera2 on an emulated libcamera."""

import gc
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from drivers.camera.camera import GRAY, RGB, Frame, Shot
from drivers.camera.picamera2 import Picamera2Camera
from drivers.emulated.libcamera_values import AfModeEnum, AfRangeEnum
from drivers.emulated.ribbon import booted_with, look_again
from drivers.emulated.sensor import RIBBON, Sensor
from drivers.errors import DeviceAway
from tests.drivers.camera.conftest import HASTY, OpenCamera
from tests.drivers.camera.taking import A_MOMENT, failure, taken
from tests.kiosk.neighbours import eventually

pytestmark = [
    pytest.mark.filterwarnings("ignore:setDaemon:DeprecationWarning"),
    # this kernel has no DMA heap, which picamera2 asks for once more when it closes
    pytest.mark.filterwarnings(
        "ignore:.*DmaAllocator.__del__:pytest.PytestUnraisableExceptionWarning"
    ),
    # its event loop dies with the camera
    pytest.mark.filterwarnings(
        "ignore:(?s).*No such device:pytest.PytestUnhandledThreadExceptionWarning"
    ),
]

OCHRE, OCHRES_BRIGHTNESS = (200, 100, 50), 124
BLACK, WHITE = (0, 0, 0), (255, 255, 255)


def plain(colour: tuple[int, int, int]) -> Frame:
    return Frame(width=1, height=1, depth=RGB, pixels=bytes(colour))


def open_files() -> int:
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


def test_gray_is_the_small_stream_with_its_padding_cut(
    sensor: Sensor, open_camera: OpenCamera
) -> None:
    sensor.show(plain(OCHRE))

    shot = taken(open_camera())

    pixels = bytes((OCHRES_BRIGHTNESS,)) * (200 * 150)
    assert shot == Shot(Frame(width=200, height=150, depth=GRAY, pixels=pixels))


def test_colour_is_the_large_stream_red_first(sensor: Sensor, open_camera: OpenCamera) -> None:
    sensor.show(plain(OCHRE))

    shot = taken(open_camera(), colour=True)

    assert shot.colour == Frame(width=320, height=240, depth=RGB, pixels=bytes(OCHRE) * 320 * 240)


def test_rows_and_columns_stay_where_they_are(sensor: Sensor, open_camera: OpenCamera) -> None:
    corners = bytes((*BLACK, *WHITE, *OCHRE, *BLACK))
    sensor.show(Frame(width=2, height=2, depth=RGB, pixels=corners))

    pixels = taken(open_camera()).gray.pixels

    ends = (pixels[0], pixels[199], pixels[149 * 200], pixels[-1])
    assert ends == (0, 255, OCHRES_BRIGHTNESS, 0)


@pytest.mark.parametrize("main", ["RGB888", "XBGR8888", "XRGB8888"])
@pytest.mark.parametrize("lores", ["NV12", "YUV420"])
def test_formats_the_image_processor_chose_are_read_as_they_are(
    main: str, lores: str, sensor: Sensor, open_camera: OpenCamera
) -> None:
    sensor.substitutes = {"BGR888": main, "YUV420": lores}
    sensor.show(plain(OCHRE))

    shot = taken(open_camera(), colour=True)

    assert shot.colour is not None
    assert (shot.gray.pixels[-1], shot.colour.pixels[-3:]) == (OCHRES_BRIGHTNESS, bytes(OCHRE))


def test_sizes_the_image_processor_chose_are_taken(sensor: Sensor, open_camera: OpenCamera) -> None:
    sensor.widest = 160

    shot = taken(open_camera(), colour=True)

    assert shot.colour is not None
    assert [(each.width, each.height) for each in (shot.gray, shot.colour)] == [
        (160, 120),
        (160, 120),
    ]


@pytest.mark.parametrize("can_focus", [True, False])
def test_a_lens_that_can_move_follows_what_is_held_up(can_focus: bool) -> None:
    with booted_with(Sensor(can_focus=can_focus)) as sensor, closing(Picamera2Camera()) as camera:
        taken(camera)

        focus = (sensor.chosen.get("AfMode"), sensor.chosen.get("AfRange"))

    asked = (AfModeEnum.Continuous, AfRangeEnum.Full)
    assert focus == (asked if can_focus else (None, None))


def test_a_format_nobody_can_read_is_named(sensor: Sensor, open_camera: OpenCamera) -> None:
    sensor.substitutes = {"YUV420": "RGB888"}

    assert failure(open_camera()) == "the camera's lores stream is RGB888, which cannot be read"


def test_a_picture_is_of_after_the_call(sensor: Sensor, open_camera: OpenCamera) -> None:
    camera = open_camera()
    taken(camera)
    sensor.stall()
    eventually(lambda: sensor.waiting == 4)  # no picture is kept back

    sensor.show(plain(WHITE))
    sensor.resume()

    assert set(taken(camera).gray.pixels) == {255}


def test_the_camera_runs_on_between_two_pictures(sensor: Sensor, open_camera: OpenCamera) -> None:
    camera = open_camera()
    taken(camera)
    given = sensor.given

    eventually(lambda: sensor.given > given + 8)

    assert taken(camera)


@pytest.mark.fault
def test_a_stalled_camera_is_away_after_a_while_and_opened_anew(
    sensor: Sensor, open_camera: OpenCamera
) -> None:
    camera = open_camera()
    taken(camera)
    sensor.stall()

    assert camera.capture(A_MOMENT) is None
    assert failure(camera).startswith("the camera gave no picture for")

    sensor.resume()
    assert taken(camera)


@pytest.mark.fault
def test_a_stalled_camera_can_be_closed(sensor: Sensor, open_camera: OpenCamera) -> None:
    camera = open_camera()
    taken(camera)
    sensor.stall()
    camera.capture(A_MOMENT)

    camera.close()

    assert camera._closing is not None
    assert camera._closing.done()


@pytest.mark.fault
def test_a_camera_pulled_out_while_it_runs_is_used_again_when_it_is_back(
    sensor: Sensor, open_camera: OpenCamera
) -> None:
    camera = open_camera()
    taken(camera)

    RIBBON.unplug()
    assert failure(camera)
    assert failure(camera) == "no camera number 0 is plugged in"

    RIBBON.plug(Sensor(picture=plain(WHITE)))
    assert set(taken(camera).gray.pixels) == {255}


@pytest.mark.fault
def test_a_camera_plugged_in_later_is_found(sensor: Sensor, open_camera: OpenCamera) -> None:
    RIBBON.unplug()
    look_again()
    camera = open_camera()
    assert failure(camera) == "no camera number 0 is plugged in"

    RIBBON.plug(Sensor())

    assert taken(camera)


@pytest.mark.fault
def test_a_camera_another_program_has_is_asked_again_without_losing_files(
    sensor: Sensor, open_camera: OpenCamera
) -> None:
    camera = open_camera()
    sensor.is_taken = True
    assert failure(camera) == "the camera cannot be had: Device or resource busy"
    before = open_files()

    for _ in range(3):
        failure(camera)
    assert open_files() == before

    sensor.is_taken = False
    assert taken(camera)


@pytest.mark.fault
def test_a_camera_opened_again_and_again_loses_no_files(
    sensor: Sensor, open_camera: OpenCamera
) -> None:
    camera = open_camera()
    taken(camera)
    camera.close()
    before = open_files()

    for _ in range(3):
        taken(camera)
        camera.close()

    assert open_files() == before


@pytest.mark.fault
def test_a_driver_that_hangs_while_it_opens_holds_up_nobody(
    sensor: Sensor, open_camera: OpenCamera
) -> None:
    camera = open_camera(patience=HASTY)
    sensor.hang()

    assert failure(camera) == "the camera hangs while it is opened: restart the kiosk"
    assert failure(camera) == "the camera hangs and cannot be closed: restart the kiosk"

    sensor.come_round()
    eventually(lambda: recovers(camera))


@pytest.mark.fault
def test_a_driver_that_hangs_while_it_closes_holds_up_nobody(
    sensor: Sensor, open_camera: OpenCamera
) -> None:
    camera = open_camera(patience=HASTY)
    taken(camera)
    sensor.hang()

    camera.close()
    assert failure(camera) == "the camera hangs and cannot be closed: restart the kiosk"

    sensor.come_round()
    eventually(lambda: recovers(camera))


def recovers(camera: Picamera2Camera) -> Shot | None:
    try:
        return camera.capture(A_MOMENT)
    except DeviceAway:
        return None


def test_closing_twice_does_no_harm(open_camera: OpenCamera) -> None:
    camera = open_camera()
    taken(camera)

    camera.close()
    camera.close()


@pytest.mark.integration
def test_a_machine_without_libcamera_says_what_to_install() -> None:
    program = (
        "from datetime import timedelta\n"
        "from drivers.camera.picamera2 import Picamera2Camera\n"
        "Picamera2Camera().capture(timedelta(seconds=20))\n"
    )

    ran = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )

    assert "DeviceAway: No module named 'libcamera': apt install python3-picamera2" in ran.stderr
