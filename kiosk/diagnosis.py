"""How a running kiosk is, as it tells the doctor and, while staff hold the button, the screen."""

import socket

from pydantic import BaseModel, ConfigDict

from kiosk.protocol.messages import DeviceReport

NOWHERE = ("192.0.2.1", 9)
"""An address nobody has (RFC 5737). Nothing is sent to it: only the way there is asked for."""


class Diagnosis(BaseModel):
    """Facts about the machine, none about people. `trouble` is the broker's last refusal."""

    model_config = ConfigDict(frozen=True)

    kiosk: str
    software: str
    address: str
    devices: tuple[DeviceReport, ...]
    hanging: tuple[str, ...]
    can_record: bool
    clock_trusted: bool
    online: bool
    waiting: int
    trouble: str

    def summary(self) -> str:
        """One line for `systemctl status`."""
        away = ", ".join(device.name for device in self.devices if not device.ok)
        parts = (
            "Recording" if self.can_record else "CANNOT SAVE",
            "online" if self.online else "offline",
            f"{self.waiting} waiting" if self.waiting else "",
            "" if self.clock_trusted else "time approximate",
            f"away: {away}" if away else "",
        )
        return " · ".join(part for part in parts if part)


def own_address() -> str:
    """The address this machine has in its network; empty while it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(NOWHERE)
        except OSError:
            return ""
        return str(asking.getsockname()[0])
