"""A USB webcam, or any other camera Linux shows as /dev/videoN, read with FFmpeg."""

import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import timedelta
from threading import Condition
from typing import TYPE_CHECKING, TypeVar

from drivers.camera import aside
from drivers.camera.camera import GRAY, RGB, Frame, Shot
from drivers.errors import DeviceAway

if TYPE_CHECKING:
    from av import Packet, VideoCodecContext, VideoFrame, VideoStream
    from av.container import InputContainer

LEAVING_MOST = timedelta(seconds=1)
PROBE = {"fpsprobesize": "0", "analyzeduration": "1", "probesize": "32"}
"""Ask the camera what it gives, rather than watch it for a while."""

BRIGHTNESS_APART = {"yuyv422": 2}
"""Bytes from one pixel's brightness to the next, where colour lies between them."""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Picture:
    """What the camera is asked for; of `codings` the first it can do."""

    width: int = 640
    height: int = 480
    frames_per_second: float = 15
    codings: tuple[str, ...] = ("mjpeg", "yuyv422")

    def options(self, coding: str) -> dict[str, str]:
        """The same in the words of FFmpeg's v4l2 input."""
        return {
            "video_size": f"{self.width}x{self.height}",
            "framerate": f"{self.frames_per_second:g}",
            "input_format": coding,
        }


class V4l2Camera:
    """Opens itself when first asked for a picture, and anew after it was away.

    A thread takes every picture from the camera and keeps the newest; only what is asked for
    is decoded. The thread may hang in the kernel when a camera stalls: nobody waits for it.
    `source` is another of FFmpeg's inputs, where there is one to be read like a camera.
    """

    def __init__(
        self,
        device: str = "/dev/video0",
        *,
        picture: Picture = Picture(),
        source: str = "v4l2",
        silence: timedelta = timedelta(seconds=3),
        opening: timedelta = timedelta(seconds=10),
    ) -> None:
        self._device = device
        self._picture = picture
        self._source = source
        self._silence = silence
        self._opening = opening
        self._feed: _Feed | None = None
        self._left: Future[None] | None = None

    def capture(self, timeout: timedelta, *, colour: bool = False) -> Shot | None:
        """A picture that came after the call; None when none was within `timeout`.

        The first call waits for the camera to open, too. Raises DeviceAway when there is no
        camera, or it gave no picture for too long.
        """
        try:
            feed = self._open()
            frame = feed.next(time.monotonic() + timeout.total_seconds())
            if frame is None:
                feed.check(self._silence)
                return None
        except DeviceAway:
            self.close()
            raise
        return Shot(gray(frame), in_colour(frame) if colour else None)

    def close(self) -> None:
        """Let go of the camera. A thread that hangs is left behind after a moment."""
        feed, self._feed = self._feed, None
        if feed is not None:
            self._left = feed.leave()
            wait([self._left], timeout=LEAVING_MOST.total_seconds())

    def _open(self) -> "_Feed":
        if self._left is not None and not self._left.done():
            raise DeviceAway(f"{self._device} hangs: pull the camera out and plug it in again")
        if self._feed is None:
            self._feed = _Feed(self._device, self._input)
            self._feed.wait_until_open(self._opening)
        return self._feed

    def _input(self) -> "InputContainer":
        return first_accepted(self._picture.codings, self._input_in)

    def _input_in(self, coding: str) -> "InputContainer":
        import av  # noqa: PLC0415 - only a kiosk with this camera loads the library

        asked = self._picture.options(coding) | PROBE
        # not `options`: that would tell the decoder our size, whatever the camera gives
        return av.open(self._device, format=self._source, container_options=asked)


def first_accepted(codings: tuple[str, ...], opened: Callable[[str], T]) -> T:
    """What `opened` gives for the first coding that is not refused. Raises what the last did."""
    first, *others = codings
    try:
        return opened(first)
    except ValueError:  # FFmpeg's EINVAL: the camera cannot do that
        if not others:
            raise
    return first_accepted(tuple(others), opened)


