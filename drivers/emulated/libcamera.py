"""A libcamera whose cameras are emulated: what the unmodified picamera2 uses of its binding.

Names are libcamera's own. A camera sees what `drivers.emulated.sensor.RIBBON` carries.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from enum import Enum, auto
from threading import Event, Lock, Thread
from typing import Any
from weakref import WeakMethod, ref

from drivers.emulated.libcamera_values import (
    ColorFilterArrangementEnum,
    ColorSpace,
    ControlId,
    ControlInfo,
    ControlType,
    Orientation,
    PixelFormat,
    Rectangle,
    Size,
    StreamRole,
    Transform,
    controls,
    properties,
)
from drivers.emulated.memory import FrameBuffer, FrameMetadata, PlaneMetadata, memory_file
from drivers.emulated.sensor import RIBBON, Layout, Sensor

_libcamera = sys.modules[__name__]
"""picamera2 looks up some types in the compiled part, which has this name."""

__all__ = ["ControlType", "FrameMetadata", "Rectangle", "Transform"]

EXPOSURE_US = 8000
MICROSECONDS = 1_000_000
ENODEV = 19


class SensorConfiguration:
    """Which of the sensor's modes is used."""

    bit_depth = 0
    output_size = Size()


class StreamFormats:
    """What a raw stream can be."""

    pixel_formats = (PixelFormat("SRGGB10_CSI2P"),)

    def sizes(self, _format: PixelFormat) -> tuple[Size, ...]:
        """The sensor's modes."""
        return Size(1536, 864), Size(2304, 1296), Size(4608, 2592)


class Stream:
    """One kind of picture the camera gives."""

    def __init__(self, configuration: "StreamConfiguration") -> None:
        self.configuration = configuration


