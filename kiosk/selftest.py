"""`muster-kiosk selftest`: tries each part out, step by step, with the installer standing by.

With nobody there (`--no-input`) every part only has to answer. The kiosk must be stopped:
its devices can be had by one program at a time.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from typing import Protocol

from drivers.camera.camera import Camera
from drivers.card.reader import CardReader
from drivers.clock.clock import Clock
from drivers.errors import DeviceAway, DeviceMisread
from drivers.feedback.feedback import Feedback, Signal
from drivers.feedback.patterns import PATTERNS, lasts
from kiosk.checks import running
from kiosk.checks.finding import Finding, Verdict, fault, warning, well
from kiosk.desk import Desk
from kiosk.devices import Devices
from kiosk.doctor import is_fit
from kiosk.hardware import Hardware
from kiosk.link.hearing import Change
from kiosk.link.link import Link
from kiosk.screen.board import Board
from kiosk.screen.front import Front
from kiosk.screen.server import BEAT, Page, PageServer
from kiosk.settings import KioskSettings

PATIENCE = timedelta(seconds=30)
GATEWAYS_PATIENCE = timedelta(seconds=15)
A_LOOK = timedelta(seconds=0.5)
BETWEEN = timedelta(seconds=0.7)

MEANINGS = {
    Signal.IN: "signed in: green, one long light, rising tones",
    Signal.OUT: "signed out: blue, two long lights, falling tones",
    Signal.ALREADY: "already signed in: white, three short lights, three short tones",
    Signal.REFUSED: "refused: amber, one long and two short lights, one low tone",
    Signal.NOT_RECORDED: "not recorded: red, five long lights, five low tones",
}


class Installer(Protocol):
    """Who stands before the kiosk. `patience` is how long they may take to hold something up."""

    @property
    def patience(self) -> timedelta:
        """How long to wait for something to be held up."""
        ...

    @property
    def is_there(self) -> bool:
        """Whether anyone can see, hear and hold things up."""
        ...

    def tell(self, text: str) -> None:
        """Say what is happening, or what to do."""
        ...

    def confirms(self, question: str) -> bool:
        """What they answer; True when nobody is there to deny it."""
        ...


class Person:
    """Reads the screen and types answers."""

    patience = PATIENCE
    is_there = True

    def tell(self, text: str) -> None:
        """Write a line."""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def confirms(self, question: str) -> bool:
        """Whether the answer does not begin with n. Enter means yes."""
        sys.stdout.write(f"  ? {question} [Y/n] ")
        sys.stdout.flush()
        return not sys.stdin.readline().strip().lower().startswith("n")


class Nobody:
    """Takes nobody's time: everything has only to answer."""

    patience = A_LOOK
    is_there = False

    def tell(self, text: str) -> None:
        """Write a line, for the log of whoever started it."""
        sys.stdout.write(f"{text}\n")

    def confirms(self, question: str) -> bool:  # noqa: ARG002 - nobody reads it
        """There is nobody to deny it."""
        return True


def run(settings: KioskSettings, clock: Clock, *, hardware: Hardware, installer: Installer) -> int:
    """Every step, each with its result; 1 when one failed."""
    if running.is_running(settings.data):
        installer.tell("The kiosk runs and holds its devices: systemctl stop muster-kiosk first")
        return 1
    results = []
    for found in steps(settings, clock, hardware=hardware, installer=installer):
        installer.tell(f"{_SIGNS[found.verdict]} {found.check:<12} {found.what}")
        if found.remedy:
            installer.tell(f"{'':18} → {found.remedy}")
        results.append(found)
    installer.tell("The kiosk is ready." if is_fit(results) else "The kiosk is NOT ready.")
    return 0 if is_fit(results) else 1


_SIGNS = {Verdict.WELL: "passed", Verdict.WARNING: "LOOK  ", Verdict.FAULT: "FAILED"}


def steps(
    settings: KioskSettings, clock: Clock, *, hardware: Hardware, installer: Installer
) -> Iterator[Finding]:
    """One result after the other, as the installer goes along."""
    for output in hardware.outputs:
        yield try_output(output, installer)
    for name, reader in hardware.readers.items():
        yield try_reader(name, reader, installer)
    if hardware.camera is not None:
        yield try_camera(hardware.camera, hardware.decoder.decode, installer)
    yield try_screen(settings, clock, installer)
    yield try_gateway(settings, clock)


