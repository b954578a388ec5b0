from datetime import timedelta

import pytest

from drivers.card.reader import CardUid
from drivers.errors import DeviceAway, DeviceMisread
from kiosk.checks import devices
from kiosk.checks.finding import Verdict
from kiosk.protocol.messages import DeviceReport
from kiosk.simulated import SimulatedHardware
from tests.kiosk.diagnosed import diagnosis

pytestmark = pytest.mark.fault


def away(name: str) -> DeviceReport:
    return DeviceReport(name=name, ok=False, why="no answer")


def test_a_device_that_answers_is_well() -> None:
    well = DeviceReport(name="card-reader", ok=True)

    (found,) = devices.reported(diagnosis(devices=(well,)))

    assert (found.check, found.verdict) == ("card-reader", Verdict.WELL)


def test_a_dead_reader_is_a_fault_with_its_remedy() -> None:
    (found,) = devices.reported(diagnosis(devices=(away("card-reader"),)))

    assert (found.verdict, found.what) == (Verdict.FAULT, "does not answer: no answer")
    assert "SPI is switched on" in found.remedy


@pytest.mark.parametrize("name", ["camera", "lamp", "buzzer"])
def test_what_the_kiosk_can_do_without_only_wants_a_look(name: str) -> None:
    (found,) = devices.reported(diagnosis(devices=(away(name),)))

    assert (found.check, found.verdict) == (name, Verdict.WARNING)
    assert found.remedy


def test_a_device_whose_thread_hangs_is_told_once_whatever_it_said_last() -> None:
    well = DeviceReport(name="card-reader", ok=True)

    (found,) = devices.reported(diagnosis(devices=(well,), hanging=("card-reader",)))

    assert found.verdict is Verdict.FAULT
    assert found.remedy.startswith("systemctl restart muster-kiosk")


def found_by_trying(hardware: SimulatedHardware) -> dict[str, Verdict]:
    tried = devices.tried(devices.probes(hardware, moment=timedelta(0)))
    return {found.check: found.verdict for found in tried}


def test_well_devices_are_found_well_by_trying_them() -> None:
    hardware = SimulatedHardware()
    hardware.cards.tap(CardUid.parse("04A224B1C95E80"))

    assert found_by_trying(hardware) == {
        "card-reader": Verdict.WELL,
        "camera": Verdict.WELL,
        "lamp": Verdict.WELL,
    }


def test_dead_devices_are_found_by_trying_them() -> None:
    hardware = SimulatedHardware()
    hardware.cards.fail(DeviceAway("version register reads 00"))
    hardware.camera.fail(DeviceAway("no camera found"))

    assert found_by_trying(hardware) == {
        "card-reader": Verdict.FAULT,
        "camera": Verdict.WARNING,
        "lamp": Verdict.WELL,
    }


def test_a_misread_card_shows_that_the_reader_lives() -> None:
    hardware = SimulatedHardware()
    hardware.cards.fail(DeviceMisread("left too early"))

    assert found_by_trying(hardware)["card-reader"] is Verdict.WELL


def test_devices_that_were_tried_are_let_go() -> None:
    hardware = SimulatedHardware()

    devices.let_go(hardware)

    assert hardware.cards.is_closed
    assert hardware.camera.is_closed
    assert hardware.button.is_closed
