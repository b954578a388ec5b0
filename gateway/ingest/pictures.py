"""QR codes in a picture that a tablet's camera took."""

import io

from gateway.errors import Rejected

MOST_OCTETS = 200_000
WIDEST = 1280


class NotAPicture(Rejected):
    """What came is no picture a tablet's page sends."""


def codes_in(jpeg: bytes) -> tuple[str, ...]:
    """The text of every QR code in a JPEG. Raises NotAPicture."""
    import zxingcpp  # noqa: PLC0415 - only a gateway with tablets loads it
    from PIL import Image  # noqa: PLC0415 - the same

    if len(jpeg) > MOST_OCTETS:
        raise NotAPicture(f"a picture has at most {MOST_OCTETS} bytes")
    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as picture:
            if max(picture.size) > WIDEST:
                raise NotAPicture(f"a picture is at most {WIDEST} pixels wide and high")
            gray = picture.convert("L")
    except (OSError, SyntaxError, Image.DecompressionBombError) as wrong:
        raise NotAPicture("this is no JPEG") from wrong
    width, height = gray.size
    pixels = memoryview(gray.tobytes()).cast("B", (height, width))
    found = zxingcpp.read_barcodes(
        pixels,
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
        text_mode=zxingcpp.TextMode.Plain,
    )
    return tuple(each.text for each in found if each.text)
