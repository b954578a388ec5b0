"""`python -m tests.soak`: ten thousand taps, two hundred kills."""

import tempfile
from pathlib import Path

from tests.faults.test_kills import play

TAPS, KILLS = 10_000, 200


def main() -> None:
    """Raise AssertionError when anything was lost, doubled or turned round."""
    with tempfile.TemporaryDirectory(prefix="muster-soak-") as folder:
        play(Path(folder), taps=TAPS, kills=KILLS)
    print("nothing lost, nothing doubled, nothing in the wrong direction")


if __name__ == "__main__":
    main()
