"""Whether a kiosk runs in this folder, and what it says of itself on its page."""

import fcntl
import json
import socket
import urllib.request
from pathlib import Path

from kiosk.checks.finding import Finding, fault, warning, well
from kiosk.diagnosis import Diagnosis
from kiosk.settings import Screen

PATIENCE_S = 5.0
RESTART = "systemctl restart muster-kiosk; then journalctl -u muster-kiosk says what it does"
ANYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not bound to


def is_running(folder: Path) -> bool:
    """Whether a kiosk holds the folder."""
    try:
        with (folder / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def ask(screen: Screen) -> Diagnosis | None:
    """What the kiosk says of itself; None when its page does not answer so."""
    host = "127.0.0.1" if screen.bind in ANYWHERE else screen.bind
    url = f"http://{host}:{screen.port}/diagnosis"
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
            return Diagnosis.model_validate(json.load(answer))
    except (OSError, ValueError):
        return None


def check_kiosk(diagnosis: Diagnosis | None, *, runs: bool) -> Finding:
    """Whether the kiosk runs, answers, and can record."""
    if not runs:
        return warning("kiosk", "it is not running", "systemctl start muster-kiosk")
    if diagnosis is None:
        return fault("kiosk", "it runs, but its page does not answer", RESTART)
    if not diagnosis.can_record:
        return fault(
            "kiosk",
            "it cannot save: people are shown the red cross",
            "see the findings on disk and journal; it goes on by itself once it can",
        )
    return well("kiosk", f"runs, and records ({diagnosis.software})")


def check_line(diagnosis: Diagnosis) -> Finding:
    """Whether a running kiosk's tracks reach the gateway."""
    if diagnosis.online:
        return well("gateway", f"takes tracks; {diagnosis.waiting} not confirmed yet")
    why = f": {diagnosis.trouble}" if diagnosis.trouble else ""
    return fault(
        "gateway",
        f"not reached{why}; {diagnosis.waiting} tracks wait here",
        "nothing is lost; see the findings on network and broker. Where the broker says "
        "`Not authorized`, the password is wrong or the kiosk was taken out of service",
    )


def check_port(screen: Screen, *, runs: bool) -> Finding:
    """Whether the page has its port, or could have it."""
    at = f"port {screen.port}"
    if runs:
        return well("screen", f"the kiosk's page has {at}")
    try:
        socket.create_server((screen.bind, screen.port)).close()
    except OSError as taken:
        return fault(
            "screen",
            f"{at} cannot be had: {taken.strerror or taken}",
            f"another program has it: ss -ltnp sport = :{screen.port}; end that, or set "
            "[screen] port to another",
        )
    return well("screen", f"{at} is free for the page")