class _Feed:
    """The newest of the pictures that come from an open camera."""

    def __init__(self, device: str, opened: "Callable[[], InputContainer]") -> None:
        self._device = device
        self._opened = opened
        self._changed = Condition()
        self._is_wanted = True
        self._newest: Packet[VideoStream] | None = None
        self._came = 0
        self._why = ""
        self._decoder: VideoCodecContext | None = None
        self._last = time.monotonic()
        self._reading = aside.begin(self._read, name="camera reading")

    def wait_until_open(self, most: timedelta) -> None:
        """Raises DeviceAway when it cannot be opened, or not within `most`."""
        with self._changed:
            self._changed.wait_for(lambda: self._why or self._decoder, most.total_seconds())
            if self._decoder is None:
                raise DeviceAway(f"{self._device}: {self._why or 'it hangs while it is opened'}")

    def next(self, deadline: float) -> "VideoFrame | None":
        """The next picture that is whole; None when none was by `deadline`. Raises DeviceAway."""
        import av  # noqa: PLC0415 - as above

        while self._wait(deadline) and self._decoder and self._newest:
            try:
                frames = self._decoder.decode(self._newest)
            except av.FFmpegError:
                continue  # a torn picture: the next one is a fifteenth of a second away
            if frames:
                self._last = time.monotonic()
                return frames[-1]
        return None

    def check(self, silence: timedelta) -> None:
        """Raise DeviceAway when there was no picture for so long."""
        seconds = time.monotonic() - self._last
        if seconds >= silence.total_seconds():
            raise DeviceAway(f"{self._device} gave no picture for {seconds:.0f} s")

    def leave(self) -> "Future[None]":
        """Read no more; done when the camera is let go of."""
        self._is_wanted = False
        return self._reading

    def _wait(self, deadline: float) -> bool:
        """Whether another picture came by then. Raises DeviceAway."""
        with self._changed:
            before = self._came
            self._changed.wait_for(
                lambda: self._why or self._came > before, deadline - time.monotonic()
            )
            if self._why:
                raise DeviceAway(f"{self._device}: {self._why}")
            return self._came > before

    def _read(self) -> None:
        import av  # noqa: PLC0415 - as above

        try:
            with self._opened() as container:
                self._follow(container)
        except (av.FFmpegError, OSError, ValueError, ImportError) as failed:
            self._end(getattr(failed, "strerror", None) or str(failed))
        else:
            self._end("no more pictures come")

    def _follow(self, container: "InputContainer") -> None:
        stream = container.streams.video[0]
        if not stream.codec.intra_only:
            raise ValueError(f"it sends {stream.codec.name}, whose pictures do not stand alone")
        with self._changed:
            self._decoder = stream.codec_context
            self._changed.notify_all()
        for packet in container.demux(stream):
            if not self._is_wanted:
                return
            if packet.size:
                self._come(packet)

    def _come(self, packet: "Packet[VideoStream]") -> None:
        with self._changed:
            self._newest = packet
            self._came += 1
            self._changed.notify_all()

    def _end(self, why: str) -> None:
        with self._changed:
            self._why = why
            self._changed.notify_all()


def gray(frame: "VideoFrame") -> Frame:
    """Brightness as it lies there where the format keeps it, computed where it does not."""
    step = BRIGHTNESS_APART.get(frame.format.name)
    if step is None and frame.format.is_planar and not frame.format.is_rgb:
        step = 1
    pixels = _brightness(frame, step) if step else frame.to_ndarray(format="gray").tobytes()
    return Frame(frame.width, frame.height, GRAY, pixels)


def in_colour(frame: "VideoFrame") -> Frame:
    """Red first, whatever the format."""
    pixels = frame.to_ndarray(format="rgb24").tobytes()
    return Frame(frame.width, frame.height, RGB, pixels)


def _brightness(frame: "VideoFrame", step: int) -> bytes:
    import numpy as np  # noqa: PLC0415 - as above

    plane = frame.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : step * frame.width : step].tobytes()
