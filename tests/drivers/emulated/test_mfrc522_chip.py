"""The chip as the stock library meets it, and the ways in which it fails."""

from collections.abc import Iterator

import pytest

from drivers.card.reader import CardUid
from drivers.emulated.mfrc522_chip import HIGH
from drivers.emulated.mfrc522_core import VERSION, Register
from drivers.emulated.proximity import EmulatedCard
from tests.drivers.emulated.bus import Bus, open_bus

CARD = CardUid.parse("A1B2C3D4")
NUMBER_WITH_ITS_CHECK_BYTE = 0xA1B2C3D404


@pytest.fixture
def bus() -> Iterator[Bus]:
    with open_bus() as bus:
        yield bus


def test_the_stock_library_reads_a_card(bus: Bus) -> None:
    bus.field.put(EmulatedCard(CARD))

    assert bus.library().read_id_no_block() == NUMBER_WITH_ITS_CHECK_BYTE


def test_the_stock_library_misses_a_resting_card_every_second_time(bus: Bus) -> None:
    library = bus.library()
    bus.field.put(EmulatedCard(CARD))

    told = [library.read_id_no_block() is not None for _ in range(4)]

    assert told == [True, False, True, False]


def test_the_stock_library_spins_two_thousand_times_for_no_card(bus: Bus) -> None:
    library = bus.library()
    transfers = bus.chip.transfers

    assert library.read_id_no_block() is None

    assert bus.chip.transfers - transfers > 2000


def test_every_transfer_costs_time(bus: Bus) -> None:
    began = bus.time.elapsed_us()

    bus.read(Register.VERSION)

    assert bus.time.elapsed_us() - began == 50


@pytest.mark.fault
def test_a_wiped_chip_answers_but_is_not_set_up(bus: Bus) -> None:
    bus.library()
    assert bus.field.is_on

    bus.chip.wipe()

    assert bus.read(Register.VERSION) == VERSION
    assert bus.read(Register.T_MODE) == 0
    assert not bus.field.is_on


@pytest.mark.fault
def test_an_unplugged_chip_reads_as_its_line_floats(bus: Bus) -> None:
    bus.chip.unplug(floating=HIGH)

    assert bus.read(Register.VERSION) == HIGH


@pytest.mark.fault
def test_a_chip_that_hangs_needs_its_reset_pin(bus: Bus) -> None:
    bus.chip.hang()
    bus.write(Register.COMMAND, 0x0F)
    assert bus.read(Register.VERSION) == 0

    bus.chip.set_reset_pin(high=False)
    assert bus.read(Register.VERSION) == 0

    bus.chip.set_reset_pin(high=True)
    assert bus.read(Register.VERSION) == VERSION
