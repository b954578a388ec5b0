from drivers.face.engine import Face
from kiosk.identify.steady import has_blinked, is_steady

STILL = Face(100, 100, 80, 80)
NEXT = Face(108, 96, 84, 84)
ELSEWHERE = Face(140, 100, 80, 80)
NEARER = Face(90, 90, 110, 110)


def test_a_face_that_holds_still_for_three_pictures_is_steady() -> None:
    assert is_steady([STILL, NEXT, STILL])


def test_two_pictures_are_too_few() -> None:
    assert not is_steady([STILL, STILL])


def test_a_face_that_moves_is_not_steady() -> None:
    assert not is_steady([STILL, ELSEWHERE, ELSEWHERE])


def test_a_face_that_comes_nearer_is_not_steady() -> None:
    assert not is_steady([STILL, STILL, NEARER])


def test_a_face_that_was_gone_meanwhile_is_not_steady() -> None:
    assert not is_steady([STILL, None, STILL])


def test_what_was_before_the_last_pictures_does_not_matter() -> None:
    assert is_steady([None, ELSEWHERE, STILL, STILL, STILL])


def test_eyes_that_close_and_open_again_have_blinked() -> None:
    assert has_blinked([0.31, 0.30, 0.12, 0.08, 0.25, 0.32])


def test_narrow_eyes_blink_too() -> None:
    assert has_blinked([0.21, 0.20, 0.21, 0.09, 0.20, 0.21])


def test_eyes_that_stay_open_have_not_blinked() -> None:
    assert not has_blinked([0.31, 0.29, 0.30, 0.32, 0.28, 0.30])


def test_eyes_that_stay_closed_have_not_blinked() -> None:
    assert not has_blinked([0.31, 0.30, 0.31, 0.1, 0.1])


def test_eyes_that_were_closed_at_first_have_not_blinked() -> None:
    assert not has_blinked([0.1, 0.1, 0.3, 0.31, 0.3, 0.31])


def test_a_flicker_of_the_measuring_is_no_blink() -> None:
    assert not has_blinked([0.31, 0.24, 0.30, 0.23, 0.31, 0.25])


def test_nothing_is_said_of_eyes_hardly_seen() -> None:
    assert not has_blinked([0.3, 0.1, 0.3])


def test_eyes_that_measure_nothing_have_not_blinked() -> None:
    assert not has_blinked([0.0] * 6)
