from collections.abc import Iterator

import pytest

from drivers.emulated.mfrc522_core import FIFO_SIZE, VERSION, Register
from tests.drivers.emulated.bus import Bus, open_bus


@pytest.fixture
def bus() -> Iterator[Bus]:
    with open_bus() as bus:
        yield bus


def test_the_version_cannot_be_written(bus: Bus) -> None:
    bus.write(Register.VERSION, 0)

    assert bus.read(Register.VERSION) == VERSION


def test_the_fifo_gives_back_what_went_in_and_says_when_it_was_too_much(bus: Bus) -> None:
    bus.write(Register.FIFO_DATA, *range(FIFO_SIZE + 1))

    assert bus.read(Register.FIFO_LEVEL) == FIFO_SIZE
    assert bus.read(Register.ERROR) == 0x10
    assert [bus.read(Register.FIFO_DATA) for _ in range(3)] == [0, 1, 2]


def test_a_flushed_fifo_is_empty(bus: Bus) -> None:
    bus.write(Register.FIFO_DATA, *range(FIFO_SIZE + 1))

    bus.write(Register.FIFO_LEVEL, 0x80)

    assert bus.read(Register.FIFO_LEVEL) == bus.read(Register.ERROR) == 0
    assert bus.read(Register.FIFO_DATA) == 0


def test_interrupt_flags_are_set_and_cleared_by_their_marks(bus: Bus) -> None:
    bus.write(Register.COM_IRQ, 0x80 | 0x21)
    assert bus.read(Register.COM_IRQ) == 0x14 | 0x21

    bus.write(Register.COM_IRQ, 0x7F)
    assert bus.read(Register.COM_IRQ) == 0


def test_nothing_is_sent_unless_the_chip_was_told_to_talk(bus: Bus) -> None:
    bus.write(Register.FIFO_DATA, 0x26)
    bus.write(Register.BIT_FRAMING, 0x87)

    assert bus.read(Register.FIFO_LEVEL) == 1
