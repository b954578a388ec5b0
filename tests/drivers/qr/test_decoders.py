"""What every decoder promises, shown on each of them."""

import pytest
from PIL import Image

from drivers.camera.camera import GRAY, RGB, Frame
from drivers.errors import DeviceMisread
from drivers.qr.decoder import QrDecoder
from tests.drivers.qr import frames
from tests.drivers.qr.decoders import DECODERS
from tests.drivers.qr.frames import LOOKS, VGA, Look, payload

EASY = ["clean", "rotated", "upside down", "blurred", "noisy", "small", "low contrast"]


@pytest.fixture(params=DECODERS)
def decoder(request: pytest.FixtureRequest) -> QrDecoder:
    return DECODERS[request.param]()


@pytest.mark.parametrize("look", EASY)
@pytest.mark.covers("QR-02")
def test_a_code_held_to_the_camera_is_read(decoder: QrDecoder, look: str) -> None:
    shown = frames.frame(payload(1), LOOKS[look], seed=1)

    assert decoder.decode(shown) == (payload(1),)


def test_nothing_is_read_where_there_is_no_code(decoder: QrDecoder) -> None:
    assert [decoder.decode(frames.empty(seed=seed)) for seed in range(5)] == [()] * 5


def test_the_larger_of_two_codes_comes_first(decoder: QrDecoder) -> None:
    near = frames.frame(payload(1), Look(module=5), seed=1, size=VGA)
    far = frames.frame(payload(2), Look(module=3), seed=1, size=VGA)
    both = Frame(640, 960, GRAY, far.pixels + near.pixels)

    assert decoder.decode(both) == (payload(1), payload(2))


def test_a_coloured_frame_is_read_too(decoder: QrDecoder) -> None:
    shown = frames.frame(payload(1), Look(), seed=1)
    picture = Image.frombytes("L", (shown.width, shown.height), shown.pixels).convert("RGB")

    assert decoder.decode(Frame(640, 480, RGB, picture.tobytes())) == (payload(1),)


@pytest.mark.parametrize("name", ["zxing", "both"])
def test_a_code_of_light_signs_on_dark_is_read_within_two_frames(name: str) -> None:
    decoder = DECODERS[name]()
    shown = frames.frame(payload(1), Look(), seed=1)
    night = Frame(640, 480, GRAY, bytes(255 - pixel for pixel in shown.pixels))

    assert (payload(1),) in [decoder.decode(night), decoder.decode(night)]


def test_an_empty_frame_is_a_misread(decoder: QrDecoder) -> None:
    with pytest.raises(DeviceMisread, match="the frame is empty"):
        decoder.decode(Frame(0, 0, GRAY, b""))


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (64, 1), (65, 40)])
def test_a_tiny_frame_holds_no_code(decoder: QrDecoder, size: tuple[int, int]) -> None:
    width, height = size

    assert decoder.decode(Frame(width, height, GRAY, bytes(width * height))) == ()


def test_damage_never_makes_another_text_of_a_code(decoder: QrDecoder) -> None:
    shown = frames.frame(payload(7), Look(module=4), seed=7)

    read = [decoder.decode(frames.mutated(shown, seed=seed)) for seed in range(150)]

    assert set(read) == {(), (payload(7),)}
