import pytest

from drivers.errors import DeviceAway
from drivers.feedback.feedback import Signal
from drivers.feedback.patterns import Step
from drivers.feedback.player import PlayedFeedback
from tests.kiosk.neighbours import eventually


class Output:
    """A lamp that fails while it is broken, and remembers what it showed."""

    def __init__(self) -> None:
        self.is_broken = False
        self.failed = 0
        self.shown: list[Step] = []
        self.opened = 0

    def open(self) -> "Output":
        self.opened += 1
        return self

    def put(self, step: Step) -> None:
        if self.is_broken:
            self.failed += 1
            raise DeviceAway("the chip is gone")
        self.shown.append(step)

    def close(self) -> None:
        self.opened -= 1


@pytest.mark.fault
def test_an_output_that_fails_while_it_plays_is_told_at_the_next_signal_and_opened_anew() -> None:
    output = Output()
    output.is_broken = True
    lamp = PlayedFeedback("lamp", output.open)
    lamp.show(Signal.IN)
    eventually(lambda: output.failed)
    eventually(lambda: lamp._failure)

    with pytest.raises(DeviceAway, match="the chip is gone"):
        lamp.show(Signal.IN)

    output.is_broken = False
    lamp.show(Signal.OUT)
    eventually(lambda: output.shown)
    lamp.close()
    assert (output.failed, output.opened) == (1, 0)


def test_nothing_is_opened_before_it_is_needed() -> None:
    output = Output()

    PlayedFeedback("lamp", output.open).close()

    assert output.opened == 0
