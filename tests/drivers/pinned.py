"""gpiozero's mock pins, which remember every state, with pins that also remember their tones."""

from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPWMPin

from drivers.feedback.patterns import Pattern


class TonePin(MockPWMPin):  # type: ignore[misc]  # gpiozero is untyped
    """A PWM pin that remembers the frequencies it was driven at, 0 for none."""

    def __init__(self, factory: Any, info: Any) -> None:
        super().__init__(factory, info)
        self.tones: list[int] = []

    def _set_frequency(self, value: float | None) -> None:
        super()._set_frequency(value)
        self.tones.append(round(value or 0))


@contextmanager
def mock_pins() -> Iterator[Any]:
    """A factory of mock pins with PWM, emptied afterwards."""
    factory = MockFactory(pin_class=TonePin)
    try:
        yield factory
    finally:
        factory.reset()
        factory.close()


def states(pins: Any, pin: int) -> list[float]:
    """Every state the pin went through."""
    return [round(float(each.state), 2) for each in pins.pin(pin).states]


class Hasty(SimpleQueue[Pattern | None]):
    """An inbox that waits only where there is nothing left to play, and remembers each wait."""

    def __init__(self) -> None:
        self.waits_ms: list[int] = []

    def get(self, block: bool = True, timeout: float | None = None) -> Pattern | None:  # noqa: ARG002 - its signature
        if timeout is None:
            return super().get()
        self.waits_ms.append(round(timeout * 1000))
        return super().get(block=False)
