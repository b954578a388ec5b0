"""A badge's QR code as a picture: for a card printer, a letter, a phone's page."""

import io
from collections.abc import Iterator

import segno

QUIET = 4
"""Modules of white that a reader needs around the code (ISO/IEC 18004, 9.1)."""


def code_of(token: str) -> segno.QRCode:
    """The code: version 5, with error correction M, which mends 15 % of it."""
    return segno.make_qr(token, error="m", boost_error=False)


def png(token: str, *, module_px: int = 10) -> bytes:
    """A PNG, `module_px` pixels a module."""
    written = io.BytesIO()
    code_of(token).save(written, kind="png", scale=module_px, border=QUIET)
    return written.getvalue()


def svg(token: str) -> bytes:
    """An SVG that scales to whatever it is given."""
    written = io.BytesIO()
    code_of(token).save(written, kind="svg", border=QUIET, omitsize=True, light="#fff")
    return written.getvalue()


def svg_address(token: str) -> str:
    """The SVG as an address of its own, for a page that loads nothing else."""
    code = code_of(token)
    return str(code.svg_data_uri(border=QUIET, omitsize=True, light="#fff", scale=8))


def runs(token: str) -> Iterator[tuple[int, int, int]]:
    """The dark parts of the code's lines: line, first module, how many."""
    for line, modules in enumerate(code_of(token).matrix):
        began = None
        for place, dark in enumerate([*modules, 0]):
            if dark and began is None:
                began = place
            elif not dark and began is not None:
                yield line, began, place - began
                began = None
