"""The decoders every test of them runs on."""

from collections.abc import Callable

from drivers.qr.decoder import QrDecoder
from drivers.qr.second_opinion import best_decoder
from drivers.qr.zbar import ZbarDecoder
from drivers.qr.zxing import ZxingDecoder

DECODERS: dict[str, Callable[[], QrDecoder]] = {
    "zxing": ZxingDecoder,
    "zbar": ZbarDecoder,
    "both": best_decoder,
}
