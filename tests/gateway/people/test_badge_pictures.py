import io
import re
from urllib.parse import unquote

import zxingcpp
from PIL import Image

from gateway.people import badge_pictures
from tests.kiosk.protocol.test_badges import TOKEN


def test_the_png_is_read_back() -> None:
    with Image.open(io.BytesIO(badge_pictures.png(TOKEN))) as picture:
        (found,) = zxingcpp.read_barcodes(picture)

    assert found.text == TOKEN
    assert picture.size == (450, 450)


def test_the_svg_scales_and_is_drawing_alone() -> None:
    drawing = badge_pictures.svg(TOKEN).decode()

    assert 'viewBox="0 0 45 45"' in drawing
    assert "width=" not in drawing.replace("stroke-width=", "")
    assert set(re.findall(r"<(\w+)", drawing)) == {"svg", "path"}


def test_the_address_of_the_svg_holds_the_whole_picture() -> None:
    address = badge_pictures.svg_address(TOKEN)

    assert address.startswith("data:image/svg+xml")
    assert "<path" in unquote(address)


def test_the_runs_cover_every_dark_module_once() -> None:
    dark = [
        (line, first + place)
        for line, first, count in badge_pictures.runs(TOKEN)
        for place in range(count)
    ]

    matrix = badge_pictures.code_of(TOKEN).matrix
    assert dark == [
        (y, x) for y, row in enumerate(matrix) for x, module in enumerate(row) if module
    ]
