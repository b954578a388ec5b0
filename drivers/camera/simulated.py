"""A camera without hardware: it sees the frames it is shown."""

from datetime import timedelta
from queue import Empty, SimpleQueue
from threading import Event

from drivers.camera.camera import GRAY, RGB, Frame, Shot
from drivers.errors import DriverError


class SimulatedCamera:
    """Gives each frame shown to it once, and counts them."""

    def __init__(self) -> None:
        self._ahead: SimpleQueue[Frame | DriverError] = SimpleQueue()
        self._answers = Event()
        self._answers.set()
        self.captured = 0
        self.is_closed = False

    def show(self, frame: Frame) -> None:
        """Hold a gray picture before the lens; the next `capture` answers it."""
        self._ahead.put(frame)

    def fail(self, error: DriverError) -> None:
        """Let the next `capture` raise `error`."""
        self._ahead.put(error)

    def hang(self) -> None:
        """Let `capture` answer nothing at all, as a broken driver does, until `come_round`."""
        self._answers.clear()

    def come_round(self) -> None:
        """Answer again."""
        self._answers.set()

    def capture(self, timeout: timedelta, *, colour: bool = False) -> Shot | None:
        """The next frame shown, None after `timeout`, or the error asked for."""
        self._answers.wait()
        try:
            seen = self._ahead.get(timeout=timeout.total_seconds())
        except Empty:
            return None
        if isinstance(seen, DriverError):
            raise seen
        self.captured += 1
        return Shot(seen, in_colour(seen) if colour else None)

    def close(self) -> None:
        """Remember that it was closed."""
        self.is_closed = True


def in_colour(frame: Frame) -> Frame:
    """A gray frame as a coloured camera sees it."""
    if frame.depth != GRAY:
        return frame
    pixels = bytearray(RGB * len(frame.pixels))
    for channel in range(RGB):
        pixels[channel::RGB] = frame.pixels
    return Frame(frame.width, frame.height, RGB, bytes(pixels))
