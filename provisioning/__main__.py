"""`python -m provisioning gateway|kiosk`: set this machine up as one or the other."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from provisioning import services
from provisioning.steps import CannotInstall, Target, apply


def main(arguments: Sequence[str] | None = None) -> int:
    """Set the machine up; 1 with one line when that cannot be done."""
    options = _parser().parse_args(arguments)
    target = Target(options.root.resolve(), tell=lambda line: print(line, flush=True))  # noqa: T201 - progress
    try:
        steps = services.gateway() if options.what == "gateway" else services.kiosk(options.config)
        apply(steps, target)
    except CannotInstall as problem:
        sys.stderr.write(f"muster: {problem}\n")
        return 1
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m provisioning", description=__doc__)
    parser.add_argument(
        "--root", type=Path, default=Path("/"), help="write below this folder, touch nothing else"
    )
    what = parser.add_subparsers(dest="what", required=True)
    about = "a gateway: account, folders, settings, secret, service"
    what.add_parser("gateway", help=about, description=about)
    about = "a kiosk: account, folders, settings, service"
    kiosk = what.add_parser("kiosk", help=about, description=about)
    kiosk.add_argument(
        "--config", type=Path, required=True, help="what `muster-gateway kiosk add` printed"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
