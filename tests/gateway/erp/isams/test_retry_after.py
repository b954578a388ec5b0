from datetime import UTC, datetime, timedelta

import pytest

from gateway.erp.isams.retry_after import pause_asked

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("90", 90),
        (" 90 ", 90),
        ("0", 1),
        ("999999999999999999", 3600),
        ("Mon, 23 Nov 2026 08:02:00 GMT", 120),
        ("Mon, 23 Nov 2026 07:00:00 GMT", 1),
        ("Mon, 23 Nov 2026 08:02:00 -0000", 60),
        ("", 60),
        ("soon", 60),
        ("-5", 60),
    ],
)
def test_the_pause_is_as_asked_within_reason(header: str, seconds: int) -> None:
    assert pause_asked(header, now=NOW) == timedelta(seconds=seconds)
