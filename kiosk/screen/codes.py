"""The rotating code of a session that meets now, as the page draws it."""

from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from kiosk.protocol.options import SessionCode
from kiosk.protocol.rotating import code_at

QUIET = 4
"""Modules of paper around a code (ISO 18004)."""


@dataclass(frozen=True, slots=True)
class CodeShown:
    """A QR code as an SVG path of dark modules on a square of `size` modules, paper included."""

    text: str
    path: str
    size: int


def code_shown(code: SessionCode, *, text: str, now: datetime) -> CodeShown:
    """The code of this moment, with the `text` beneath it."""
    path, size = _drawn(code.url + code_at(b64decode(code.key), now, step=code.step))
    return CodeShown(text, path, size)


@lru_cache(maxsize=4)
def _drawn(content: str) -> tuple[str, int]:
    import segno  # noqa: PLC0415 - few kiosks show one

    matrix = segno.make(content, error="m", micro=False).matrix
    rows = (_row(y, row) for y, row in enumerate(matrix, start=QUIET))
    return "".join(rows), len(matrix) + 2 * QUIET


def _row(y: int, row: bytearray) -> str:
    return "".join(f"M{x} {y}h1v1h-1z" for x, dark in enumerate(row, start=QUIET) if dark)
