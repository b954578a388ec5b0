"""The chip as the stock library meets it, and the ways in which it fails."""

from collections.abc import Iterator
from typing import Any

import pytest

from drivers.card.reader import CardUid
from drivers.emulated.mfrc522_chip import FIFO_SIZE, HIGH, VERSION, Mfrc522Chip, Register
from drivers.emulated.plugging import plugged_in
from drivers.emulated.proximity import EmulatedCard, Field
from drivers.emulated.times import SteppedTime

CARD = CardUid.parse("A1B2C3D4")
NUMBER_WITH_ITS_CHECK_BYTE = 0xA1B2C3D404


class Bench:
    """The chip, and the library as it comes."""

    def __init__(self) -> None:
        self.time = SteppedTime()
        self.field = Field()
        self.chip = Mfrc522Chip(self.field, self.time)

    def library(self) -> Any:
        from mfrc522 import SimpleMFRC522  # noqa: PLC0415 - finds the emulated modules only now

        return SimpleMFRC522()

    def read(self, register: int) -> int:
        return self.chip.transfer([register << 1 | 0x80, 0])[1]

    def write(self, register: int, *values: int) -> None:
        self.chip.transfer([register << 1, *values])


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    with plugged_in(bench.chip):
        yield bench


def test_the_stock_library_reads_a_card(bench: Bench) -> None:
    bench.field.put(EmulatedCard(CARD))

    assert bench.library().read_id_no_block() == NUMBER_WITH_ITS_CHECK_BYTE


def test_the_stock_library_misses_a_resting_card_every_second_time(bench: Bench) -> None:
    library = bench.library()
    bench.field.put(EmulatedCard(CARD))

    told = [library.read_id_no_block() is not None for _ in range(4)]

    assert told == [True, False, True, False]


def test_the_stock_library_spins_two_thousand_times_for_no_card(bench: Bench) -> None:
    library = bench.library()
    transfers = bench.chip.transfers

    assert library.read_id_no_block() is None

    assert bench.chip.transfers - transfers > 2000


def test_every_transfer_costs_time(bench: Bench) -> None:
    began = bench.time.elapsed_us()

    bench.read(Register.VERSION)

    assert bench.time.elapsed_us() - began == 50


def test_the_version_cannot_be_written(bench: Bench) -> None:
    bench.write(Register.VERSION, 0)

    assert bench.read(Register.VERSION) == VERSION


def test_the_fifo_gives_back_what_went_in_and_says_when_it_was_too_much(bench: Bench) -> None:
    bench.write(Register.FIFO_DATA, *range(FIFO_SIZE + 1))

    assert bench.read(Register.FIFO_LEVEL) == FIFO_SIZE
    assert bench.read(Register.ERROR) == 0x10
    assert [bench.read(Register.FIFO_DATA) for _ in range(3)] == [0, 1, 2]


def test_a_flushed_fifo_is_empty(bench: Bench) -> None:
    bench.write(Register.FIFO_DATA, *range(FIFO_SIZE + 1))

    bench.write(Register.FIFO_LEVEL, 0x80)

    assert bench.read(Register.FIFO_LEVEL) == bench.read(Register.ERROR) == 0
    assert bench.read(Register.FIFO_DATA) == 0


def test_interrupt_flags_are_set_and_cleared_by_their_marks(bench: Bench) -> None:
    bench.write(Register.COM_IRQ, 0x80 | 0x21)
    assert bench.read(Register.COM_IRQ) == 0x14 | 0x21

    bench.write(Register.COM_IRQ, 0x7F)
    assert bench.read(Register.COM_IRQ) == 0


def test_nothing_is_sent_unless_the_chip_was_told_to_talk(bench: Bench) -> None:
    bench.write(Register.FIFO_DATA, 0x26)
    bench.write(Register.BIT_FRAMING, 0x87)

    assert bench.read(Register.FIFO_LEVEL) == 1


@pytest.mark.fault
def test_a_wiped_chip_answers_but_is_not_set_up(bench: Bench) -> None:
    bench.library()
    assert bench.field.is_on

    bench.chip.wipe()

    assert bench.read(Register.VERSION) == VERSION
    assert bench.read(Register.T_MODE) == 0
    assert not bench.field.is_on


@pytest.mark.fault
def test_an_unplugged_chip_reads_as_its_line_floats(bench: Bench) -> None:
    bench.chip.unplug(floating=HIGH)

    assert bench.read(Register.VERSION) == HIGH


@pytest.mark.fault
def test_a_chip_that_hangs_needs_its_reset_pin(bench: Bench) -> None:
    bench.chip.hang()
    bench.write(Register.COMMAND, 0x0F)
    assert bench.read(Register.VERSION) == 0

    bench.chip.set_reset_pin(high=False)
    assert bench.read(Register.VERSION) == 0

    bench.chip.set_reset_pin(high=True)
    assert bench.read(Register.VERSION) == VERSION
