import re

import pytest
import zxingcpp
from PIL import Image

from kiosk.protocol.rotating import code_at
from kiosk.screen.codes import CodeShown, code_shown
from tests.kiosk.made import at
from tests.kiosk.screen.test_offers import code

MODULE_PX = 4


def picture_of(shown: CodeShown) -> Image.Image:
    """The path as a screen would paint it."""
    picture = Image.new("L", (shown.size, shown.size), 255)
    for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", shown.path):
        picture.putpixel((int(x), int(y)), 0)
    return picture.resize((shown.size * MODULE_PX,) * 2, Image.Resampling.NEAREST)


@pytest.mark.covers("BEY-07")
def test_a_phone_reads_the_address_with_the_code_of_the_moment() -> None:
    session, now = code(1, "08:00", "10:00"), at("09:00")

    shown = code_shown(session, text="Scan for Algebra", now=now)

    (read,) = zxingcpp.read_barcodes(picture_of(shown))
    assert read.text == session.url + code_at(b"key", now, step=session.step)


def test_the_code_is_another_one_a_step_later() -> None:
    session, now = code(1, "08:00", "10:00"), at("09:00")

    paths = [code_shown(session, text="", now=now + session.step * n).path for n in (0, 1)]

    assert paths[0] != paths[1]
