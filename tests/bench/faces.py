"""`python -m tests.bench.faces`: looking 20,000 people through for a face."""

import random
import statistics
import sys
import time

import numpy as np

from drivers.face.engine import MEASURES, Measures
from kiosk.identify.gallery import Gallery, KnownFace
from tests.bench.table import at_most, plain, show

PEOPLE = 20_000
ASKED = 200
BOUND_MS = 5.0
SPREAD = 0.075
"""Two strangers' measures lie some 0.8 apart when each number spreads by this."""


def gallery() -> Gallery:
    """Made-up people, as unlike one another as real ones."""
    rows = np.random.default_rng(1).normal(0, SPREAD, (PEOPLE, MEASURES)).astype("<f4")
    return Gallery(KnownFace(person, Measures(row.tobytes())) for person, row in enumerate(rows, 1))


def looks(known: Gallery) -> list[float]:
    """How long each look took, in milliseconds."""
    rolled = random.Random(2)
    asked = [Measures.of(rolled.gauss(0, SPREAD) for _ in range(MEASURES)) for _ in range(ASKED)]
    return [_look(known, measures) for measures in asked]


def _look(known: Gallery, measures: Measures) -> float:
    begun = time.perf_counter()
    known.identify(measures, threshold=0.5, margin=0.05)
    return (time.perf_counter() - begun) * 1000


def main() -> int:
    """Measure and print; 0 when all bounds hold."""
    begun = time.perf_counter()
    known = gallery()
    made_ms = (time.perf_counter() - begun) * 1000
    cuts = statistics.quantiles(looks(known), n=100)
    figures = [
        at_most("a face among 20,000, p50", cuts[49], BOUND_MS, "ms"),
        at_most("a face among 20,000, p95", cuts[94], BOUND_MS, "ms"),
        plain("making that gallery", f"{made_ms:,.0f} ms"),
    ]
    return 0 if show("faces", figures) else 1


if __name__ == "__main__":
    sys.exit(main())
