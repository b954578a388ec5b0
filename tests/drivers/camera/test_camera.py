import pytest

from drivers.camera.camera import GRAY, RGB, Frame


def test_a_frame_holds_every_pixel() -> None:
    assert Frame(width=4, height=2, depth=RGB, pixels=bytes(24)).pixels == bytes(24)


def test_a_frame_that_is_not_full_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fill the frame"):
        Frame(width=4, height=2, depth=GRAY, pixels=bytes(7))


def test_a_frame_of_another_depth_is_refused() -> None:
    with pytest.raises(ValueError, match="1 or 3 bytes a pixel"):
        Frame(width=1, height=1, depth=2, pixels=bytes(2))
