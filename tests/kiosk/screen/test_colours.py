"""The colours of the page's style sheets, measured as WCAG 2 does."""

import re
from itertools import combinations

import pytest

from kiosk.screen.server import page_files

COLOUR = re.compile(r"--([a-z]+): (#[0-9a-f]{3,6});")
ON_PAPER = ("ink", "soft", "late", "in", "out", "already", "ask", "stop", "away")
"""What is written or drawn on paper, or paper on it."""
STATES = ("in", "out", "already", "ask", "stop")


def tokens() -> dict[str, str]:
    return dict(COLOUR.findall(page_files()["kiosk.css"].decode()))


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    pairs = [digits[n : n + 2] for n in (0, 2, 4)] if len(digits) == 6 else [d * 2 for d in digits]
    shares = [int(pair, 16) / 255 for pair in pairs]
    red, green, blue = (s / 12.92 if s <= 0.03928 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_right() -> None:
    assert contrast("#fff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", ON_PAPER)
@pytest.mark.parametrize("ground", ["paper", "wash"])
def test_every_colour_stands_out_seven_to_one(name: str, ground: str) -> None:
    told = tokens()

    assert contrast(told[name], told[ground]) >= 7


def test_every_state_has_a_colour_of_its_own() -> None:
    told = tokens()

    assert [pair for pair in combinations(STATES, 2) if told[pair[0]] == told[pair[1]]] == []


def test_no_style_sheet_writes_in_a_colour_that_was_not_measured() -> None:
    written = {
        name: re.findall(r"(?<!-)\bcolor: (#\w+)", text.decode())
        for name, text in page_files().items()
        if name.endswith(".css")
    }

    assert {name: found for name, found in written.items() if found} == {}
