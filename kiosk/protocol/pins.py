"""PINs as they are stored and travel: never the digits, always what they were turned into.

Both sides turn them with a key the gateway gives out. Turning is slow on purpose: whoever has
the key and the roster still needs hours for the million there are.
"""

import hashlib
import re
from itertools import pairwise

DIGITS = 6
LONGEST_RUN = 4
"""Digits alike, or each one up or down from the last, that a PIN may have in a row."""

_PIN = re.compile(rf"[0-9]{{{DIGITS}}}")
_COST, _BLOCK, _OCTETS = 2**13, 8, 16


def is_pin(text: str) -> bool:
    """Whether it has the digits of a PIN."""
    return _PIN.fullmatch(text) is not None


def is_easy(pin: str) -> bool:
    """Whether others would try it first: long runs such as 111112 and 123456."""
    steps = [int(after) - int(before) for before, after in pairwise(pin)]
    longest = LONGEST_RUN
    windows = (set(steps[at : at + longest]) for at in range(len(steps) - longest + 1))
    return any(window in ({0}, {1}, {-1}) for window in windows)


def pin_value(pin: str, key: bytes) -> str:
    """The credential's value of a PIN under this key; takes some 20 to 100 ms."""
    turned = hashlib.scrypt(
        pin.encode(), salt=key, n=_COST, r=_BLOCK, p=1, maxmem=2**25, dklen=_OCTETS
    )
    return turned.hex()
