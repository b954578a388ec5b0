"""`python -m kiosk --config FILE`: run the kiosk until SIGTERM; or look it over: `doctor`."""

import argparse
import signal
import sys
from enum import StrEnum
from pathlib import Path
from tomllib import TOMLDecodeError

from pydantic import ValidationError

from drivers.clock.system import SystemClock
from kiosk import doctor, logs
from kiosk import settings as settings_of
from kiosk.assembly import AlreadyRunning, Kiosk
from kiosk.checks.finding import Finding
from kiosk.hardware import hardware_of
from kiosk.screen.board import Board
from kiosk.settings import KioskSettings

UNFIT = 1
WRONG_SETTINGS = 2
CANNOT_START = 3


class Command(StrEnum):
    """What the program can do."""

    RUN = "run"
    DOCTOR = "doctor"


class WrongSettings(Exception):
    """The settings cannot be used; the message names the file and each wrong key."""


def main(arguments: list[str] | None = None) -> int:
    """Run the kiosk, or look it over.

    Answers 0 after SIGTERM or when all is well, 1 when a fault was found, 2 for wrong
    settings, 3 when the kiosk cannot start.
    """
    options = _parser().parse_args(arguments)
    command = Command(options.command)
    try:
        settings = _settings(options.config)
    except WrongSettings as wrong:
        if command is Command.DOCTOR:
            return _tell(doctor.misset(options.config, str(wrong)), as_json=options.json)
        sys.stderr.write(f"{wrong}\n")
        return WRONG_SETTINGS
    clock = SystemClock(assume_trusted=settings.assume_trusted_clock)
    if command is Command.DOCTOR:
        found = doctor.examine(settings, clock, wired=lambda: hardware_of(settings))
        return _tell(found, as_json=options.json)
    logs.set_up(settings.log_level)
    board = Board(shown_for=settings.screen.shown_for, asked_for=settings.screen.asked_for)
    try:
        hardware = hardware_of(settings)
    except ValueError as wrong:
        sys.stderr.write(f"{options.config}: {wrong}\n")
        return WRONG_SETTINGS
    return run(Kiosk(settings, clock, hardware=hardware, board=board))


def _settings(config: Path) -> KioskSettings:
    if not config.is_file():
        raise WrongSettings(f"{config}: there is no such file; name one with --config")
    try:
        return settings_of.read(config)
    except ValidationError as wrong:
        raise WrongSettings(f"{config}: {_told(wrong)}") from wrong
    except (OSError, TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise WrongSettings(f"{config} cannot be read as TOML: {wrong}") from wrong


def _tell(findings: tuple[Finding, ...], *, as_json: bool) -> int:
    sys.stdout.write(doctor.as_json(findings) if as_json else doctor.as_text(findings))
    return 0 if doctor.is_fit(findings) else UNFIT


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
        "command",
        nargs="?",
        choices=[*Command],
        default=Command.RUN,
        help="run: serve people (the default); doctor: look everything over, say what to do",
    )
    parser.add_argument("--json", action="store_true", help="doctor: answer in JSON")
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
