"""`python -m kiosk --config FILE`: run the kiosk until SIGTERM; `doctor`, `selftest`."""

import argparse
import signal
import sys
from argparse import Namespace
from enum import StrEnum
from pathlib import Path
from tomllib import TOMLDecodeError

from pydantic import ValidationError

from drivers.clock.clock import Clock
from drivers.clock.system import SystemClock
from kiosk import logs, settings as settings_of
from kiosk.account import go_on_as_owner
from kiosk.assembly import AlreadyRunning, Kiosk
from kiosk.hardware import Hardware, hardware_of
from kiosk.screen.board import Board
from kiosk.settings import KioskSettings

WRONG_SETTINGS = 2
CANNOT_START = 3


class Command(StrEnum):
    """What the program can do."""

    RUN = "run"
    DOCTOR = "doctor"
    SELFTEST = "selftest"


class WrongSettings(Exception):
    """The settings cannot be used; the message names the file and each wrong key."""


def main(arguments: list[str] | None = None) -> int:
    """Run the kiosk, look it over, or try it out.

    Answers 0 after SIGTERM or when all is well, 1 when a fault was found, 2 for wrong
    settings, 3 when the kiosk cannot start.
    """
    options = _parser().parse_args(arguments)
    try:
        settings = _settings(options.config)
        hardware = _hardware(settings, options.config)
    except WrongSettings as wrong:
        if options.command == Command.DOCTOR:
            return _misset(options, str(wrong))
        sys.stderr.write(f"{wrong}\n")
        return WRONG_SETTINGS
    clock = SystemClock(assume_trusted=settings.assume_trusted_clock)
    return _COMMANDS[Command(options.command)](options, settings, clock, hardware)


def _run(_: Namespace, settings: KioskSettings, clock: Clock, hardware: Hardware) -> int:
    logs.set_up(settings.log_level)
    board = Board(shown_for=settings.screen.shown_for, asked_for=settings.screen.asked_for)
    return run(Kiosk(settings, clock, hardware=hardware, board=board))


def _examine(options: Namespace, settings: KioskSettings, clock: Clock, hardware: Hardware) -> int:
    from kiosk import doctor  # noqa: PLC0415 - what it needs is nothing for a running kiosk

    go_on_as_owner(settings.data)
    found = doctor.examine(settings, clock, wired=hardware)
    return doctor.tell(found, as_json=options.json)


def _misset(options: Namespace, why: str) -> int:
    from kiosk import doctor  # noqa: PLC0415 - the same

    return doctor.tell(doctor.misset(options.config, why), as_json=options.json)


def _try_out(options: Namespace, settings: KioskSettings, clock: Clock, hardware: Hardware) -> int:
    from kiosk import selftest  # noqa: PLC0415 - the same

    go_on_as_owner(settings.data)
    logs.set_up("ERROR")
    installer = selftest.Nobody() if options.no_input else selftest.Person()
    return selftest.run(settings, clock, hardware=hardware, installer=installer)


_COMMANDS = {Command.RUN: _run, Command.DOCTOR: _examine, Command.SELFTEST: _try_out}


def _settings(config: Path) -> KioskSettings:
    if not config.is_file():
        raise WrongSettings(f"{config}: there is no such file; name one with --config")
    try:
        return settings_of.read(config)
    except ValidationError as wrong:
        raise WrongSettings(f"{config}: {_told(wrong)}") from wrong
    except (OSError, TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise WrongSettings(f"{config} cannot be read as TOML: {wrong}") from wrong


def _hardware(settings: KioskSettings, config: Path) -> Hardware:
    try:
        return hardware_of(settings)
    except ValueError as wrong:
        raise WrongSettings(f"{config}: {wrong}") from wrong


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
        help="run: serve people (the default); doctor: look everything over and say what to do; "
        "selftest: try each part out, with the installer standing by",
    )
    parser.add_argument("--json", action="store_true", help="doctor: answer in JSON")
    parser.add_argument(
        "--no-input", action="store_true", help="selftest: ask nobody, only see that all answers"
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
