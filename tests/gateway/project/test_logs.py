import json
import os
import subprocess
import sys
from typing import Any

SPEAK = """
import logging, structlog
from gateway.project import logs
logs.set_up("INFO")
structlog.get_logger().info("track_kept", kiosk="door-1")
structlog.get_logger().debug("too_much")
logging.getLogger("library").error("a library's word")
logging.getLogger("django.request").error("not ready", extra={"status_code": 503})
logging.getLogger("django.request").warning("Not Allowed (%s): %s", "HEAD", "/badge/s3-cr_et/")
"""

BREAK = """
import logging
from gateway.project import logs
logs.set_up("INFO")
def open_door(password):
    raise ValueError("no")
try:
    open_door("pa" + "ss" * 3)
except ValueError:
    logging.getLogger("library").exception("it broke")
"""


def spoken(**variables: str) -> list[str]:
    """What a process writes that says five things."""
    done = subprocess.run(
        [sys.executable, "-c", SPEAK],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **variables},
    )
    return done.stderr.splitlines()


def facts(line: str) -> dict[str, Any]:
    return {k: v for k, v in json.loads(line).items() if k != "timestamp"}


def test_a_fact_is_one_line_and_a_librarys_word_looks_the_same() -> None:
    assert [facts(line) for line in spoken()] == [
        {"event": "track_kept", "kiosk": "door-1", "level": "info"},
        {"event": "a library's word", "level": "error"},
        {"event": "Not Allowed (HEAD): /badge/…/", "level": "warning"},
    ]


def test_the_secret_of_a_link_to_a_badge_is_in_no_line() -> None:
    assert "s3-cr_et" not in "".join(spoken())


def test_the_journal_learns_how_pressing_a_line_is() -> None:
    lines = spoken(JOURNAL_STREAM="8:1")

    assert [line[:4] for line in lines] == ["<6>{", "<3>{", "<4>{"]
    assert "_priority" not in "".join(lines)


def test_a_terminal_shows_what_broke_without_what_its_variables_held() -> None:
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as seen, os.fdopen(theirs, "wb") as screen:
        subprocess.run([sys.executable, "-c", BREAK], check=True, stderr=screen, timeout=60)
        shown = seen.read(65536)

    assert b"ValueError" in shown
    assert b"passssss" not in shown
