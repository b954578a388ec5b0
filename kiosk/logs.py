"""The kiosk's log: one line a fact, ids only."""

import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, TextIO

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

FIELD = "MUSTER_"
"""Before the name of each field in systemd's journal: `journalctl MUSTER_DEVICE=camera`."""

_WITH_TIME = structlog.processors.LogfmtRenderer(key_order=("timestamp", "level", "event"))
_AS_MESSAGE = structlog.processors.LogfmtRenderer(key_order=("event",))


def set_up(level: str) -> None:
    """Write facts of `level` and above: to systemd's journal when it listens, else to stderr."""
    if is_journal(sys.stderr, os.environ):
        to_journal(level)
    else:
        to_stderr(level)


def is_journal(output: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether this output leads to systemd's journal, as systemd says it does."""
    try:
        found = os.fstat(output.fileno())
    except OSError:
        return False
    return environment.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


def to_stderr(level: str) -> None:
    """One line a fact, with its time."""
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    _configure(level, stamp, _WITH_TIME, factory=structlog.WriteLoggerFactory(file=sys.stderr))


def to_journal(level: str, *, send: Callable[..., object] | None = None) -> None:
    """One entry a fact: the line as its message, and each of its values as a field."""
    from systemd import journal  # noqa: PLC0415 - only where there is a journal

    own = {"SYSLOG_IDENTIFIER": "muster-kiosk"}
    logger = logging.getLogger("muster-kiosk")
    logger.handlers = [journal.JournalHandler(sender_function=send or journal.send, **own)]
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    _configure(level, _with_fields, factory=lambda *_: logger)


def _configure(level: str, *last: Processor, factory: Callable[..., WrappedLogger]) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            *last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=factory,
        cache_logger_on_first_use=True,
    )


def _with_fields(logger: WrappedLogger, name: str, event: EventDict) -> dict[str, Any]:
    """What the standard library's logger is called with. The journal knows time and level."""
    told = {key: value for key, value in event.items() if key != "level"}
    fields = {f"{FIELD}{key.upper()}": str(value) for key, value in told.items()}
    return {"msg": _AS_MESSAGE(logger, name, told), "extra": fields}
