"""`python -m kiosk --config FILE`: run the kiosk until SIGTERM."""

import argparse
import signal
import sys
from pathlib import Path
from tomllib import TOMLDecodeError

from pydantic import ValidationError

from drivers.clock.system import SystemClock
from kiosk import logs
from kiosk import settings as settings_of
from kiosk.assembly import AlreadyRunning, Kiosk, SimulatedHardware
from kiosk.screen.board import Board

WRONG_SETTINGS = 2
CANNOT_START = 3


def main(arguments: list[str] | None = None) -> int:
    """Run the kiosk. Answers 0 after SIGTERM, 2 for wrong settings, 3 when it cannot start."""
    options = _parser().parse_args(arguments)
    if not options.config.is_file():
        sys.stderr.write(f"{options.config}: there is no such file; name one with --config\n")
        return WRONG_SETTINGS
    try:
        settings = settings_of.read(options.config)
    except ValidationError as wrong:
        sys.stderr.write(f"{options.config}: {_told(wrong)}\n")
        return WRONG_SETTINGS
    except (OSError, TOMLDecodeError, UnicodeDecodeError) as wrong:
        sys.stderr.write(f"{options.config} cannot be read as TOML: {wrong}\n")
        return WRONG_SETTINGS
    logs.set_up(settings.log_level)
    clock = SystemClock(assume_trusted=settings.assume_trusted_clock)
    board = Board(shown_for=settings.screen.shown_for)
    return run(Kiosk(settings, clock, hardware=SimulatedHardware(), board=board))


def run(kiosk: Kiosk) -> int:
    """Run until SIGTERM or SIGINT asks to stop."""
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda _signal, _frame: kiosk.stop())
    try:
        kiosk.run()
    except (AlreadyRunning, OSError) as cannot:
        sys.stderr.write(f"the kiosk cannot start: {cannot}\n")
        return CANNOT_START
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="muster-kiosk", description="The attendance kiosk: answers people, tells the gateway."
    )
    parser.add_argument(
        "--config",
        type=Path,
        default=settings_of.DEFAULT_CONFIG,
        help=f"settings file (default {settings_of.DEFAULT_CONFIG})",
    )
    return parser


def _told(wrong: ValidationError) -> str:
    """Each wrong key by name; never its value, which may be a secret."""
    errors = wrong.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{'.'.join(str(at) for at in e['loc'])}: {e['msg']}" for e in errors)


if __name__ == "__main__":
    sys.exit(main())
