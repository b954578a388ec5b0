"""The Raspberry Pi's own camera, through picamera2."""

import logging
import os
import time
from concurrent.futures import CancelledError, Future, wait
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from drivers.camera import aside
from drivers.camera.camera import Shot
from drivers.errors import DeviceAway

Untyped = Any
"""picamera2 has no types that mypy could read."""

LIBRARY_FAILURES = (RuntimeError, OSError)
"""What picamera2 and libcamera raise."""

ANSWER_MOST = timedelta(seconds=0.2)
BUFFERS = 4


@dataclass(frozen=True, slots=True)
class Streams:
    """What the camera gives: a large coloured picture and a small gray one of the same view.

    Keep the two in one proportion, or the small one is squeezed.
    """

    main: tuple[int, int] = (960, 720)
    lores: tuple[int, int] = (640, 480)
    frames_per_second: float = 15


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the camera may give no picture, open itself, and close itself."""

    silence: timedelta = timedelta(seconds=3)
    opening: timedelta = timedelta(seconds=20)
    closing: timedelta = timedelta(seconds=5)


class Picamera2Camera:
    """Opens itself when first asked for a picture, and anew after it was away.

    Colour is the main stream, gray the brightness of the lores stream of the same frame.
    Opening and closing happen aside: libcamera may hang in either.
    """

    def __init__(
        self,
        number: int = 0,
        *,
        streams: Streams = Streams(),
        patience: Patience = Patience(),
    ) -> None:
        self._number = number
        self._streams = streams
        self._patience = patience
        self._opening: Future[_Running] | None = None
        self._closing: Future[None] | None = None

    def capture(self, timeout: timedelta, *, colour: bool = False) -> Shot | None:
        """A frame that was finished after the call; None when none was within `timeout`.

        The first call waits for the camera to open, too. Raises DeviceAway when there is no
        camera, or it gave no picture for too long.
        """
        try:
            return self._open().capture(timeout, colour=colour)
        except DeviceAway:
            self.close()
            raise
        except LIBRARY_FAILURES as failed:
            self.close()
            raise DeviceAway(f"the camera failed: {failed}") from failed

    def close(self) -> None:
        """Stop the camera. One that hangs is left behind after a few seconds."""
        opening, self._opening = self._opening, None
        if opening is not None:
            self._closing = aside.begin(lambda: _close(opening), name="camera closing")
            wait([self._closing], timeout=self._patience.closing.total_seconds())

    def _open(self) -> "_Running":
        if self._closing is not None and not self._closing.done():
            raise DeviceAway("the camera hangs and cannot be closed: restart the kiosk")
        if self._opening is None:
            self._opening = aside.begin(self._begin, name="camera opening")
        if wait([self._opening], timeout=self._patience.opening.total_seconds()).not_done:
            raise DeviceAway("the camera hangs while it is opened: restart the kiosk")
        return self._opening.result()

    def _begin(self) -> "_Running":
        return _Running(opened(self._number, self._streams), silence=self._patience.silence)


def _close(opening: "Future[_Running]") -> None:
    """Let go of a camera, once it is open; of one that never was, nothing is held."""
    with suppress(DeviceAway, *LIBRARY_FAILURES):
        opening.result().close()


class _Running:
    """A started camera."""

    def __init__(self, camera: Untyped, *, silence: timedelta) -> None:
        self._camera = camera
        self._silence = silence
        self._last = time.monotonic()

    def capture(self, timeout: timedelta, *, colour: bool) -> Shot | None:
        """The next finished frame. Raises DeviceAway after too long without one."""
        request = self._next(timeout)
        if request is None:
            self._check()
            return None
        self._last = time.monotonic()
        try:
            return _shot(request, colour=colour)
        finally:
            request.release()

    def close(self) -> None:
        """Let go of the camera, however it is."""
        self._camera.cancel_all_and_flush()
        with suppress(*LIBRARY_FAILURES):
            self._camera.close()

    def _next(self, timeout: timedelta) -> Untyped:
        """A finished request to be released, or None.

        A job left in the queue after a timeout would make stopping the camera hang for ever.
        """
        job = self._camera.capture_request(wait=False)
        try:
            return job.get_result(timeout=timeout.total_seconds())
        except TimeoutError:
            self._camera.cancel_all_and_flush()
        with suppress(CancelledError, TimeoutError):  # it may have been finished just now
            return job.get_result(timeout=ANSWER_MOST.total_seconds())
        return None

    def _check(self) -> None:
        silence = time.monotonic() - self._last
        if silence >= self._silence.total_seconds():
            raise DeviceAway(f"the camera gave no picture for {silence:.0f} s: look at its cable")


def opened(number: int, streams: Streams) -> Untyped:
    """A started camera. Raises DeviceAway in words when there is none, or it cannot be had."""
    try:
        import picamera2  # noqa: PLC0415 - only a kiosk with this camera loads the library
    except ImportError as missing:
        raise DeviceAway(
            f"{missing}: apt install python3-picamera2 python3-libcamera python3-kms++"
        ) from missing
    logging.getLogger("picamera2").setLevel(logging.CRITICAL)  # we are told by exceptions
    _find(picamera2.Picamera2, number)
    camera = _constructed(picamera2.Picamera2, number)
    try:
        camera.configure(_configuration(camera, streams))
        _check_formats(camera.camera_configuration())
        camera.start()
    except (DeviceAway, *LIBRARY_FAILURES):
        _Running(camera, silence=timedelta(0)).close()
        raise
    return camera


def _find(library: Untyped, number: int) -> None:
    """Look for the camera; libcamera itself looks only when it is started. Raises DeviceAway."""
    if number < len(library.global_camera_info()):
        return
    library._cm.reset()  # noqa: SLF001 - nothing public starts libcamera anew
    if number >= len(library.global_camera_info()):
        raise DeviceAway(f"no camera number {number} is plugged in")


def _constructed(library: Untyped, number: int) -> Untyped:
    """The library's object; when it cannot be had, its pipe is closed, which it forgets."""
    camera = library.__new__(library)
    try:
        camera.__init__(number, allocator=_allocator(library, number))
    except LIBRARY_FAILURES as failed:
        camera.notifymeread.close()
        os.close(camera.notifyme_w)
        library._cm.reset()  # noqa: SLF001 - it may be gone
        raise DeviceAway(f"the camera cannot be had: {failed.__cause__ or failed}") from failed
    return camera


