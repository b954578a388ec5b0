"""A drawn picture of somebody before a camera that is not there: no photograph of anyone."""

from zlib import crc32

from drivers.camera.camera import GRAY, Frame

_WIDE, _HIGH, _SCALE = 160, 120, 4
_BACKGROUND, _SKIN = 205, 170


def portrait(of: str) -> Frame:
    """Head and shoulders, 640 by 480 in gray; whoever `of` is always looks the same."""
    drawn = crc32(of.encode())
    hair, shirt = 20 + drawn % 70, 60 + (drawn >> 8) % 80
    rows = (
        b"".join(bytes([_shade(x, y, hair, shirt)]) * _SCALE for x in range(_WIDE)) * _SCALE
        for y in range(_HIGH)
    )
    return Frame(_WIDE * _SCALE, _HIGH * _SCALE, GRAY, b"".join(rows))


def _shade(x: int, y: int, hair: int, shirt: int) -> int:
    if _inside(x, y, middle=(80, 56), wide=20, high=27):
        return hair if y < 40 or (x - 73, y - 52) in _EYES else _SKIN
    if _inside(x, y, middle=(80, 46), wide=25, high=26):
        return hair
    if _inside(x, y, middle=(80, 128), wide=52, high=44):
        return shirt
    return _BACKGROUND - y // 3


def _inside(x: int, y: int, *, middle: tuple[int, int], wide: int, high: int) -> bool:
    return ((x - middle[0]) / wide) ** 2 + ((y - middle[1]) / high) ** 2 <= 1


_EYES = frozenset((x, y) for x in (0, 1, 13, 14) for y in (0, 1))