def try_output(output: Feedback, installer: Installer) -> Finding:
    """Every signal in turn, each said before it is shown."""
    try:
        output.check()
        for signal in Signal:
            installer.tell(f"  {output.name}: {MEANINGS[signal]}")
            output.show(signal)
            _rest(installer, lasts(PATTERNS[signal]) + BETWEEN)
    except DeviceAway as away:
        return fault(output.name, str(away), "see docs/kiosk-hardware.md for its wiring")
    finally:
        output.close()
    if installer.confirms(f"Did the {output.name} do all five, each as it was said?"):
        return well(output.name, "five signals shown")
    return fault(output.name, "not as it should be", "check its wires, colour by colour")


def try_reader(name: str, reader: CardReader, installer: Installer) -> Finding:
    """A card, held up within half a minute."""
    installer.tell(f"  {name}: hold a card to the reader")
    try:
        is_read = _until(installer, lambda: reader.read(A_LOOK) is not None)
    except DeviceAway as away:
        return fault(name, str(away), "muster-kiosk doctor says what to do")
    finally:
        reader.close()
    return _held_up(name, "a card was read", is_read=is_read, installer=installer)


def try_camera(
    camera: Camera, decode: Callable[..., Iterable[str]], installer: Installer
) -> Finding:
    """A code, held up within half a minute."""
    installer.tell("  camera: hold a QR code before it, a hand's length away")
    seen: list[str] = []

    def look() -> bool:
        shot = camera.capture(A_LOOK)
        seen.extend(decode(shot.gray) if shot else ())
        return bool(seen)

    try:
        is_read = _until(installer, look)
    except DeviceAway as away:
        return fault("camera", str(away), "muster-kiosk doctor says what to do")
    finally:
        camera.close()
    return _held_up("camera", "a code was read", is_read=is_read, installer=installer)


def try_screen(settings: KioskSettings, clock: Clock, installer: Installer) -> Finding:
    """The page, served for as long as the installer looks at it."""
    address = f"http://{settings.screen.bind}:{settings.screen.port}/"
    try:
        with _page(settings, clock):
            is_seen = installer.confirms(f"Does the screen, or {address}, show the clock?")
    except OSError as taken:
        return fault("screen", f"{address}: {taken.strerror}", "muster-kiosk doctor says why")
    if is_seen:
        return well("screen", f"{address} was served")
    return fault("screen", "not seen", f"the screen's browser must open {address}")


def try_gateway(
    settings: KioskSettings, clock: Clock, *, patience: timedelta = GATEWAYS_PATIENCE
) -> Finding:
    """A heartbeat to the gateway, and its answer: all tracks the kiosk has not heard of."""
    answered, stop = Event(), Event()

    def hear(change: Change) -> None:
        if change is Change.TRACKS:
            answered.set()

    Desk(settings).close()
    link = Link(settings, clock, devices=Devices(), tell=lambda _: None, changed=hear)
    thread = Thread(target=link.run, args=(stop,), name="link")
    thread.start()
    is_answered = answered.wait(patience.total_seconds())
    stop.set()
    link.wake()
    thread.join()
    if is_answered:
        return well("gateway", "a heartbeat went there, and its answer came back")
    why = link.trouble or "no answer came"
    return fault("gateway", why, "muster-kiosk doctor says what to do")


def _rest(installer: Installer, pause: timedelta) -> None:
    """Let a signal play to its end where someone looks."""
    if installer.is_there:
        Event().wait(pause.total_seconds())


def _until(installer: Installer, look: Callable[[], bool]) -> bool:
    """Look again and again; a spoilt reading counts as none."""
    for _ in range(max(1, installer.patience // A_LOOK)):
        try:
            if look():
                return True
        except DeviceMisread:
            installer.tell("  that was not read whole: hold it still")
    return False


def _held_up(name: str, what: str, *, is_read: bool, installer: Installer) -> Finding:
    if is_read:
        return well(name, what)
    if not installer.is_there:
        return well(name, "answers; nobody was there to hold anything up")
    return warning(name, "answers, but nothing was read", "hold it nearer, and run this again")


@contextmanager
def _page(settings: KioskSettings, clock: Clock) -> Iterator[None]:
    """The page of a kiosk at rest. Raises OSError when its port is taken."""
    board = Board(shown_for=settings.screen.shown_for)
    front = Front(settings, clock, board=board, devices=Devices(), readers=(), camera=None)
    page = Page(draw=front.draw, wait=lambda seen: board.wait(seen, timeout=BEAT), asks={}, acts={})
    server = PageServer(settings.screen, page)
    thread = Thread(target=server.serve_forever, name="page")
    thread.start()
    try:
        yield
    finally:
        server.end()
        thread.join()
