"""`muster-gateway demo`: a school with everything running, seeded anew at each start."""

import http.client
import os
import secrets
import shlex
import shutil
import signal
import sys
import threading
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path

import django
from rich.console import Console
from rich.progress import Progress

from gateway.errors import Rejected
from gateway.project import logs
from gateway.project.config import CONFIG_VARIABLE, settings
from gateway.project.demo import crowd
from gateway.project.demo.children import Children
from gateway.project.demo.plan import (
    DOORS,
    FINISHES_AFTER,
    REGISTERS_AFTER,
    Hours,
    Ports,
    free_ports,
    hours_around,
    zone_of_this_machine,
)
from gateway.project.kiosk_settings import KioskFile, Simulated

LARGE = "large"
SIZES = {"full": 400, "small": 40, LARGE: 5_000}
LOOPBACK = "127.0.0.1"
TRAY_BADGES = "tray-badges.csv"
"""Where a kiosk with simulated hardware looks for badges that can be held up."""
MARKER = "this folder belongs to muster-gateway demo"


class ForeignFolder(Rejected):
    """The named folder holds something that is not the demo's."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One start of the demo."""

    folder: Path
    students: int
    has_history: bool
    ports: Ports
    hours: Hours
    passwords: dict[str, str]
    children: Children


def run(options: Namespace) -> int:
    """Run the demo until Ctrl-C or SIGTERM. Raises ForeignFolder, ChildEnded."""
    begun, console = time.monotonic(), Console(stderr=True, highlight=False)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stage = _stage(options.folder.resolve(), size=options.size)
    try:
        _build(stage, console)
        console.print(f"Ready after {time.monotonic() - begun:.0f} s.\n")
        sys.stdout.write(_welcome(stage))
        sys.stdout.flush()
        _watch(stage, stop, console)
    finally:
        with _step(console, "Ending everything"):
            stop.set()
            stage.children.stop()
    return 0


