import pytest

from drivers.camera.camera import GRAY, Frame
from drivers.qr.finder import may_show_code
from tests.drivers.qr import frames
from tests.drivers.qr.frames import HD, LOOKS, VGA, payload

HOPELESS = {"very noisy"}


@pytest.mark.parametrize("size", [VGA, HD])
@pytest.mark.parametrize("look", sorted(set(LOOKS) - HOPELESS))
def test_a_frame_with_a_code_may_show_one(look: str, size: tuple[int, int]) -> None:
    assert may_show_code(frames.frame(payload(3), LOOKS[look], seed=3, size=size))


@pytest.mark.parametrize("noise", [2, 8, 30])
def test_an_empty_entrance_seldom_looks_like_a_code(noise: float) -> None:
    taken = [may_show_code(frames.empty(seed=seed, noise=noise)) for seed in range(10)]

    assert sum(taken) <= 1


def test_a_frame_of_one_gray_shows_no_code() -> None:
    assert not may_show_code(Frame(640, 480, GRAY, bytes(640 * 480)))


def test_a_frame_too_narrow_to_judge_may_show_anything() -> None:
    assert may_show_code(Frame(30, 30, GRAY, bytes(900)))
