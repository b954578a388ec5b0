"""`python -m tests.bench.badges`: what a badge costs a kiosk, and a million that are none."""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from base64 import b64encode
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drivers.clock.system import SystemClock
from kiosk import logs, site
from kiosk.desk import Desk
from kiosk.protocol import base45
from kiosk.protocol.badge_reading import read
from kiosk.protocol.badges import PREFIX, Badge, NotABadge, Verifier, signed
from kiosk.protocol.messages import Method, SiteSettings
from kiosk.protocol.options import BadgeKey
from kiosk.settings import KioskSettings
from kiosk.visit import Outcome, Sighting
from tests.bench.table import Figure, at_most, plain, scratch, show

MUTATIONS = 1_000_000
BADGES = 2_000
SHOWN = 300
VERIFY_BOUND_MS = 5
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = BadgeKey(id=1, public=b64encode(PRIVATE.public_key().public_bytes_raw()).decode())
TILL = datetime.now(UTC) + timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Token:
    """A valid token and its bytes."""

    text: str
    octets: bytes


def made(count: int) -> list[Token]:
    """Valid tokens of different people."""
    private = PRIVATE.private_bytes_raw()
    texts = [signed(Badge(n, n * 7919, TILL), key=1, private=private) for n in range(1, count + 1)]
    return [Token(text, base45.decode(text.removeprefix(PREFIX))) for text in texts]


def verification(tokens: list[Token]) -> list[Figure]:
    """Reading a badge with the public keys alone: no roster, no network. CPU time."""
    verifier, now, taken = Verifier([KEY]), datetime.now(UTC), []
    for token in tokens:
        begun = time.thread_time()
        answer = read(token.text, verifier, at=now, exact=True)
        taken.append(time.thread_time() - begun)
        assert answer.person is not None
    cuts = statistics.quantiles(taken, n=100)
    return [
        plain("CPU of verifying a badge, p50", f"{cuts[49] * 1000:.2f} ms"),
        at_most("CPU of verifying a badge, p99", cuts[98] * 1000, VERIFY_BOUND_MS, "ms", 2),
    ]


def at_the_desk(folder: Path, tokens: list[Token]) -> Figure:
    """The same with the journal's durable commit: from the code's text to the answer."""
    database = site.open_site(folder)
    site.take_settings(database, _settings())
    database.close()
    desk = Desk(KioskSettings(kiosk="bench", site="bench", data=folder))
    clock, taken = SystemClock(assume_trusted=True), []
    for token in tokens[:SHOWN]:
        begun = time.perf_counter()
        answer = desk.answer(Sighting(Method.QR, token.text, clock.read()))
        taken.append(time.perf_counter() - begun)
        assert answer.outcome is Outcome.SIGNED_IN
    desk.close()
    return plain("badge → answer with its commit, p50", f"{statistics.median(taken) * 1000:.2f} ms")


def mutations(count: int) -> Figure:
    """Tokens changed in every way we could think of: none may be believed. All cores look."""
    begun, workers = time.perf_counter(), os.cpu_count() or 1
    shares = [range(first, count, workers) for first in range(workers)]
    with ProcessPoolExecutor(workers) as pool:
        believed = sum(pool.map(_believed, shares))
    seconds = time.perf_counter() - begun
    told = f"{believed} of {count:,}"
    return Figure(f"changed tokens believed ({seconds:.0f} s)", told, "0", believed == 0)


def _believed(turns: range) -> int:
    """How many of the changed tokens of these turns were believed."""
    tokens, verifier, believed = made(BADGES), Verifier([KEY]), 0
    ways = (_other_sign, _swapped, _other_byte, _flipped_bit, _other_body, _spliced)
    for turn in turns:
        chance = random.Random(turn)
        change = ways[chance.randrange(len(ways))]
        believed += _is_believed(verifier, change(chance.choice(tokens), chance, tokens))
    return believed


def _is_believed(verifier: Verifier, text: str) -> bool:
    try:
        verifier.read(text)
    except NotABadge:
        return False
    return True


def _other_sign(token: Token, chance: random.Random, _: list[Token]) -> str:
    place = chance.randrange(len(PREFIX), len(token.text))
    others = base45.SIGNS.replace(token.text[place], "")
    return token.text[:place] + chance.choice(others) + token.text[place + 1 :]


def _swapped(token: Token, chance: random.Random, tokens: list[Token]) -> str:
    first, second = sorted(chance.sample(range(len(PREFIX), len(token.text)), 2))
    signs = list(token.text)
    signs[first], signs[second] = signs[second], signs[first]
    text = "".join(signs)
    return text if text != token.text else _other_sign(token, chance, tokens)


def _other_byte(token: Token, chance: random.Random, _: list[Token]) -> str:
    octets = bytearray(token.octets)
    octets[chance.randrange(len(octets))] ^= chance.randrange(1, 256)
    return PREFIX + base45.encode(bytes(octets))


def _flipped_bit(token: Token, chance: random.Random, _: list[Token]) -> str:
    octets = bytearray(token.octets)
    octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
    return PREFIX + base45.encode(bytes(octets))


def _other_body(token: Token, chance: random.Random, _: list[Token]) -> str:
    """Another person, serial or expiry under the old signature."""
    octets = bytearray(token.octets)
    octets[2:14] = chance.randbytes(12)
    return PREFIX + base45.encode(bytes(octets))


def _spliced(token: Token, chance: random.Random, tokens: list[Token]) -> str:
    """One badge's words under another's signature."""
    other = token
    while other is token:
        other = chance.choice(tokens)
    return PREFIX + base45.encode(token.octets[:14] + other.octets[14:])


def _settings() -> SiteSettings:
    return SiteSettings(
        site="bench", name="Bench", zone="UTC", day_starts="00:00", repeat_window_s=60,
        badge_keys=(KEY,),
    )  # fmt: skip


def main() -> int:
    """Measure and print; 0 when all bounds hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.badges", description=__doc__)
    parser.add_argument("--mutations", type=int, default=MUTATIONS)
    options = parser.parse_args()
    logs.set_up("ERROR")
    tokens = made(BADGES)
    with tempfile.TemporaryDirectory(prefix="muster-bench-", dir=scratch()) as folder:
        figures = [*verification(tokens), at_the_desk(Path(folder), tokens)]
    figures.append(mutations(options.mutations))
    return 0 if show("badges", figures) else 1


if __name__ == "__main__":
    sys.exit(main())
