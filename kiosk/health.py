"""How the kiosk is: what its heartbeat says, and what systemd hears."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import metadata
from pathlib import Path

import structlog
from systemd import daemon

from drivers.clock.clock import Reading
from kiosk.backlog import Backlog
from kiosk.protocol.messages import DeviceReport, Heartbeat
from kiosk.settings import KioskSettings

log = structlog.get_logger()

MEGABYTE = 1_000_000
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the kiosk has heard, and what it still carries."""

    confirmed: int
    roster_version: int
    heard_upto: datetime | None
    caught_up: bool
    remarks: int = 0
    photos: int = 0
    faces_version: int = 0
    salvaged: int = 0


def heartbeat(
    settings: KioskSettings,
    *,
    reading: Reading,
    backlog: Backlog,
    standing: Standing,
    devices: tuple[DeviceReport, ...] = (),
    seal_key: str = "",
) -> Heartbeat:
    """The kiosk's state, for the gateway."""
    span = backlog.span()
    return Heartbeat(
        kiosk=settings.kiosk,
        install=backlog.install,
        sent_at=reading.utc,
        boot_id=reading.boot_id,
        uptime_ms=reading.uptime // MILLISECOND,
        clock_trusted=reading.trusted,
        first_seq=span.first,
        last_seq=span.last,
        queue=max(0, span.last - standing.confirmed),
        salvaged=standing.salvaged,
        roster_version=standing.roster_version,
        heard_upto=standing.heard_upto,
        caught_up=standing.caught_up,
        software=software(),
        disk_free_mb=disk_free_mb(settings.data),
        anchors=backlog.anchors(),
        devices=devices,
        remarks=standing.remarks,
        photos=standing.photos,
        faces_version=standing.faces_version,
        seal_key=seal_key,
    )


@cache
def software() -> str:
    """The version of the programs, as installed."""
    return f"muster {metadata.version('muster')}"


def disk_free_mb(folder: Path) -> int:
    """Whole megabytes free to the kiosk; 0 when the disk cannot be asked."""
    try:
        return shutil.disk_usage(folder).free // MEGABYTE
    except OSError:
        return 0


class Supervisor:
    """Tells systemd how the kiosk is. Without systemd it says everything to nobody.

    `silent` names the threads that hang. While there is one, the watchdog is not fed, and
    systemd restarts the kiosk: a device that is merely away never comes to that. `say` is
    the line that `systemctl status` shows.
    """

    def __init__(
        self,
        notify: Callable[[str], object] = daemon.notify,
        *,
        silent: Callable[[], Sequence[str]] = tuple,
        say: Callable[[], str] = str,
    ) -> None:
        self._notify = notify
        self._silent = silent
        self._say = say
        self._is_ready = False
        self._status = ""

    def ready(self) -> None:
        """The deciding loop has turned once: the kiosk serves people."""
        if not self._is_ready:
            self._is_ready = True
            self._notify("READY=1")

    def alive(self) -> None:
        """The deciding loop turns and the journal takes writes."""
        silent = self._silent()
        if silent:
            log.error("thread_hangs", threads=",".join(silent))
            self._tell(f"Hangs: {', '.join(silent)}; waiting for a restart")
        else:
            self._notify("WATCHDOG=1")
            self._tell(self._say())

    def stopping(self) -> None:
        """The kiosk was asked to end."""
        self._notify("STOPPING=1")

    def _tell(self, status: str) -> None:
        if status != self._status:
            self._status = status
            self._notify(f"STATUS={status}")
