"""`muster-kiosk doctor`: looks at everything a kiosk needs, and says in words what to do.

Beside a running kiosk it asks that kiosk about its devices and its line; a kiosk that is
stopped has its devices tried and its broker called in its place.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from drivers.clock.clock import Clock, Reading
from kiosk.checks import broker, certificates, clock, devices, network, running, storage, tls
from kiosk.checks.finding import Finding, Verdict, fault, well
from kiosk.hardware import Hardware
from kiosk.settings import KioskSettings

SIGNS = {Verdict.WELL: "ok  ", Verdict.WARNING: "LOOK", Verdict.FAULT: "BAD "}


def examine(settings: KioskSettings, clock: Clock, *, wired: Hardware) -> tuple[Finding, ...]:
    """Everything, the kiosk itself first. Takes some seconds where something does not answer.

    `wired` is opened only while no kiosk runs.
    """
    reading = clock.read()
    return (
        well("settings", "every key is known, every value can be"),
        *_kiosk(settings, wired),
        *_storage(settings.data, reading),
        *_line(settings, reading),
    )


def misset(config: Path, why: str) -> tuple[Finding, ...]:
    """All that can be said when the settings cannot be used."""
    remedy = f"mend {config}; every setting stands in config/kiosk/kiosk.example.toml"
    return (fault("settings", why, remedy),)


def tell(findings: Iterable[Finding], *, as_json: bool) -> int:
    """Write the findings to stdout; 1 when there is a fault among them."""
    found = tuple(findings)
    sys.stdout.write(in_json(found) if as_json else in_words(found))
    return 0 if is_fit(found) else 1


def is_fit(findings: Iterable[Finding]) -> bool:
    """Whether no fault was found."""
    return all(finding.verdict is not Verdict.FAULT for finding in findings)


def in_words(findings: Iterable[Finding]) -> str:
    """A line a finding, and below a bad one what to do."""
    lines = []
    for found in findings:
        lines.append(f"{SIGNS[found.verdict]} {found.check:<12} {found.what}")
        if found.remedy:
            lines.append(f"{'':17} → {found.remedy}")
    return "\n".join(lines) + "\n"


def in_json(findings: Iterable[Finding]) -> str:
    """The findings as a list of objects."""
    return json.dumps([asdict(found) for found in findings], ensure_ascii=False, indent=1) + "\n"


def _kiosk(settings: KioskSettings, wired: Hardware) -> tuple[Finding, ...]:
    runs = running.is_running(settings.data)
    told = running.ask(settings.screen) if runs else None
    found = (running.check_kiosk(told, runs=runs), running.check_port(settings.screen, runs=runs))
    if told is not None:
        return (*found, running.check_line(told), *devices.reported(told))
    if runs:
        return found
    return (*found, *_tried(wired), *_called(settings))


def _tried(wired: Hardware) -> tuple[Finding, ...]:
    try:
        return devices.tried(devices.probes(wired))
    finally:
        devices.let_go(wired)


def _called(settings: KioskSettings) -> tuple[Finding, ...]:
    """The broker, called in the kiosk's place if there is a way to it."""
    host, port = settings.broker.host, settings.broker.port
    if network.check_door(host, port).verdict is not Verdict.WELL:
        return ()
    return broker.check_broker(settings)


def _storage(folder: Path, reading: Reading) -> tuple[Finding, ...]:
    return (
        clock.check_clock(reading),
        storage.check_folder(folder),
        storage.check_room(folder),
        storage.check_journal(folder),
        storage.check_set_aside(folder),
        storage.check_roster(folder, now=reading.utc),
    )


def _line(settings: KioskSettings, reading: Reading) -> tuple[Finding, ...]:
    """The way to the broker, as far as it leads."""
    line = settings.broker
    found = [network.check_address(line.host), network.check_name(line.host)]
    if line.tls:
        found += certificates.check_certificates(line.tls, now=reading.utc)
    if found[1].verdict is Verdict.FAULT:
        return tuple(found)
    found.append(network.check_door(line.host, line.port))
    if line.tls and found[-1].verdict is Verdict.WELL:
        found.append(tls.check_tls(line, line.tls))
    return tuple(found)
