"""The command line of the gateway. Wrong input ends with one line that says what to do, and 2."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import django
from pydantic import ValidationError

from gateway.errors import GatewayError
from gateway.project import logs
from gateway.project.cli import parser
from gateway.project.config import CONFIG_VARIABLE, DEFAULT_CONFIG, settings

WRONG = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one command; its exit status."""
    options = parser().parse_args(arguments)
    if options.config is not None:
        os.environ[CONFIG_VARIABLE] = str(options.config)
    try:
        module, _, deed = options.deed.rpartition(".")
        if module != "demo.start":
            _set_up()
        return int(getattr(import_module(f"gateway.project.{module}"), deed)(options))
    except ValidationError as wrong:
        return _refuse(*_lines(wrong))
    except GatewayError as refusal:
        return _refuse(str(refusal))
    except OSError as problem:
        return _refuse(f"{problem.strerror or problem}: {problem.filename or ''}".rstrip(": "))
    except KeyboardInterrupt:
        return WRONG


def _set_up() -> None:
    logs.set_up(settings().log_level)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway.project.settings")
    django.setup()


def _lines(wrong: ValidationError) -> list[str]:
    """Each wrong setting by its name, never with its value."""
    read = os.environ.get(CONFIG_VARIABLE, DEFAULT_CONFIG)
    named = (f"{'.'.join(map(str, e['loc']))}: {e['msg'].lower()}" for e in wrong.errors())
    if not Path(read).exists():
        return [f"there is no settings file {read}: name one with --config", *named]
    return [f"the settings are wrong; correct {read} or the MUSTER_* variables", *named]


def _refuse(*lines: str) -> int:
    for line in lines:
        sys.stderr.write(f"muster-gateway: {line}\n")
    return WRONG


if __name__ == "__main__":
    sys.exit(main())
