"""Badges on A4 sheets: ten cards a page in the size of a bank card, to be cut along the lines."""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from gateway.errors import Rejected
from gateway.people.badge_pictures import QUIET, runs

MM = 72 / 25.4
PAGE = (210 * MM, 297 * MM)
CARD = (85.6 * MM, 54 * MM)
COLUMNS, ROWS = 2, 5
MARGIN = ((PAGE[0] - COLUMNS * CARD[0]) / 2, (PAGE[1] - ROWS * CARD[1]) / 2)
CODE_SIDE = 43 * MM
MODULES = 37 + 2 * QUIET
TEXT_FROM = 45 * MM
SMALLEST = 5
"""Points a letter still has when a text is very long."""
TEXT_WIDTH = CARD[0] - TEXT_FROM - 3 * MM
PHOTO = (20 * MM, 25 * MM)
FONTS = (Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),)
RIGHT_TO_LEFT = range(0x0590, 0x0900)

Canvas = Any  # reportlab has no types
Progress = Callable[[int], None]


class UnreadablePicture(Rejected):
    """A photo or font that was named cannot be used."""


@dataclass(frozen=True, slots=True)
class Card:
    """One badge as it is printed: `line` stands below the name, `foot` in two lines at the end."""

    token: str
    name: str
    line: str = ""
    foot: str = ""
    photo: Path | None = None


def write_sheets(
    file: BinaryIO, cards: Iterable[Card], *, title: str, font: Path | None, progress: Progress
) -> int:
    """Write a PDF of all cards, in their order; answers the pages. Raises UnreadablePicture."""
    from reportlab.pdfgen.canvas import Canvas as NewCanvas  # noqa: PLC0415 - only printing

    canvas = NewCanvas(file, pagesize=PAGE, pageCompression=1, invariant=1)
    canvas.setTitle(title)
    face = _face(font)
    left, pages, done = iter(cards), 0, 0
    while page := tuple(islice(left, COLUMNS * ROWS)):
        for place, card in enumerate(page):
            _draw(canvas, card, place, face)
        canvas.showPage()
        pages, done = pages + 1, done + len(page)
        progress(done)
    canvas.save()
    return pages


def _draw(canvas: Canvas, card: Card, place: int, face: str) -> None:
    row, column = divmod(place, COLUMNS)
    canvas.saveState()
    canvas.translate(MARGIN[0] + column * CARD[0], PAGE[1] - MARGIN[1] - (row + 1) * CARD[1])
    canvas.setLineWidth(0.3)
    canvas.setStrokeGray(0.7)
    canvas.rect(0, 0, *CARD)
    _code(canvas, card.token)
    top = _photo(canvas, card.photo) if card.photo else CARD[1] - 5 * MM
    top = _written(canvas, card.name, top, face, size=12)
    _written(canvas, card.line, top - 1 * MM, face, size=8)
    _written(canvas, card.foot, 8.5 * MM, face, size=6.5)
    canvas.restoreState()


def _code(canvas: Canvas, token: str) -> None:
    module = CODE_SIDE / MODULES
    bottom = (CARD[1] - CODE_SIDE) / 2
    path = canvas.beginPath()
    for line, first, count in runs(token):
        x = (QUIET + first) * module + 1 * MM
        path.rect(x, bottom + (MODULES - QUIET - 1 - line) * module, count * module, module)
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)


def _photo(canvas: Canvas, photo: Path) -> float:
    """Put the photo in the card's corner; answers how high the text may begin."""
    from reportlab.lib.utils import ImageReader  # noqa: PLC0415 - only printing

    top = CARD[1] - 4 * MM
    try:
        picture = ImageReader(_small(photo))
    except (OSError, ValueError) as wrong:
        raise UnreadablePicture(f"{photo} is no picture: {wrong}") from wrong
    canvas.drawImage(
        picture, TEXT_FROM, top - PHOTO[1], *PHOTO, preserveAspectRatio=True, anchor="nw"
    )
    return top - PHOTO[1] - 1 * MM


def _small(photo: Path) -> io.BytesIO:
    """The photo in the size it is printed in, so that a thousand do not fill the memory."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - only printing

    small = io.BytesIO()
    with Image.open(photo) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
        upright.thumbnail((300, 375))
        upright.save(small, "JPEG", quality=85)
    small.seek(0)
    return small


def _written(canvas: Canvas, text: str, top: float, face: str, *, size: float) -> float:
    """Write text in lines as wide as the card has room; answers where the next may begin."""
    from reportlab.lib.utils import simpleSplit  # noqa: PLC0415 - only printing

    if any(ord(sign) in RIGHT_TO_LEFT for sign in text):
        return _pictured(canvas, text, top, size=size)
    fitting = next((each for each in _smaller(size) if _fits(text, face, each)), SMALLEST)
    canvas.setFont(face, fitting)
    for line in simpleSplit(text, face, fitting, TEXT_WIDTH)[:2]:
        top -= fitting * 1.15
        canvas.drawString(TEXT_FROM, top, line)
    return top


def _smaller(size: float) -> Iterable[float]:
    while size > SMALLEST:
        yield size
        size -= 1


def _fits(text: str, face: str, size: float) -> bool:
    """Whether the text fits in two lines without a word that runs over the edge."""
    from reportlab.lib.utils import simpleSplit  # noqa: PLC0415 - only printing
    from reportlab.pdfbase.pdfmetrics import stringWidth  # noqa: PLC0415 - only printing

    lines = simpleSplit(text, face, size, TEXT_WIDTH)
    return len(lines) <= 2 and all(stringWidth(line, face, size) <= TEXT_WIDTH for line in lines)


def _pictured(canvas: Canvas, text: str, top: float, *, size: float) -> float:
    """Write text whose letters join and run from the right: drawn by Pillow, which shapes them."""
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - only printing
    from reportlab.lib.utils import ImageReader  # noqa: PLC0415 - only printing

    scale = 6
    font = ImageFont.truetype(str(_font_file()), int(size * scale))
    box = ImageDraw.Draw(Image.new("L", (1, 1))).textbbox((0, 0), text, font=font)
    picture = Image.new("L", (int(box[2]) + 1, int(size * scale * 1.5)), 255)
    ImageDraw.Draw(picture).text((0, 0), text, font=font, fill=0)
    width = min(picture.width / scale, TEXT_WIDTH)
    height = width * picture.height / picture.width
    canvas.drawImage(ImageReader(picture), TEXT_FROM, top - height, width, height)
    return top - height


def _face(font: Path | None) -> str:
    """The name of the font that is used, made known to reportlab. Raises UnreadablePicture."""
    from reportlab.pdfbase import pdfmetrics, ttfonts  # noqa: PLC0415 - only printing

    named = font or _font_file()
    try:
        pdfmetrics.registerFont(ttfonts.TTFont("badges", str(named)))
    except (OSError, ttfonts.TTFError) as wrong:
        raise UnreadablePicture(f"{named} is no TrueType font: {wrong}") from wrong
    return "badges"


@cache
def _font_file() -> Path:
    """DejaVu, which knows most of Europe's letters and Arabic; else reportlab's own Vera."""
    import reportlab  # noqa: PLC0415 - only printing

    bundled = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
    return next((font for font in FONTS if font.exists()), bundled)
