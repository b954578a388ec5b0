"""Two decoders behind one: the second looks at what the first could not read."""

from collections.abc import Callable

from drivers.camera.camera import Frame
from drivers.errors import DeviceAway
from drivers.qr.decoder import QrDecoder
from drivers.qr.finder import may_show_code
from drivers.qr.zbar import ZbarDecoder
from drivers.qr.zxing import ZxingDecoder


class SecondOpinion:
    """Asks `first`, and `second` only where `first` found nothing and there `may` be a code."""

    def __init__(
        self, first: QrDecoder, second: QrDecoder, *, may: Callable[[Frame], bool]
    ) -> None:
        self._first = first
        self._second = second
        self._may = may
        self.asked_again = 0

    def decode(self, frame: Frame) -> tuple[str, ...]:
        """What the first found, else what the second found. Raises DeviceMisread."""
        codes = self._first.decode(frame)
        if codes or not self._may(frame):
            return codes
        self.asked_again += 1
        return self._second.decode(frame)


def best_decoder() -> QrDecoder:
    """zxing-cpp with ZBar's second opinion; zxing-cpp alone where ZBar is not installed."""
    try:
        second = ZbarDecoder()
    except DeviceAway:
        return ZxingDecoder()
    return SecondOpinion(ZxingDecoder(), second, may=may_show_code)
