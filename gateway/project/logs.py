"""One line of JSON a fact, ids only; on a terminal the same for human eyes.

Under systemd the level travels as the line's `<n>` prefix, so that `journalctl -p` works.
"""

import logging
import os
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_LINK = re.compile(r"/badge/[^/\s]+")
_PRIORITY = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}


def set_up(level: str) -> None:
    """Send our own lines and those of the libraries the same way, from `level` on."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_endings())
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("django.request").addFilter(_is_news)
    for chatty in ("httpx", "httpcore", "asyncio", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _is_news(record: logging.LogRecord) -> bool:
    """False for a wrong address, and for being not ready, which /readyz itself tells."""
    return getattr(record, "status_code", None) not in (404, 503)


def _without_links(_: object, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Libraries name the address of what went wrong: who reads a phone's would hold its badge."""
    line["event"] = _SECRET_LINK.sub("/badge/…", str(line["event"]))
    return line


def _endings() -> list[Any]:
    drop = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if sys.stderr.isatty():
        return [drop, _without_links, _console()]
    lines = [
        drop,
        _without_links,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
    return [_keep_priority, *lines[:-1], _render] if "JOURNAL_STREAM" in os.environ else lines


def _console() -> structlog.dev.ConsoleRenderer:
    """Its usual way shows what every variable held where something broke: passwords and names."""
    return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)


def _keep_priority(_: object, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    line["_priority"] = _PRIORITY.get(line.get("level", "info"), 6)
    return line


def _render(logger: object, name: str, line: MutableMapping[str, Any]) -> str:
    priority = line.pop("_priority")
    return f"<{priority}>{structlog.processors.JSONRenderer()(logger, name, line)!s}"
