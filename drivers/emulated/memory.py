"""Memory for the emulated camera's pictures, shared by file as DMA memory is."""

import mmap
import os
from dataclasses import dataclass
from enum import Enum, auto

from drivers.emulated.sensor import Pixels


class MemoryPlane:
    """A stretch of a memory file. Attributes are set one by one, as picamera2's allocator does."""

    fd = -1
    offset = 0
    length = 0


@dataclass(frozen=True, slots=True)
class PlaneMetadata:
    """How much of a plane a picture took."""

    bytes_used: int


@dataclass(frozen=True)
class FrameMetadata:
    """What became of one buffer's picture."""

    class Status(Enum):
        """Whether it can be used."""

        Success = auto()
        Error = auto()

    planes: tuple[PlaneMetadata, ...] = ()
    status: Status = Status.Success


class FrameBuffer:
    """Where one picture is written."""

    Plane = MemoryPlane

    def __init__(self, planes: list[MemoryPlane]) -> None:
        self.planes = planes
        self.metadata = FrameMetadata(tuple(PlaneMetadata(each.length) for each in planes))
        self._holds: Pixels | None = None

    def write(self, pixels: Pixels) -> None:
        """Put a painted picture into the memory; nothing is to do when it is there already."""
        if self._holds is pixels:
            return
        self._holds = pixels
        plane = self.planes[0]
        with mmap.mmap(plane.fd, plane.length, mmap.MAP_SHARED) as memory:
            memory[: pixels.nbytes] = pixels.tobytes()


def memory_file(length: int) -> MemoryPlane:
    """A plane in a memory file of its own."""
    plane = MemoryPlane()
    plane.fd = os.memfd_create("picture")
    plane.length = length
    os.ftruncate(plane.fd, length)
    return plane