class StreamConfiguration:
    """What one stream shall be, and after `validate` will be."""

    def __init__(self) -> None:
        self.size = Size(640, 480)
        self.pixel_format = PixelFormat("YUV420")
        self.stride = 0
        self.frame_size = 0
        self.buffer_count = 4
        self.color_space: ColorSpace | None = None
        self.formats = StreamFormats()
        self.stream = Stream(self)

    @property
    def layout(self) -> Layout:
        """The stream's pictures in memory."""
        return Layout(self.size.width, self.size.height, str(self.pixel_format))

    def settle(self, sensor: Sensor) -> bool:
        """Turn what was asked for into what the sensor can; whether that changed anything."""
        asked = self.layout
        self.pixel_format = PixelFormat(sensor.substitutes.get(asked.format, asked.format))
        width = min(asked.width, sensor.widest)
        self.size = Size(width, asked.height * width // asked.width // 2 * 2)
        self.stride, self.frame_size = self.layout.stride, self.layout.size
        return self.layout != asked


class CameraConfiguration:
    """What all streams shall be."""

    class Status(Enum):
        """What became of it."""

        Valid = auto()
        Adjusted = auto()
        Invalid = auto()

    def __init__(self, sensor: Sensor, streams: int) -> None:
        self._sensor = sensor
        self._streams = [StreamConfiguration() for _ in range(streams)]
        self.orientation = Orientation.Rotate0
        self.sensor_config: SensorConfiguration | None = None

    def __iter__(self) -> Iterator[StreamConfiguration]:
        return iter(self._streams)

    def at(self, place: int) -> StreamConfiguration:
        """One stream's."""
        return self._streams[place]

    def validate(self) -> Status:
        """Settle on what can be had."""
        changed = [each.settle(self._sensor) for each in self._streams]
        return self.Status.Adjusted if any(changed) else self.Status.Valid


class Request:
    """One picture of every stream, asked for or made."""

    class Status(Enum):
        """What became of it."""

        Pending = auto()
        Complete = auto()
        Cancelled = auto()

    def __init__(self, cookie: int) -> None:
        self.cookie = cookie
        self.status = self.Status.Pending
        self.buffers: dict[Stream, FrameBuffer] = {}
        self.metadata: dict[ControlId, int] = {}

    def add_buffer(self, stream: Stream, buffer: FrameBuffer) -> None:
        """Say where a stream's picture shall be written."""
        self.buffers[stream] = buffer

    def reuse(self) -> None:
        """Be asked for again."""
        self.status = self.Status.Pending

    def set_control(self, control: ControlId, value: object) -> None:
        """Change how the picture is taken; the emulated sensor is past caring."""

    def fill(self, sensor: Sensor) -> None:
        """Write what the sensor sees."""
        for stream, buffer in self.buffers.items():
            layout = stream.configuration.layout
            buffer.write(sensor.paint(layout))
            buffer.metadata = FrameMetadata((PlaneMetadata(layout.size),))
        self.metadata = {
            controls.SensorTimestamp: time.clock_gettime_ns(time.CLOCK_BOOTTIME),
            controls.ExposureTime: EXPOSURE_US,
        }
        self.status = self.Status.Complete


Completed = Callable[[list[Request]], None]


class Camera:
    """One camera: acquired, configured, started, fed with requests."""

    def __init__(self, sensor: Sensor, completed: "WeakMethod[Completed]") -> None:
        self._sensor = sensor
        self._completed = completed
        self._lock = Lock()
        self._queue: list[Request] = []
        self._stop = Event()
        self._thread: Thread | None = None
        self.id = f"/base/soc/i2c0mux/i2c@1/{sensor.model}@1a"
        self.properties: dict[ControlId, object] = {
            properties.Model: sensor.model,
            properties.ColorFilterArrangement: ColorFilterArrangementEnum.RGGB,
        }
        self.controls = {
            controls.ExposureTime: ControlInfo(0, 66_666, 20_000),
            controls.AnalogueGain: ControlInfo(1, 16, 1),
            controls.FrameDurationLimits: ControlInfo(1_000, 1_000_000, 33_333),
            controls.draft.NoiseReductionMode: ControlInfo(0, 4, 0),
        }
        if sensor.can_focus:
            self.controls[controls.AfMode] = ControlInfo(0, 2, 0)
            self.controls[controls.AfRange] = ControlInfo(0, 2, 0)

    def acquire(self) -> None:
        """Have the camera to oneself. Raises RuntimeError when another has, or it is gone."""
        if not self._sensor.is_there:
            raise RuntimeError("No such device")
        if self._sensor.is_taken:
            raise RuntimeError("Device or resource busy")
        self._sensor.is_taken = True

    def release(self) -> None:
        """Leave the camera to others."""
        self._sensor.is_taken = False

    def generate_configuration(self, roles: list[StreamRole]) -> CameraConfiguration:
        """A configuration to begin with."""
        return CameraConfiguration(self._sensor, len(roles))

    def configure(self, _configuration: CameraConfiguration) -> int:
        """Take a validated configuration; 0 means yes."""
        return 0

    def create_request(self, cookie: int) -> Request:
        """A request without buffers."""
        return Request(cookie)

    def queue_request(self, request: Request) -> None:
        """Ask for a picture. Raises OSError when the camera is gone."""
        if not self._sensor.is_there:
            raise OSError(ENODEV, "No such device")
        with self._lock:
            self._queue.append(request)
            self._sensor.waiting = len(self._queue)

    def start(self, chosen: dict[ControlId, Any]) -> None:
        """Give a picture each frame's time, as long as there are requests."""
        self._sensor.answers.wait()
        self._sensor.chosen = {control.name: value for control, value in chosen.items()}
        shortest, _ = chosen.get(controls.FrameDurationLimits, (33_333, 33_333))
        self._stop.clear()
        self._thread = Thread(
            target=self._stream, args=(shortest / MICROSECONDS,), name="sensor", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Give no more pictures, and drop what was asked for."""
        self._sensor.answers.wait()
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._cancel()

    def _stream(self, frame_s: float) -> None:
        while self._sensor.is_there and not self._stop.wait(frame_s):
            if not self._sensor.is_stalled:
                self._give()
        self._cancel()

    def _give(self) -> None:
        with self._lock:
            request = self._queue.pop(0) if self._queue else None
            self._sensor.waiting = len(self._queue)
        if request is not None:
            request.fill(self._sensor)
            self._sensor.given += 1
            self._hand_over([request])

    def _cancel(self) -> None:
        with self._lock:
            dropped, self._queue = self._queue, []
        for request in dropped:
            request.status = Request.Status.Cancelled
        self._hand_over(dropped)

    def _hand_over(self, requests: list[Request]) -> None:
        completed = self._completed()
        if completed is not None:
            completed(requests)


class CameraManager:
    """Knows the cameras that were there when it was started."""

    _running: "ref[CameraManager] | None" = None

    def __init__(self) -> None:
        self.event_fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._lock = Lock()
        self._ready: list[Request] = []
        sensor = RIBBON.sensor
        self.cameras = [] if sensor is None else [Camera(sensor, WeakMethod(self.completed))]

    def __del__(self) -> None:
        os.close(self.event_fd)

    @classmethod
    def singleton(cls) -> "CameraManager":
        """The running one, or a new one when nobody holds one any more."""
        running = cls._running() if cls._running else None
        if running is None:
            running = cls()
            cls._running = ref(running)
        return running

    def completed(self, requests: list[Request]) -> None:
        """Hand requests over, and wake who waits for them."""
        with self._lock:
            self._ready += requests
        os.eventfd_write(self.event_fd, 1)

    def get_ready_requests(self) -> list[Request]:
        """Every request that came to its end since the last time."""
        try:
            os.eventfd_read(self.event_fd)
        except BlockingIOError:
            return []
        with self._lock:
            ready, self._ready = self._ready, []
        return ready


class FrameBufferAllocator:
    """Memory for pictures where the kernel has no DMA heap."""

    def __init__(self, _camera: Camera) -> None:
        self._buffers: dict[Stream, list[FrameBuffer]] = {}

    def __del__(self) -> None:
        for buffers in self._buffers.values():
            for buffer in buffers:
                os.close(buffer.planes[0].fd)

    def allocate(self, stream: Stream) -> int:
        """As many buffers as the stream's configuration says; answers how many."""
        wanted = stream.configuration
        self._buffers[stream] = [
            FrameBuffer([memory_file(wanted.frame_size)]) for _ in range(wanted.buffer_count)
        ]
        return wanted.buffer_count

    def buffers(self, stream: Stream) -> list[FrameBuffer]:
        """Those of one stream."""
        return self._buffers[stream]
