"""A QR decoder without pictures: a frame's first bytes are the text of its codes, a line each."""

from collections import deque
from dataclasses import replace

from drivers.camera.camera import GRAY, Frame
from drivers.errors import DeviceMisread, DriverError

REMEMBERED = 100
END = b"\0"
"""What follows is picture."""


def frame_of(*codes: str) -> Frame:
    """A frame in which the simulated decoder finds `codes`."""
    pixels = "\n".join(codes).encode()
    return Frame(width=len(pixels), height=1, depth=GRAY, pixels=pixels)


def frame_in(picture: Frame, *codes: str) -> Frame:
    """The picture, and in it `codes` for the simulated decoder: a line of noise at its top."""
    text = "\n".join(codes).encode() + END
    return replace(picture, pixels=text + picture.pixels[len(text) :])


class SimulatedQrDecoder:
    """Reads the frames made by `frame_of` and `frame_in`, and remembers what it read."""

    def __init__(self) -> None:
        self.was_read: deque[str] = deque(maxlen=REMEMBERED)
        self._failures: deque[DriverError] = deque()

    def fail(self, error: DriverError) -> None:
        """Let the next `decode` raise `error`."""
        self._failures.append(error)

    def decode(self, frame: Frame) -> tuple[str, ...]:
        """The lines written into the frame. Raises DeviceMisread for a real picture."""
        if self._failures:
            raise self._failures.popleft()
        try:
            codes = tuple(frame.pixels.partition(END)[0].decode().splitlines())
        except UnicodeDecodeError as wrong:
            raise DeviceMisread("the frame is no text of the simulated camera") from wrong
        self.was_read.extend(codes)
        return codes
