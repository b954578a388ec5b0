from ipaddress import ip_address

import pytest

from kiosk.diagnosis import own_address
from kiosk.protocol.messages import DeviceReport
from tests.kiosk.diagnosed import diagnosis


@pytest.mark.parametrize(
    ("more", "summary"),
    [
        ({}, "Recording · online"),
        ({"online": False, "waiting": 7}, "Recording · offline · 7 waiting"),
        ({"can_record": False}, "CANNOT SAVE · online"),
        ({"clock_trusted": False}, "Recording · online · time approximate"),
        (
            {"devices": (DeviceReport(name="camera", ok=False, why="gone"),)},
            "Recording · online · away: camera",
        ),
    ],
)
def test_a_diagnosis_is_told_in_one_line(more: dict[str, object], summary: str) -> None:
    assert diagnosis(**more).summary() == summary


def test_a_machines_address_is_one_or_nothing() -> None:
    address = own_address()

    assert not address or ip_address(address)