def _stage(folder: Path, *, size: str) -> Stage:
    """A fresh folder; the morning begins anew at each start. Raises ForeignFolder."""
    marker = folder / "README"
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise ForeignFolder(f"{folder} is not empty and not the demo's: name another --folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    marker.write_text(f"{MARKER}\n", encoding="utf-8")
    return Stage(
        folder=folder,
        students=SIZES[size],
        has_history=size == LARGE,
        ports=free_ports(),
        hours=hours_around(datetime.now(UTC), home=zone_of_this_machine()),
        passwords={door.kiosk: secrets.token_urlsafe(32) for door in DOORS},
        children=Children(folder / "logs"),
    )


def _build(stage: Stage, console: Console) -> None:
    with _step(console, "Writing settings"):
        _write_settings(stage)
    with _step(console, "Starting the sandbox ERP"):
        _start_erp(stage)
    with _step(console, "Making the store"):
        _make_store()
    with _step(console, f"Filling it with {stage.students} students, staff and cards"):
        _fill(stage)
    if stage.has_history:
        _lay_out_history(stage, console)
    with _step(console, "Starting the gateway with its broker"):
        _start_gateway(stage)
    with _step(console, "Starting the kiosks"):
        _start_kiosks(stage)


def _write_settings(stage: Stage) -> None:
    path = stage.folder / "gateway.toml"
    path.touch(mode=0o600)
    path.write_text(_gateway_toml(stage), encoding="utf-8")
    os.environ[CONFIG_VARIABLE] = str(path)
    for door, screen_port in zip(DOORS, stage.ports.doors, strict=True):
        file = KioskFile(
            kiosk=door.kiosk,
            site=door.site,
            zone=stage.hours.zone.key,
            host=LOOPBACK,
            port=stage.ports.broker,
            password=stage.passwords[door.kiosk],
            simulated=Simulated(stage.folder / door.kiosk, screen_port),
        )
        (stage.folder / f"{door.kiosk}.toml").write_text(file.text(), encoding="utf-8")


def _gateway_toml(stage: Stage) -> str:
    ports = stage.ports
    return f"""\
secret_key = "{secrets.token_urlsafe(48)}"
data = "{stage.folder / "gateway"}"

[broker]
port = {ports.broker}

[web]
port = {ports.web}
live_port = {ports.live}

[isams]
base_url = "http://{LOOPBACK}:{ports.erp}"
client_id = "muster-demo"
client_secret = "sandbox-secret"
requests_per_hour = 100000

[jobs]
students = "*/10 * * * *"
codes = "*/10 * * * *"
periods = "* * * * *"
"""


def _start_erp(stage: Stage) -> None:
    hours, minutes = stage.hours, 60
    arguments = {
        "--port": str(stage.ports.erp),
        "--zone": hours.zone.key,
        "--students": str(stage.students),
        "--am-start": hours.am.isoformat(),
        "--pm-start": hours.pm.isoformat(),
        "--register-minutes": str(REGISTERS_AFTER.total_seconds() / minutes),
        "--open-minutes": str(FINISHES_AFTER.total_seconds() / minutes),
    }
    named = [word for pair in arguments.items() for word in pair]
    child = stage.children.start("erp", "gateway.erp.sandbox", named)
    stage.children.wait_for(child, lambda: _status(stage.ports.erp, "/") is not None)


def _make_store() -> None:
    settings().data.mkdir(parents=True, mode=0o750)
    logs.set_up("WARNING")
    os.environ["DJANGO_SETTINGS_MODULE"] = "gateway.project.settings"
    django.setup()
    import_module("django.core.management").call_command("migrate", verbosity=0)


def _fill(stage: Stage) -> None:
    school = import_module("gateway.project.demo.school")
    wiring = import_module("gateway.project.wiring")
    erp, now = wiring.erp_of(settings()), datetime.now(UTC)
    sites = school.found_sites(stage.hours)
    school.bring_people(sites, erp=erp, now=now)
    school.bring_periods(sites, erp=erp, now=now)
    school.hang_kiosks(stage.passwords)
    school.switch_on(sites)
    import_module("gateway.project.demo.classes").open_classes(sites[0], am=stage.hours.am, now=now)
    school.give_pin()
    _lay_out_badges(stage, school.give_badges(now=now))
    school.add_logins()
    school.write_example_cards(stage.folder / "cards.csv")
    erp.close()
    import_module("django.db").connections.close_all()


def _lay_out_history(stage: Stage, console: Console) -> None:
    """Years of classes at the first site, with a bar that says how far they are."""
    school = import_module("gateway.project.demo.school")
    history = import_module("gateway.project.demo.history")
    with Progress(*Progress.get_default_columns(), console=console) as progress:
        bar = progress.add_task("Classes of the last years", total=history.LARGE.marks)
        school.add_classes(
            size=history.LARGE,
            today=stage.hours.am.date(),
            tell=lambda marks: progress.update(bar, completed=marks),
        )
    import_module("django.db").connections.close_all()


def _lay_out_badges(stage: Stage, codes: dict[str, str]) -> None:
    """Put the badges beside the cards in the kiosks' trays."""
    rows = "".join(f"{card},{code}\n" for card, code in codes.items())
    for door in DOORS:
        folder = stage.folder / door.kiosk
        folder.mkdir(mode=0o700)
        (folder / TRAY_BADGES).write_text(rows, encoding="utf-8")


def _start_gateway(stage: Stage) -> None:
    config = str(stage.folder / "gateway.toml")
    child = stage.children.start("gateway", "gateway", ["--config", config, "run"])
    stage.children.wait_for(child, partial(_is_up, stage.ports.web, "/readyz"))


def _start_kiosks(stage: Stage) -> None:
    for door, port in zip(DOORS, stage.ports.doors, strict=True):
        config = str(stage.folder / f"{door.kiosk}.toml")
        child = stage.children.start(door.kiosk, "kiosk", ["--config", config])
        stage.children.wait_for(child, partial(_is_up, port, "/"))


def _watch(stage: Stage, stop: threading.Event, console: Console) -> None:
    """Let the students come; what somebody kills is named, and everything else goes on."""
    actors = threading.Thread(target=_play, args=(stage, stop), name="crowd", daemon=True)
    actors.start()
    while not stop.wait(1):
        for child in stage.children.ended():
            console.print(f"{child.name} ended with {child.process.returncode}: see {child.log}")
            console.print(f"Start it again: {shlex.join(child.command)}", soft_wrap=True)


def _play(stage: Stage, stop: threading.Event) -> None:
    school = import_module("gateway.project.demo.school")
    ports = dict(zip((door.site for door in DOORS), stage.ports.doors, strict=True))
    cards = [(ports[site], card) for site, card in school.student_cards()]
    taps = crowd.arrivals(
        cards,
        now=datetime.now(UTC),
        starts=stage.hours.am,
        finishes=stage.hours.am + FINISHES_AFTER,
        seed=stage.students,
    )
    crowd.play(taps, stop=stop, clock=lambda: datetime.now(UTC))


def _is_up(port: int, path: str) -> bool:
    return _status(port, path) == http.client.OK


def _status(port: int, path: str) -> int | None:
    """The status of a GET on this machine; None when nobody answers."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _welcome(stage: Stage) -> str:
    school = import_module("gateway.project.demo.school")
    hours, ports = stage.hours, stage.ports
    doors = [
        f"  {door.name:<12} http://localhost:{port}/   (tap cards and badges from its tray)"
        for door, port in zip(DOORS, ports.doors, strict=True)
    ]
    logins = [f"  {role.value} / {password}" for role, password in school.PASSWORDS.items()]
    lines = [
        f"  Office       http://localhost:{ports.web}/",
        *doors,
        f"  API          http://localhost:{ports.web}/api/v1/docs",
        f"  Sandbox ERP  http://localhost:{ports.erp}/_sandbox/registrations",
        "",
        "Log in as",
        *logins,
        "",
        f"It is {datetime.now(hours.zone):%H:%M} in {hours.zone.key}.",
        f"AM registration: {hours.am:%H:%M} to {hours.am + FINISHES_AFTER:%H:%M}.",
        f"PM registration: {hours.pm:%H:%M} to {hours.pm + FINISHES_AFTER:%H:%M}.",
        "Students come by themselves: most in time, some late, some not at all.",
        "Who is missing when AM ends is marked absent within a minute.",
        "Classes of today are under Sessions: take a roll, end one, see who would be told.",
        f"The PIN {school.PIN} at a kiosk signs {school.STAFF[0]} in; who comes late is asked why;",
        "and each tap has its (drawn) photograph on the person's page.",
        f"Everything is kept in {stage.folder}, logs in {stage.children.logs}. Ctrl-C ends it.",
    ]
    return "\n".join([*lines, "", ""])


@contextmanager
def _step(console: Console, what: str) -> Iterator[None]:
    begun = time.monotonic()
    with console.status(f"{what} …"):
        yield
    console.print(f"  {what:<52} {time.monotonic() - begun:5.1f} s")
