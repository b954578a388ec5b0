from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gateway.erp.sandbox.__main__ import limits_asked, parser, plan_asked
from gateway.erp.sandbox.api import Limits
from gateway.erp.sandbox.school import Opening, Plan

NOW = datetime(2026, 6, 22, 9, 41, 30, tzinfo=UTC)


def plan(*arguments: str) -> Plan:
    return plan_asked(parser().parse_args(["--port", "0", *arguments]), now=NOW)


def test_left_alone_the_school_opens_around_now_on_its_own_clock() -> None:
    minutes = (timedelta(minutes=1), timedelta(minutes=3))

    assert plan() == Plan(
        am=Opening(time(10, 43), *minutes),
        pm=Opening(time(10, 53), *minutes),
        students=400,
        year_groups=4,
        zone=ZoneInfo("Europe/London"),
    )


def test_hours_can_be_named_with_or_without_an_offset() -> None:
    asked = plan("--am-start", "2026-06-22T08:00", "--pm-start", "2026-06-22T14:00+02:00")

    assert (asked.am.starts, asked.pm.starts) == (time(8), time(13))


def test_pm_follows_am_where_only_am_is_named() -> None:
    assert plan("--am-start", "2026-06-22T08:55").pm.starts == time(9, 5)


def test_strictness_is_as_asked() -> None:
    asked = parser().parse_args(
        ["--port", "0", "--token-seconds", "60", "--page-size", "20", "--requests-per-hour", "100",
         "--merges", "--no-corrections"]
    )  # fmt: skip

    assert limits_asked(asked) == Limits(
        most_page_size=20,
        token_life=timedelta(seconds=60),
        requests_per_hour=100,
        merges=True,
        corrections=False,
    )
