import logging
import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import structlog

from kiosk import logs


@pytest.fixture
def log() -> Iterator[Any]:
    """A logger that asks for its settings anew, and leaves none behind."""
    yield structlog.get_logger()
    structlog.reset_defaults()
    logging.getLogger("muster-kiosk").handlers.clear()


class Journald:
    """Keeps the entries it is sent."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def send(self, line: str, /, **fields: Any) -> None:
        self.entries.append(fields | {"MESSAGE": line})


@pytest.mark.covers("DES-06")
def test_an_entry_of_the_journal_has_its_line_its_priority_and_each_value_as_a_field(
    log: Any,
) -> None:
    journald = Journald()
    logs.to_journal("INFO", send=journald.send)

    log.error("device_away", device="camera", reason="no cable 100%")

    (entry,) = journald.entries
    assert entry["MESSAGE"] == 'event=device_away device=camera reason="no cable 100%"'
    assert (entry["PRIORITY"], entry["SYSLOG_IDENTIFIER"]) == ("3", "muster-kiosk")
    assert (entry["MUSTER_EVENT"], entry["MUSTER_DEVICE"]) == ("device_away", "camera")


def test_a_failure_keeps_its_trace_in_the_journal(log: Any) -> None:
    journald = Journald()
    logs.to_journal("INFO", send=journald.send)

    try:
        raise RuntimeError("burnt")
    except RuntimeError:
        log.exception("thread_failed", thread="camera")

    assert "RuntimeError: burnt" in journald.entries[0]["MUSTER_EXCEPTION"]


def test_facts_below_the_level_are_not_sent(log: Any) -> None:
    journald = Journald()
    logs.to_journal("WARNING", send=journald.send)

    log.info("broker_connected")

    assert journald.entries == []


def test_without_a_journal_a_fact_is_a_line_with_its_time(
    log: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.to_stderr("INFO")

    log.info("broker_connected", kiosk="front-door")

    line = capsys.readouterr().err
    assert line.startswith("timestamp=20")
    assert line.endswith("level=info event=broker_connected kiosk=front-door\n")


def test_the_journal_is_used_only_where_systemd_says_that_it_listens(tmp_path: Path) -> None:
    output = tmp_path / "stream"
    with output.open("w") as stream:
        found = os.fstat(stream.fileno())
        ours = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}

        assert logs.is_journal(stream, ours)
        assert not logs.is_journal(stream, {"JOURNAL_STREAM": "8:1"})
        assert not logs.is_journal(stream, {})

    assert not logs.is_journal(StringIO(), ours)
