"""The demo's students: most come in time, some late, some not at all."""

import http.client
import json
import random
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SHARE_IN_TIME, SHARE_LATE = 0.88, 0.07
LAST_IN_TIME = timedelta(seconds=10)
"""How long before registration begins the last punctual student taps."""


@dataclass(frozen=True, slots=True, order=True)
class Tap:
    """A card held up at a kiosk's page."""

    at: datetime
    port: int
    card: str


def arrivals(
    cards: Iterable[tuple[int, str]],
    *,
    now: datetime,
    starts: datetime,
    finishes: datetime,
    seed: int,
) -> tuple[Tap, ...]:
    """When each of the (port, card) pairs comes, in order of time; who stays away is left out."""
    chance = random.Random(seed)  # noqa: S311 - a play, no secret
    in_time = max(timedelta(seconds=20), starts - now - LAST_IN_TIME)
    taps = []
    for port, card in cards:
        fate = chance.random()
        if fate < SHARE_IN_TIME:
            taps.append(Tap(now + in_time * chance.random(), port, card))
        elif fate < SHARE_IN_TIME + SHARE_LATE:
            late = (finishes - starts) * (0.4 + 0.5 * chance.random())
            taps.append(Tap(starts + late, port, card))
    return tuple(sorted(taps))


def play(taps: Sequence[Tap], *, stop: threading.Event, clock: Callable[[], datetime]) -> None:
    """Hold each card up when its time has come, until all came or `stop`."""
    for tap in taps:
        if stop.wait(max(0.0, (tap.at - clock()).total_seconds())):
            return
        hold_up(tap.port, tap.card)


def hold_up(port: int, card: str) -> bool:
    """Tap one card at the kiosk whose page is on `port`; whether the kiosk took it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        body = json.dumps({"card": card})
        connection.request("POST", "/tap", body, {"Content-Type": "application/json"})
        return connection.getresponse().status == http.client.ACCEPTED
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
