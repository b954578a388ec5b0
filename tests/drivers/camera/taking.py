"""What tests of all cameras do with one."""

from datetime import timedelta

from drivers.camera.camera import Camera, Shot
from drivers.errors import DeviceAway
from tests.kiosk.neighbours import eventually

LONG = timedelta(seconds=20)
A_MOMENT = timedelta(milliseconds=50)


def taken(camera: Camera, *, colour: bool = False) -> Shot:
    """A picture, which must come."""
    shot = camera.capture(LONG, colour=colour)
    assert shot is not None
    return shot


def failure(camera: Camera) -> str:
    """What the camera says is wrong, as soon as it does."""

    def said() -> str:
        try:
            camera.capture(A_MOMENT)
        except DeviceAway as away:
            return str(away)
        return ""

    return eventually(said)
