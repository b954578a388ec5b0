from datetime import timedelta

import pytest

from drivers.camera.camera import Shot
from drivers.camera.portrait import portrait
from kiosk.simulated import SimulatedHardware

SOON = timedelta(seconds=1)
AT_ONCE = timedelta(0)
CARD = "04A224B1C95E80"


def test_who_comes_with_a_card_is_seen_and_shows_no_code() -> None:
    hardware = SimulatedHardware()

    hardware.come("card", CARD)

    shot = hardware.camera.capture(SOON)
    assert isinstance(shot, Shot)
    assert hardware.decoder.decode(shot.gray) == ()
    assert shot.gray.pixels[1:] == portrait(CARD).pixels[1:]


def test_who_comes_with_a_badge_is_seen_with_it() -> None:
    hardware = SimulatedHardware()

    hardware.come("qr", "MB:SIGNED")

    shot = hardware.camera.capture(SOON)
    assert isinstance(shot, Shot)
    assert hardware.decoder.decode(shot.gray) == ("MB:SIGNED",)
    assert (shot.gray.width, shot.gray.height) == (640, 480)
    assert hardware.camera.capture(AT_ONCE) is None


@pytest.mark.parametrize(
    ("method", "value"), [("qr", ""), ("face", "Mia"), ("button", "twice"), ("card", "04A2")]
)
def test_nobody_comes_with_anything_else(method: str, value: str) -> None:
    hardware = SimulatedHardware()

    with pytest.raises(ValueError, match=r"held up|Press|bytes"):
        hardware.come(method, value)

    assert hardware.camera.capture(AT_ONCE) is None
