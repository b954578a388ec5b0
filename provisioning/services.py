"""The steps that turn a bare server into a gateway, and a bare Raspberry Pi into a kiosk."""

import secrets
import sys
from pathlib import Path

from provisioning.steps import Account, CannotInstall, Command, File, Folder, Step

HERE = Path(__file__).resolve().parent.parent
PLACE = "/opt/muster"
UNITS = "/etc/systemd/system"
DEVICES = ("gpio", "spi", "i2c", "video", "render", "input")
"""Groups of Raspberry Pi OS that may touch what is wired to a kiosk; USB readers are `input`."""
VOLATILE_LOG = "/etc/systemd/journald.conf.d/muster-kiosk.conf"
VOLATILE = """# A kiosk's log stays in memory: an SD card wears out by being written.
[Journal]
Storage=volatile
RuntimeMaxUse=32M
"""
DEBIANS_BROKER_OFF = Command(("systemctl", "disable", "--now", "mosquitto.service"))
"""The gateway starts a Mosquitto of its own on the same port; Debian's comes with the package."""


def ready(goal: str) -> Command:
    """System packages and .venv for what the machine is to be, unless they are there."""
    return Command((sys.executable, str(HERE / "provisioning" / "machine.py"), goal))


def gateway() -> tuple[Step, ...]:
    """A gateway as a service. Settings and secret that are there already stay."""
    return (
        ready("run"),
        DEBIANS_BROKER_OFF,
        Account("muster", "/var/lib/muster"),
        Folder("/etc/muster", "root:root", 0o755),
        Folder("/var/lib/muster", "muster:muster", 0o750),
        File("/etc/muster/secret_key", "root:root", 0o600, lambda: secrets.token_urlsafe(48)),
        File("/etc/muster/gateway.toml", "root:muster", 0o640, _gateway_settings),
        *_service("muster-gateway"),
    )


def kiosk(settings: Path) -> tuple[Step, ...]:
    """A kiosk as a service, with the settings that `muster-gateway kiosk add` printed."""
    return (
        ready("kiosk"),
        Account("muster-kiosk", "/var/lib/muster-kiosk", DEVICES),
        Folder("/etc/muster", "root:root", 0o755),
        Folder("/var/lib/muster-kiosk", "muster-kiosk:muster-kiosk", 0o700),
        File("/etc/muster/kiosk.toml", "root:root", 0o600, lambda: _text(settings), kept=False),
        File("/usr/local/bin/muster-kiosk", "root:root", 0o755, _kiosk_command, kept=False),
        File(VOLATILE_LOG, "root:root", 0o644, lambda: VOLATILE, kept=False),
        Command(("systemctl", "try-restart", "systemd-journald.service")),
        *_service("muster-kiosk"),
    )


def _service(name: str) -> tuple[Step, ...]:
    unit = f"{name}.service"
    return (
        File(f"{UNITS}/{unit}", "root:root", 0o644, lambda: _unit(unit), kept=False),
        Command(("systemctl", "daemon-reload")),
        Command(("systemctl", "enable", "--now", unit)),
    )


def _kiosk_command() -> str:
    """What lets `sudo muster-kiosk doctor` be found."""
    return f'#!/bin/sh\nexec {HERE}/.venv/bin/muster-kiosk "$@"\n'


def _unit(name: str) -> str:
    """The unit with the place where this product really lies."""
    return _text(HERE / "systemd" / name).replace(PLACE, str(HERE))


def _gateway_settings() -> str:
    """The example, without the secret: that comes from a file of its own."""
    text = _text(HERE / "config" / "gateway" / "gateway.example.toml")
    lines = ("# " + line if line.startswith("secret_key") else line for line in text.splitlines())
    return "\n".join([*lines, ""])


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as problem:
        raise CannotInstall(f"{path} cannot be read: {problem.strerror}") from problem
