from datetime import timedelta

import pytest

from drivers.camera.camera import GRAY, RGB, Frame, Shot
from drivers.camera.simulated import SimulatedCamera, in_colour
from drivers.errors import DeviceAway

AT_ONCE = timedelta(milliseconds=1)
FRAME = Frame(width=1, height=1, depth=GRAY, pixels=b"x")


def test_a_camera_sees_what_is_held_before_it_once() -> None:
    camera = SimulatedCamera()
    camera.show(FRAME)

    assert [camera.capture(AT_ONCE), camera.capture(AT_ONCE)] == [Shot(FRAME), None]
    assert camera.captured == 1


def test_a_picture_is_in_colour_when_it_is_asked_for() -> None:
    camera = SimulatedCamera()
    camera.show(FRAME)

    colour = Frame(width=1, height=1, depth=RGB, pixels=b"xxx")
    assert camera.capture(AT_ONCE, colour=True) == Shot(FRAME, colour)
    assert in_colour(colour) == colour


def test_a_camera_told_to_fail_fails_once() -> None:
    camera = SimulatedCamera()
    camera.fail(DeviceAway("ribbon out"))

    with pytest.raises(DeviceAway, match="ribbon out"):
        camera.capture(AT_ONCE)

    assert camera.capture(AT_ONCE) is None


def test_closing_twice_does_no_harm() -> None:
    camera = SimulatedCamera()

    camera.close()
    camera.close()

    assert camera.is_closed
