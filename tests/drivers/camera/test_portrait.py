from drivers.camera.camera import GRAY
from drivers.camera.portrait import portrait


def test_whoever_comes_again_looks_the_same_and_others_differ() -> None:
    first, second = portrait("04A2"), portrait("04A3")

    assert portrait("04A2") == first
    assert first.pixels != second.pixels


def test_somebody_stands_out_from_the_wall() -> None:
    seen = portrait("04A2")

    assert (seen.width, seen.height, seen.depth) == (640, 480, GRAY)
    assert max(seen.pixels) - min(seen.pixels) > 100
