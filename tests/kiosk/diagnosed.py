"""What a kiosk tells of itself, in tests."""

from typing import Any

from kiosk.diagnosis import Diagnosis
from kiosk.protocol.messages import DeviceReport


def diagnosis(**more: Any) -> Diagnosis:
    """A kiosk that is well, unless told otherwise."""
    told: dict[str, Any] = {
        "kiosk": "front-door",
        "software": "muster 2026",
        "address": "10.4.0.17",
        "devices": (DeviceReport(name="lamp", ok=True),),
        "hanging": (),
        "can_record": True,
        "clock_trusted": True,
        "online": True,
        "waiting": 0,
        "trouble": "",
    }
    return Diagnosis(**(told | more))
