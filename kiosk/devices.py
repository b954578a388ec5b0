"""How the kiosk's devices are: written by who works them, read by heartbeat, screen and doctor."""

from threading import Lock

import structlog

from kiosk.protocol.messages import DeviceReport

log = structlog.get_logger()

LONGEST_WHY = 200


class Devices:
    """What was last reported of each device. Safe from every thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._reports: dict[str, DeviceReport] = {}

    def well(self, name: str) -> None:
        """The device answers; said in the log when it did not before. Quick where it did."""
        known = self._reports.get(name)
        if known is not None and known.ok:
            return
        if self._note(DeviceReport(name=name, ok=True)):
            log.info("device_back", device=name)

    def away(self, name: str, why: str) -> None:
        """The device does not answer; said in the log once, until it is back.

        Signs that no message carries are left out of `why`: a heartbeat would fail with them.
        """
        told = "".join(sign if sign.isprintable() else " " for sign in why[:LONGEST_WHY])
        report = DeviceReport(name=name, ok=False, why=told)
        if self._note(report):
            log.error("device_away", device=name, reason=why)

    def reports(self) -> tuple[DeviceReport, ...]:
        """Every device that was reported so far, by name."""
        with self._lock:
            return tuple(self._reports[name] for name in sorted(self._reports))

    def _note(self, report: DeviceReport) -> bool:
        """Whether the device went or came back with this; a first good report is no news."""
        with self._lock:
            before = self._reports.get(report.name)
            self._reports[report.name] = report
        return report.ok is not (before.ok if before else True)
