"""What happens to a webcam, played in a process of its own: `webcam.c` is loaded there first."""

import os
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from drivers.camera.camera import Frame
from drivers.camera.v4l2 import V4l2Camera
from drivers.errors import DeviceAway
from tests.drivers.camera.taking import failure, taken
from tests.kiosk.neighbours import eventually

SHORT = timedelta(milliseconds=300)


def look() -> None:
    """Take one picture and tell of it."""
    with closing(V4l2Camera("/dev/video77")) as camera:
        shot = taken(camera, colour=True)
        for frame in (shot.gray, shot.colour):
            if frame is not None:
                print(frame.width, frame.height, *_first_pixel(frame))


def lose() -> None:
    """Pull the camera out, and put it back; let it stall, and go on."""
    folder = Path(os.environ["WEBCAM"])
    with closing(V4l2Camera("/dev/video77", silence=SHORT)) as camera:
        for trouble in ("gone", "stalled"):
            taken(camera)
            (folder / trouble).touch()
            print(failure(camera))
            print(failure(camera))
            (folder / trouble).unlink()
            print(eventually(lambda: _recovers(camera)))


def _recovers(camera: V4l2Camera) -> bool:
    try:
        return camera.capture(SHORT) is not None
    except DeviceAway:
        return False


def _first_pixel(frame: Frame) -> tuple[int, ...]:
    return tuple(frame.pixels[: frame.depth])


if __name__ == "__main__":
    {"look": look, "lose": lose}[sys.argv[1]]()
