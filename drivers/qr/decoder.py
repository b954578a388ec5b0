"""What a QR decoder promises."""

from typing import Protocol

from drivers.camera.camera import Frame


class QrDecoder(Protocol):
    """Finds QR codes in a picture."""

    def decode(self, frame: Frame) -> tuple[str, ...]:
        """The text of every QR code in `frame`, the largest first; empty when there is none.

        Raises DeviceMisread when the picture cannot be worked on.
        """
        ...
