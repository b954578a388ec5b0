"""The driver of USB cameras, fed through a pipe by another of FFmpeg's inputs."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from errno import EINVAL
from io import BytesIO
from pathlib import Path
from threading import Event, Thread

import av
import numpy as np
import pytest
from PIL import Image

from drivers.camera import v4l2
from drivers.camera.camera import GRAY, RGB, Frame, Shot
from drivers.camera.v4l2 import Picture, V4l2Camera, first_accepted
from tests.drivers.camera.taking import A_MOMENT, failure, taken
from tests.kiosk.neighbours import eventually

SHORT = timedelta(milliseconds=300)
WIDTH, HEIGHT = 20, 10
HEADER = b"YUV4MPEG2 W20 H10 F15:1 Ip A1:1 C420jpeg\n"


def raw(brightness: int) -> bytes:
    """A gray picture as yuv4mpegpipe carries it."""
    return b"FRAME\n" + bytes((brightness,)) * (WIDTH * HEIGHT) + bytes((128,)) * 100


def jpeg(colour: tuple[int, int, int]) -> bytes:
    """A plain picture as webcams send it."""
    written = BytesIO()
    Image.new("RGB", (WIDTH, HEIGHT), colour).save(written, "JPEG", quality=95)
    return written.getvalue()


class Webcam:
    """Sends the same picture again and again through a pipe, until it is told otherwise."""

    def __init__(self, folder: Path, source: str) -> None:
        self.source = source
        self.device = folder / "video0"
        os.mkfifo(self.device)
        self._plugged_in = ExitStack()
        self._shown = b""

    def plug(self, shown: bytes) -> None:
        pipe = os.open(self.device, os.O_RDWR | os.O_NONBLOCK)
        if self.source == "yuv4mpegpipe":
            os.write(pipe, HEADER)
        self.show(shown)
        stop = Event()
        sending = Thread(target=self._send, args=(pipe, stop))
        sending.start()
        for undo in (lambda: os.close(pipe), sending.join, stop.set):
            self._plugged_in.callback(undo)

    def show(self, shown: bytes) -> None:
        self._shown = shown

    def stall(self) -> None:
        self._shown = b""

    def unplug(self) -> None:
        self._plugged_in.close()

    def _send(self, pipe: int, stop: Event) -> None:
        while not stop.wait(0.01):
            try:
                os.write(pipe, self._shown)
            except BlockingIOError:
                continue


@pytest.fixture
def webcam(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Webcam]:
    webcam = Webcam(tmp_path, getattr(request, "param", "yuv4mpegpipe"))
    yield webcam
    webcam.unplug()


@pytest.fixture
def camera(webcam: Webcam) -> Iterator[V4l2Camera]:
    with closing(
        V4l2Camera(str(webcam.device), source=webcam.source, silence=SHORT, opening=SHORT)
    ) as camera:
        yield camera


def gray(brightness: int) -> Frame:
    return Frame(WIDTH, HEIGHT, GRAY, bytes((brightness,)) * (WIDTH * HEIGHT))


def test_brightness_is_taken_with_its_padding_cut(webcam: Webcam, camera: V4l2Camera) -> None:
    webcam.plug(raw(77))

    assert taken(camera) == Shot(gray(77))


@pytest.mark.parametrize("webcam", ["mjpeg"], indirect=True)
def test_a_jpeg_is_read_in_gray_and_in_colour(webcam: Webcam, camera: V4l2Camera) -> None:
    webcam.plug(jpeg((200, 100, 50)))

    shot = taken(camera, colour=True)

    assert shot.colour is not None
    assert (shot.colour.width, shot.colour.height) == (WIDTH, HEIGHT)
    assert shot.gray.pixels[0] == pytest.approx(124, abs=3)
    assert tuple(shot.colour.pixels[:RGB]) == pytest.approx((200, 100, 50), abs=6)


def test_a_picture_is_of_after_the_call(webcam: Webcam, camera: V4l2Camera) -> None:
    webcam.plug(raw(10))
    taken(camera)
    came = camera._feed._came if camera._feed else 0
    eventually(lambda: camera._feed and camera._feed._came > came + 5)

    webcam.show(raw(20))

    eventually(lambda: taken(camera).gray == gray(20))
    assert taken(camera).gray == gray(20)


@pytest.mark.fault
@pytest.mark.parametrize("webcam", ["mjpeg"], indirect=True)
def test_a_torn_picture_is_passed_over(webcam: Webcam, camera: V4l2Camera) -> None:
    webcam.plug(jpeg((10, 10, 10)))
    taken(camera)
    webcam.show(b"\xff\xd8\xff\xdb" + b"\x00" * 20 + b"\xff\xd9")
    camera.capture(A_MOMENT)

    webcam.show(jpeg((90, 90, 90)))

    eventually(lambda: taken(camera).gray.pixels[0] == pytest.approx(90, abs=3))


@pytest.mark.fault
def test_a_stalled_camera_is_away_after_a_while_and_opened_anew(
    webcam: Webcam, camera: V4l2Camera
) -> None:
    webcam.plug(raw(10))
    taken(camera)

    webcam.stall()
    assert "gave no picture for" in failure(camera)
    assert "hangs: pull the camera out and plug it in again" in failure(camera)

    webcam.unplug()
    eventually(lambda: camera._left and camera._left.done())
    webcam.plug(raw(20))
    assert taken(camera).gray == gray(20)


@pytest.mark.fault
def test_a_camera_pulled_out_is_used_again_when_it_is_back(
    webcam: Webcam, camera: V4l2Camera
) -> None:
    webcam.plug(raw(10))
    taken(camera)

    webcam.unplug()
    assert failure(camera) == f"{webcam.device}: no more pictures come"

    webcam.plug(raw(20))
    assert taken(camera).gray == gray(20)


@pytest.mark.fault
def test_a_camera_that_hangs_while_it_opens_holds_up_nobody(
    webcam: Webcam, camera: V4l2Camera
) -> None:
    assert failure(camera) == f"{webcam.device}: it hangs while it is opened"

    webcam.plug(raw(20))
    eventually(lambda: camera._left and camera._left.done())


@pytest.mark.fault
def test_no_camera_is_said_in_words() -> None:
    with closing(V4l2Camera("/dev/video77")) as camera:
        assert failure(camera) == "/dev/video77: No such file or directory"


@pytest.mark.fault
def test_pictures_that_do_not_stand_alone_are_refused() -> None:
    with closing(V4l2Camera("testsrc=size=32x32", source="lavfi")) as camera:
        assert failure(camera).endswith(
            "it sends wrapped_avframe, whose pictures do not stand alone"
        )


@pytest.mark.parametrize("name", ["yuyv422", "rgb24", "yuv420p"])
def test_every_format_gives_gray_and_colour(name: str) -> None:
    plain = np.full((HEIGHT, WIDTH, RGB), (200, 100, 50), np.uint8)
    frame = av.VideoFrame.from_ndarray(plain, format="rgb24").reformat(format=name)

    gray, colour = v4l2.gray(frame), v4l2.in_colour(frame)

    assert (gray.width, gray.height) == (colour.width, colour.height) == (WIDTH, HEIGHT)
    assert gray.pixels[0] == pytest.approx(124, abs=6)
    assert tuple(colour.pixels[:RGB]) == pytest.approx((200, 100, 50), abs=6)


def test_the_camera_is_asked_in_ffmpegs_words() -> None:
    assert Picture(width=1280, height=720, frames_per_second=30).options("mjpeg") == {
        "video_size": "1280x720",
        "framerate": "30",
        "input_format": "mjpeg",
    }


def accept(*accepted: str) -> Callable[[str], str]:
    def opened(coding: str) -> str:
        if coding not in accepted:
            raise av.error.ArgumentError(EINVAL, f"no {coding}")
        return coding

    return opened


def test_a_camera_without_jpeg_is_read_without() -> None:
    codings = Picture().codings

    assert first_accepted(codings, accept("mjpeg", "yuyv422")) == "mjpeg"
    assert first_accepted(codings, accept("yuyv422")) == "yuyv422"
    with pytest.raises(ValueError, match="no yuyv422"):
        first_accepted(codings, accept())


def test_closing_twice_does_no_harm(webcam: Webcam, camera: V4l2Camera) -> None:
    webcam.plug(raw(10))
    taken(camera)

    camera.close()
    camera.close()
