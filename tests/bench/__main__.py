"""`make bench`: every table, each figure beside its bound. Ratios are of one run on one machine."""

import os
import subprocess
import sys

BENCHES = (
    "tap",
    "card",
    "idle",
    "codes",
    "faces",
    "confirm",
    "badges",
    "ingest",
    "absence",
    "rolls",
    "reconnect",
    "writes",
    "memory",
)


def main() -> int:
    """Run all; 1 when a bound was missed."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    codes = [
        subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=False).returncode
        for name in BENCHES
    ]
    return 1 if any(codes) else 0


if __name__ == "__main__":
    sys.exit(main())
