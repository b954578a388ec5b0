"""QR codes read by ZBar through pyzbar: slower, and weak on tilt and blur, but of another mind.

Needs the system's libzbar0.
"""

from drivers.camera.camera import Frame
from drivers.errors import DeviceAway
from drivers.qr.picture import gray


class ZbarDecoder:
    """Reads a gray frame in about 8 ms at 640×480."""

    def __init__(self) -> None:
        """Load the library. Raises DeviceAway where it is not installed."""
        try:
            from pyzbar import pyzbar  # noqa: PLC0415 - part of the extra `hardware`
        except ImportError as missing:
            raise DeviceAway(f"pyzbar or libzbar0 is not installed: {missing}") from missing
        self._library = pyzbar

    def decode(self, frame: Frame) -> tuple[str, ...]:
        """The text of every QR code, the largest first. Raises DeviceMisread."""
        flat = gray(frame)
        library = self._library
        found = library.decode(
            (flat.pixels, flat.width, flat.height), symbols=[library.ZBarSymbol.QRCODE]
        )
        sized = sorted(found, key=lambda each: each.rect.width * each.rect.height, reverse=True)
        return tuple(text for each in sized if (text := _text(each.data)))


def _text(data: bytes) -> str:
    """The code's text; empty when it is none."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return ""
