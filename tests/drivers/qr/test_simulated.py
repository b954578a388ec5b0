import pytest

from drivers.camera.camera import GRAY, Frame
from drivers.errors import DeviceMisread
from drivers.qr.simulated import SimulatedQrDecoder, frame_in, frame_of


def test_every_code_in_a_frame_is_found() -> None:
    decoder = SimulatedQrDecoder()

    assert decoder.decode(frame_of("M-1-17", "M-1-18")) == ("M-1-17", "M-1-18")
    assert list(decoder.was_read) == ["M-1-17", "M-1-18"]


def test_a_code_is_found_in_a_picture() -> None:
    picture = Frame(width=4, height=4, depth=GRAY, pixels=b"\xff" * 16)

    held = frame_in(picture, "M-1-17")

    assert SimulatedQrDecoder().decode(held) == ("M-1-17",)
    assert (held.width, held.height) == (4, 4)
    assert SimulatedQrDecoder().decode(frame_in(picture)) == ()


def test_a_frame_without_a_code_gives_none() -> None:
    assert SimulatedQrDecoder().decode(frame_of()) == ()


def test_a_real_picture_is_a_misreading() -> None:
    picture = Frame(width=1, height=1, depth=GRAY, pixels=b"\xff")

    with pytest.raises(DeviceMisread):
        SimulatedQrDecoder().decode(picture)


def test_a_decoder_told_to_fail_fails_once() -> None:
    decoder = SimulatedQrDecoder()
    decoder.fail(DeviceMisread("blurred"))

    with pytest.raises(DeviceMisread, match="blurred"):
        decoder.decode(frame_of("M-1-17"))

    assert decoder.decode(frame_of("M-1-17")) == ("M-1-17",)
