"""When a face is worth measuring: it holds still, and its eyes have blinked. Pure."""

from collections.abc import Sequence
from itertools import groupby, pairwise
from statistics import median

from drivers.face.engine import Face

FRAMES = 3
"""A face has to hold still for this many pictures."""

SHIFT, GROWTH = 0.2, 0.2
"""How far a still face may move and grow from one picture to the next, in its widths."""

CLOSED, OPEN = 0.65, 0.85
"""Eyes are closed below the one, open above the other, as shares of the same eyes' usual."""

FEWEST_LOOKS = 4
"""Fewer looks at somebody's eyes say nothing of what is usual with them."""


def is_steady(faces: Sequence[Face | None], *, frames: int = FRAMES) -> bool:
    """Whether the last `frames` pictures all show a face, and it hardly moved between them."""
    recent = [face for face in faces[-frames:] if face is not None]
    return len(recent) == frames and all(is_near(*both) for both in pairwise(recent))


def has_blinked(openness: Sequence[float]) -> bool:
    """Whether eyes that were open closed and opened again.

    Eyes differ: a half-closed look is some people's usual one. So each is compared with
    the median of the wider half of what was seen of the same eyes.
    """
    if len(openness) < FEWEST_LOOKS:
        return False
    usual = median(sorted(openness)[len(openness) // 2 :])
    looks = (_are_open(each, usual) for each in openness)
    changes = [is_open for is_open, _ in groupby(each for each in looks if each is not None)]
    return False in changes[1:-1]


def is_near(before: Face, after: Face) -> bool:
    """Whether the second may be the first, a picture later, holding still."""
    moved = max(abs(_middle(after)[axis] - _middle(before)[axis]) for axis in (0, 1))
    grown = abs(after.width - before.width)
    return moved <= SHIFT * before.width and grown <= GROWTH * before.width


def _middle(face: Face) -> tuple[float, float]:
    return face.left + face.width / 2, face.top + face.height / 2


def _are_open(openness: float, usual: float) -> bool | None:
    """Open, closed, or in between: None."""
    if openness >= OPEN * usual:
        return True
    return False if openness <= CLOSED * usual else None
