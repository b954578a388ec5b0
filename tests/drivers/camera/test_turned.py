from datetime import timedelta

import pytest

from drivers.camera.camera import GRAY, RGB, Frame, Shot
from drivers.camera.simulated import SimulatedCamera
from drivers.camera.turned import TurnedCamera, turned
from drivers.errors import DeviceAway

UPSIDE_DOWN = Frame(width=2, height=2, depth=GRAY, pixels=bytes((4, 3, 2, 1)))
UPRIGHT = Frame(width=2, height=2, depth=GRAY, pixels=bytes((1, 2, 3, 4)))
NOW = timedelta(0)


def test_pictures_of_a_camera_that_hangs_upside_down_are_upright() -> None:
    camera = SimulatedCamera()
    camera.show(UPSIDE_DOWN)

    assert TurnedCamera(camera).capture(NOW) == Shot(UPRIGHT)


def test_colours_stay_in_order() -> None:
    red_then_blue = Frame(width=2, height=1, depth=RGB, pixels=bytes((255, 1, 2, 3, 4, 255)))
    blue_then_red = Frame(width=2, height=1, depth=RGB, pixels=bytes((3, 4, 255, 255, 1, 2)))

    assert turned(red_then_blue) == blue_then_red


def test_a_coloured_picture_is_turned_with_the_gray_one() -> None:
    camera = SimulatedCamera()
    camera.show(UPSIDE_DOWN)

    shot = TurnedCamera(camera).capture(NOW, colour=True)

    assert shot is not None
    assert shot.colour is not None
    assert shot.colour.pixels == bytes((1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4))


def test_it_sees_nothing_fails_and_closes_as_its_camera_does() -> None:
    camera = SimulatedCamera()
    hanging = TurnedCamera(camera)
    assert hanging.capture(NOW) is None

    camera.fail(DeviceAway("unplugged"))
    with pytest.raises(DeviceAway, match="unplugged"):
        hanging.capture(NOW)
    hanging.close()

    assert camera.is_closed
