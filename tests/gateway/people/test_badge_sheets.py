"""Sheets are printed, looked at as a scanner would, and every code on them read again."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from gateway.people.badge_sheets import Card, UnreadablePicture, write_sheets
from kiosk.protocol.badges import signed
from tests.kiosk.protocol.test_badges import MIAS, PRIVATE

NAMES = (
    "Mia Keller",
    "Zoë Müller-Lüdenscheidt von und zu Hohenstein",
    "Łukasz Żółć",
    "محمد الأحمد",
)


def cards(count: int, photo: Path | None = None) -> list[Card]:
    return [
        Card(
            token=signed(replace(MIAS, person=place + 1), key=1, private=PRIVATE),
            name=NAMES[place % len(NAMES)],
            line="Year 7 · Hill School",
            foot="valid until 31 July 2027\nNo. 4000000000",
            photo=photo,
        )
        for place in range(count)
    ]


def printed(folder: Path, given: list[Card], font: Path | None = None) -> tuple[Path, list[int]]:
    """The sheet, and what the progress bar was told."""
    told: list[int] = []
    sheet = folder / "badges.pdf"
    with sheet.open("wb") as file:
        write_sheets(file, given, title="Badges", font=font, progress=told.append)
    return sheet, told


def pages(sheet: Path) -> list[Image.Image]:
    stem = sheet.with_suffix("")
    subprocess.run(["pdftoppm", "-r", "150", "-gray", "-png", sheet, stem], check=True)
    found = sorted(stem.parent.glob(f"{stem.name}-*.png"))
    return [Image.open(page).copy() for page in found]


@pytest.mark.integration
@pytest.mark.covers("QR-02", "BEY-07")
def test_every_code_of_a_printed_sheet_is_read_again(tmp_path: Path) -> None:
    given = cards(12)

    sheet, told = printed(tmp_path, given)

    read = [found.text for page in pages(sheet) for found in zxingcpp.read_barcodes(page)]
    assert sorted(read) == sorted(card.token for card in given)
    assert told == [10, 12]


@pytest.mark.integration
def test_names_stand_on_the_sheet_as_text(tmp_path: Path) -> None:
    sheet, _ = printed(tmp_path, cards(3))

    text = subprocess.run(["pdftotext", sheet, "-"], check=True, capture_output=True).stdout

    assert "Mia Keller" in text.decode()
    assert "Łukasz Żółć" in text.decode()


@pytest.mark.integration
def test_a_photo_is_printed_beside_the_code(tmp_path: Path) -> None:
    photo = tmp_path / "mia.jpg"
    Image.new("RGB", (3000, 4000), (200, 20, 20)).save(photo)

    sheet, _ = printed(tmp_path, cards(10, photo))

    (page,) = pages(sheet)
    assert len(zxingcpp.read_barcodes(page)) == 10
    assert sheet.stat().st_size < 200_000


def test_a_file_that_is_no_photo_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "mia.jpg"
    broken.write_bytes(b"not a picture")

    with pytest.raises(UnreadablePicture, match=r"mia\.jpg is no picture"):
        printed(tmp_path, cards(1, broken))


def test_a_file_that_is_no_font_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "school.ttf"
    broken.write_bytes(b"not a font")

    with pytest.raises(UnreadablePicture, match="is no TrueType font"):
        printed(tmp_path, cards(1), broken)


def test_no_badges_make_no_sheet_to_speak_of(tmp_path: Path) -> None:
    _, told = printed(tmp_path, [])

    assert told == []
