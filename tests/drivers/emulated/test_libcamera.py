from collections.abc import Iterator

import pytest

from drivers.camera.camera import RGB, Frame
from drivers.emulated import libcamera, libcamera_values
from drivers.emulated.sensor import PADDING, RIBBON, Layout, Sensor
from tests.kiosk.neighbours import eventually

RED = Frame(width=1, height=1, depth=RGB, pixels=bytes((255, 0, 0)))


@pytest.fixture
def sensor() -> Iterator[Sensor]:
    yield RIBBON.plug(Sensor())
    RIBBON.unplug()


def configured(camera: libcamera.Camera, *, width: int) -> libcamera.StreamConfiguration:
    configuration = camera.generate_configuration([libcamera_values.StreamRole.Viewfinder])
    configuration.at(0).size = libcamera_values.Size(width, 4)
    configuration.validate()
    camera.configure(configuration)
    return configuration.at(0)


def test_rows_are_longer_than_the_picture_is_wide() -> None:
    painted = Sensor(picture=RED).paint(Layout(width=4, height=2, format="BGR888"))

    assert painted[0].tolist() == [255, 0, 0] * 4 + [PADDING] * 52


def test_chroma_follows_luma_in_rows_of_half_the_length() -> None:
    layout = Layout(width=4, height=2, format="YUV420")

    painted = Sensor(picture=RED).paint(layout)

    assert len(painted) == layout.size == 64 * 3
    assert painted[:5].tolist() == [76] * 4 + [PADDING]
    assert [painted[128], painted[160]] == [84, 255]


def test_a_configuration_that_cannot_be_had_is_adjusted(sensor: Sensor) -> None:
    sensor.widest = 320
    configuration = libcamera.CameraConfiguration(sensor, streams=1)

    assert configuration.validate() is libcamera.CameraConfiguration.Status.Adjusted
    assert configuration.at(0).layout == Layout(width=320, height=240, format="YUV420")
    assert configuration.validate() is libcamera.CameraConfiguration.Status.Valid


def test_cameras_are_looked_for_when_the_manager_starts() -> None:
    before = libcamera.CameraManager.singleton()
    RIBBON.plug(Sensor())
    assert libcamera.CameraManager.singleton() is before
    assert before.cameras == []

    del before

    assert len(libcamera.CameraManager.singleton().cameras) == 1
    RIBBON.unplug()


def test_a_request_comes_back_with_a_picture(sensor: Sensor) -> None:
    manager = libcamera.CameraManager.singleton()
    camera = manager.cameras[0]
    stream = configured(camera, width=4).stream
    allocator = libcamera.FrameBufferAllocator(camera)
    allocator.allocate(stream)
    request = camera.create_request(7)
    request.add_buffer(stream, allocator.buffers(stream)[0])

    camera.start({})
    camera.queue_request(request)

    assert eventually(manager.get_ready_requests) == [request]
    assert request.status is libcamera.Request.Status.Complete
    assert request.buffers[stream].metadata.planes[0].bytes_used == 64 * 6
    camera.stop()


def test_what_was_asked_for_is_dropped_when_the_camera_stops(sensor: Sensor) -> None:
    manager = libcamera.CameraManager.singleton()
    camera, request = manager.cameras[0], manager.cameras[0].create_request(7)
    sensor.stall()
    camera.start({})
    camera.queue_request(request)

    camera.stop()

    assert manager.get_ready_requests() == [request]
    assert request.status is libcamera.Request.Status.Cancelled


@pytest.mark.fault
def test_a_camera_that_is_gone_takes_no_requests(sensor: Sensor) -> None:
    camera = libcamera.CameraManager.singleton().cameras[0]

    RIBBON.unplug()

    with pytest.raises(OSError, match="No such device"):
        camera.queue_request(camera.create_request(7))
    with pytest.raises(RuntimeError, match="No such device"):
        camera.acquire()
