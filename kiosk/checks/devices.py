"""Reader, camera and lamp: as a running kiosk reports them, or tried out while it is stopped."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

from drivers.errors import DeviceAway, DeviceMisread
from kiosk.checks.finding import Finding, fault, warning, well
from kiosk.diagnosis import Diagnosis
from kiosk.hardware import Hardware

A_MOMENT = timedelta(seconds=0.5)
Probe = Callable[[], object]
"""Tries a device. Raises DeviceAway when it does not answer."""

REMEDIES = {
    "card-reader": "check its wires against docs/kiosk-hardware.md, and that SPI is switched on: "
    "raspi-config, Interface Options, SPI",
    "usb-reader": "pull its USB plug and put it back; `lsusb` must name it",
    "pcsc-reader": "pull its USB plug and put it back; `pcsc_scan` must name it; "
    "systemctl status pcscd",
    "camera": "check the ribbon cable at both ends, or the USB plug; "
    "`rpicam-hello --list-cameras` must name it",
    "lamp": "check its wires against docs/kiosk-hardware.md, and the pins in the settings",
    "buzzer": "check its wires against docs/kiosk-hardware.md, and the pin in the settings",
}
OPTIONAL = frozenset({"lamp", "buzzer", "button", "camera", "face"})
"""What a kiosk goes on without."""


def probes(wired: Hardware, *, moment: timedelta = A_MOMENT) -> dict[str, Probe]:
    """How to try each of its devices."""
    found: dict[str, Probe] = {
        name: partial(reader.read, moment) for name, reader in wired.readers.items()
    }
    if wired.camera is not None:
        found["camera"] = partial(wired.camera.capture, moment)
    return found | {output.name: output.check for output in wired.outputs}


def let_go(wired: Hardware) -> None:
    """Leave the devices to whoever comes next."""
    for reader in wired.readers.values():
        reader.close()
    if wired.camera is not None:
        wired.camera.close()
    for output in wired.outputs:
        output.close()
    if wired.button is not None:
        wired.button.close()


def reported(diagnosis: Diagnosis) -> tuple[Finding, ...]:
    """What a running kiosk says of its devices."""
    hanging = tuple(_hangs(name) for name in diagnosis.hanging)
    devices = tuple(
        _away(device.name, device.why) if not device.ok else well(device.name, "answers")
        for device in diagnosis.devices
        if device.name not in diagnosis.hanging
    )
    return hanging + devices


def tried(probes: Mapping[str, Probe]) -> tuple[Finding, ...]:
    """What comes of trying each device; none may be in use by a running kiosk."""
    return tuple(_tried(name, probe) for name, probe in probes.items())


def _tried(name: str, probe: Probe) -> Finding:
    try:
        probe()
    except DeviceAway as away:
        return _away(name, str(away))
    except DeviceMisread:
        return well(name, "answers")
    return well(name, "answers")


def _away(name: str, why: str) -> Finding:
    remedy = REMEDIES.get(name, "check its cable and plug")
    found = warning if name in OPTIONAL else fault
    return found(name, f"does not answer: {why}", remedy)


def _hangs(name: str) -> Finding:
    return fault(
        name,
        "the part of the kiosk that works it hangs",
        "systemctl restart muster-kiosk; if it hangs again, unplug the device and tell whoever "
        "looks after Muster",
    )
