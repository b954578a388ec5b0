"""How each signal looks and sounds: a table of steps, nothing else.

Light alone tells the signals apart (one long, two long, three short, long and two short,
five long), and so does sound alone, by rhythm where the buzzer has one tone, by pitch
besides where it has several. Nothing flashes more than three times in a second, the limit
that keeps light safe for people with photosensitive epilepsy (WCAG 2.2, 2.3.1).
"""

from dataclasses import dataclass
from datetime import timedelta

from drivers.feedback.feedback import Signal


@dataclass(frozen=True, slots=True)
class Colour:
    """Shares of red, green and blue light, each from 0 to 1."""

    red: float
    green: float
    blue: float


@dataclass(frozen=True, slots=True)
class Step:
    """What the kiosk shows and sounds for a while; None is dark, or silent."""

    lasts: timedelta
    colour: Colour | None
    tone_hz: int | None


Pattern = tuple[Step, ...]

NOTHING = Step(timedelta(0), None, None)
GREEN = Colour(0, 1, 0.2)
BLUE = Colour(0.1, 0.1, 1)
WHITE = Colour(0.5, 0.5, 0.5)
AMBER = Colour(1, 0.4, 0)
RED = Colour(1, 0, 0)
LOW, DEEP, MIDDLE, HIGH, TOP = 262, 330, 659, 880, 1319
"""Hertz. A passive buzzer of a few cents has them all."""


def _on(ms: int, colour: Colour, tone_hz: int | None = None) -> Step:
    return Step(timedelta(milliseconds=ms), colour, tone_hz)


def _off(ms: int) -> Step:
    return Step(timedelta(milliseconds=ms), None, None)


PATTERNS: dict[Signal, Pattern] = {
    Signal.IN: (_on(100, GREEN, HIGH), _on(120, GREEN, TOP), _on(1380, GREEN)),
    Signal.OUT: (
        _on(150, BLUE, TOP),
        _on(350, BLUE),
        _off(200),
        _on(150, BLUE, HIGH),
        _on(750, BLUE),
    ),
    Signal.ALREADY: (
        _on(100, WHITE, MIDDLE),
        _off(250),
        _on(100, WHITE, MIDDLE),
        _off(250),
        _on(100, WHITE, MIDDLE),
    ),
    Signal.REFUSED: (
        _on(700, AMBER, DEEP),
        _off(300),
        _on(150, AMBER),
        _off(300),
        _on(150, AMBER),
    ),
    Signal.NOT_RECORDED: (
        *(_on(400, RED, DEEP), _off(250), _on(400, RED, LOW), _off(250)) * 2,
        _on(400, RED, DEEP),
    ),
}


def lasts(pattern: Pattern) -> timedelta:
    """How long the whole pattern takes."""
    return sum((step.lasts for step in pattern), timedelta(0))