def _allocator(library: Untyped, number: int) -> Untyped:
    """libcamera's own buffers where the kernel has no DMA heap; None for the library's choice."""
    from picamera2 import dma_heap  # noqa: PLC0415 - as above
    from picamera2.allocators import LibcameraAllocator  # noqa: PLC0415 - as above

    if any(Path(each).exists() for each in dma_heap.heapNames):
        return None
    info = library.global_camera_info()[number]
    return LibcameraAllocator(library._cm.cms.cameras[info["Num"]])  # noqa: SLF001 - as the library does


def _configuration(camera: Untyped, streams: Streams) -> Untyped:
    """Both streams at once, nothing raw, and no frame kept back: the next one is a fresh one."""
    return camera.create_video_configuration(
        main={"size": streams.main, "format": "BGR888"},
        lores={"size": streams.lores, "format": "YUV420"},
        raw=None,
        controls={"FrameRate": streams.frames_per_second} | _focus(camera),
        buffer_count=BUFFERS,
        queue=False,
    )


def _focus(camera: Untyped) -> dict[str, Untyped]:
    """Follow what is held up, where the lens can move; left alone it stays at a metre or so."""
    if "AfMode" not in camera.camera_controls:
        return {}
    from libcamera import controls  # noqa: PLC0415 - as above

    return {"AfMode": controls.AfModeEnum.Continuous, "AfRange": controls.AfRangeEnum.Full}


def _check_formats(configuration: dict[str, Any]) -> None:
    """See that what was settled on can be read: it need not be what was asked for."""
    from drivers.camera import planes  # noqa: PLC0415 - it loads numpy

    for name, known in (("main", planes.COLOURS), ("lores", planes.GRAYS)):
        settled = configuration[name]["format"]
        if settled not in known:
            raise DeviceAway(f"the camera's {name} stream is {settled}, which cannot be read")


def _shot(request: Untyped, *, colour: bool) -> Shot:
    """Both pictures of one frame, each copied once out of the camera's memory."""
    from picamera2 import MappedArray  # noqa: PLC0415 - as above

    from drivers.camera import planes  # noqa: PLC0415 - it loads numpy

    with MappedArray(request, "lores", write=False) as small:
        gray = planes.gray(small.array, request.config["lores"])
    if not colour:
        return Shot(gray)
    with MappedArray(request, "main", write=False) as large:
        return Shot(gray, planes.colour(large.array, request.config["main"]))
