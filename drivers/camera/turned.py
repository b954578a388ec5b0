"""A camera that hangs upside down, its pictures turned the right way up."""

from datetime import timedelta

from drivers.camera.camera import GRAY, Camera, Frame, Shot


class TurnedCamera:
    """Another camera's pictures, each turned by half a circle."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera

    def capture(self, timeout: timedelta, *, colour: bool = False) -> Shot | None:
        """As Camera.capture."""
        shot = self._camera.capture(timeout, colour=colour)
        if shot is None:
            return None
        return Shot(turned(shot.gray), turned(shot.colour) if shot.colour else None)

    def close(self) -> None:
        """Close the camera. Closing twice does no harm."""
        self._camera.close()


def turned(frame: Frame) -> Frame:
    """Last pixel first, each with its own bytes in order."""
    backwards = frame.pixels[::-1]
    if frame.depth == GRAY:
        return Frame(frame.width, frame.height, frame.depth, backwards)
    pixels = bytearray(len(backwards))
    for channel in range(frame.depth):
        pixels[channel :: frame.depth] = backwards[frame.depth - 1 - channel :: frame.depth]
    return Frame(frame.width, frame.height, frame.depth, bytes(pixels))
