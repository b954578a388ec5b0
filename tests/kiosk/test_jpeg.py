import io
import random

import pytest
from PIL import Image

from drivers.camera.camera import GRAY, RGB, Frame
from kiosk import jpeg


def noise(width: int, height: int, depth: int = RGB) -> Frame:
    """The picture that is hardest to make small."""
    return Frame(width, height, depth, random.Random(7).randbytes(width * height * depth))


def opened(octets: bytes) -> Image.Image:
    return Image.open(io.BytesIO(octets))


@pytest.mark.covers("QR-04")
@pytest.mark.parametrize("size", [(640, 480), (960, 720), (480, 640), (1, 1)])
@pytest.mark.parametrize("depth", [GRAY, RGB])
def test_the_noisiest_picture_is_small_enough_to_send(size: tuple[int, int], depth: int) -> None:
    octets = jpeg.of(noise(*size, depth))

    assert len(octets) <= jpeg.MOST_OCTETS
    assert opened(octets).format == "JPEG"


def test_a_picture_keeps_its_proportions_and_its_colours() -> None:
    octets = jpeg.of(Frame(960, 720, RGB, bytes((200, 40, 90)) * 960 * 720))

    picture = opened(octets)
    assert picture.size == (640, 480)
    pixel = picture.getpixel((320, 240))
    assert isinstance(pixel, tuple)
    assert [abs(seen - meant) < 6 for seen, meant in zip(pixel, (200, 40, 90), strict=True)] == [
        True
    ] * 3


def test_an_empty_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="the frame is empty"):
        jpeg.of(Frame(0, 0, GRAY, b""))
