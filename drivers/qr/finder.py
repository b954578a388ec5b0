"""Whether a frame may show a QR code: a cheap look for the squares in its corners.

Every line through the middle of such a square crosses dark, light, dark, light, dark in
the widths 1:1:3:1:1, whichever way the code is turned (ISO/IEC 18004, 6.3.3).
"""

from typing import Any

from drivers.camera.camera import Frame
from drivers.qr.picture import gray

LINES = 120
"""Lines looked at across the frame."""
WINDOW = 64
"""Pixels around one whose mean tells dark from light."""
FAINTEST = 10
"""Gray levels a pixel must at least be darker than its surroundings to be dark."""
OUT_OF_NOISE = 3
"""Standard deviations of the noise it must be darker."""
TOLERANCE = 0.6
"""Modules a run may be off; the one in the middle, three wide, twice that."""
SMALLEST = 11
"""Pixels of the smallest square that can be read."""
MOST_LOOKED_AT = 200
"""Crossings checked downwards; a frame with more is full of them."""

Array = Any  # numpy is of the extra `hardware`, and is loaded when the first frame comes


def may_show_code(frame: Frame) -> bool:
    """Whether a line across the frame, and one down it, cross such a square at the same place."""
    import numpy  # noqa: PLC0415 - part of the extra `hardware`

    flat = gray(frame)
    if flat.width <= WINDOW:
        return True
    pixels = numpy.frombuffer(flat.pixels, dtype=numpy.uint8).reshape(flat.height, flat.width)
    step = max(1, flat.height // LINES)
    first = step // 2
    lines = pixels[first::step]
    faintest = max(FAINTEST, OUT_OF_NOISE * _noise(numpy, lines))
    crossings = _crossings(numpy, lines, faintest)[:MOST_LOOKED_AT]
    return any(
        _is_crossed_down(pixels, first + line * step, column, span, faintest)
        for line, column, span in crossings.tolist()
    )


def _noise(numpy: Any, lines: Array) -> float:  # noqa: ANN401 - the module
    """The standard deviation of what changes from pixel to pixel; edges are too few to count."""
    some = lines[::8].astype(numpy.int16)
    return float(numpy.median(numpy.abs(some[:, 1:] - some[:, :-1]))) / 0.95


def _crossings(numpy: Any, lines: Array, faintest: float) -> Array:  # noqa: ANN401 - the module
    """Line, middle and width of every 1:1:3:1:1 crossing, a row each."""
    dark, width = _dark(numpy, lines, faintest), lines.shape[1]
    flat = dark.ravel()
    edges = numpy.flatnonzero(flat[1:] != flat[:-1]) + 1
    if len(edges) < 6:
        return numpy.empty((0, 3), dtype=int)
    starts, runs = edges[:-5], numpy.diff(edges)
    span = edges[5:] - starts
    fits = flat[starts] & (starts // width == (edges[5:] - 1) // width) & (span >= SMALLEST)
    for place, modules in enumerate((1, 1, 3, 1, 1)):
        off = numpy.abs(7 * runs[place : place + len(starts)] - modules * span)
        fits &= off <= (2 if modules == 3 else 1) * TOLERANCE * span
    found, wide = starts[fits], span[fits]
    return numpy.stack((found // width, found % width + wide // 2, wide), axis=1)


def _dark(numpy: Any, lines: Array, faintest: float) -> Array:  # noqa: ANN401 - the module
    """Whether each pixel is darker than what is around it on its line."""
    sums = numpy.cumsum(lines, axis=1, dtype=numpy.int32)
    half = WINDOW // 2
    around = numpy.empty(lines.shape, dtype=numpy.int32)
    around[:, half:-half] = sums[:, WINDOW:] - sums[:, :-WINDOW]
    around[:, :half] = sums[:, WINDOW - 1 : WINDOW]
    around[:, -half:] = (sums[:, -1] - sums[:, -WINDOW - 1])[:, None]
    return lines < around // WINDOW - int(faintest)


def _is_crossed_down(pixels: Array, line: int, column: int, span: int, faintest: float) -> bool:
    """Whether the column too meets light, dark, three modules of dark, light, dark here."""
    down = pixels[max(0, line - span) : line + span + 1, column].tolist()
    middle = min(line, span)
    darkest, lightest = min(down), max(down)
    if lightest - darkest < 2 * faintest:
        return False
    dark = [each < (darkest + lightest) // 2 for each in down]
    inner_up, light_up, outer_up = _runs(dark[middle::-1])
    inner_below, light_below, outer_below = _runs(dark[middle:])
    module = span / 7
    core = inner_up + inner_below - 1
    sides = (light_up, outer_up, light_below, outer_below)
    return abs(core - 3 * module) <= 2 * TOLERANCE * module + 1 and all(
        abs(run - module) <= TOLERANCE * module + 1 for run in sides
    )


def _runs(signs: list[bool]) -> tuple[int, int, int]:
    """The lengths of the first three runs: dark, light, dark; 0 for one that is not there."""
    lengths, at = [], 0
    for wanted in (True, False, True):
        began = at
        while at < len(signs) and signs[at] is wanted:
            at += 1
        lengths.append(at - began)
    return lengths[0], lengths[1], lengths[2]
