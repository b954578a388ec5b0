"""`python -m gateway.erp.sandbox`: a school's iSAMS for demonstrations and tests."""

import argparse
import signal
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from threading import Event
from zoneinfo import ZoneInfo

from gateway.erp.sandbox.api import Limits
from gateway.erp.sandbox.school import Opening, Plan, plan_around
from gateway.erp.sandbox.server import CLIENT_ID, CLIENT_SECRET, sandbox, utc_now


def main(arguments: Sequence[str] | None = None) -> None:
    """Answer until Ctrl-C or SIGTERM."""
    asked = parser().parse_args(arguments)
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    plan = plan_asked(asked, now=utc_now())
    with sandbox(plan, limits=limits_asked(asked), host=asked.host, port=asked.port) as running:
        print(f"sandbox ERP at {running.url}", flush=True)  # noqa: T201 - the command's output
        print(f"  client id {CLIENT_ID}, client secret {CLIENT_SECRET}", flush=True)  # noqa: T201
        print(  # noqa: T201
            f"  {plan.students} students, AM from {plan.am.starts:%H:%M}, "
            f"PM from {plan.pm.starts:%H:%M} ({plan.zone.key})",
            flush=True,
        )
        stop.wait()


def parser() -> argparse.ArgumentParser:
    """What the command can be asked for."""
    options = argparse.ArgumentParser(
        prog="python -m gateway.erp.sandbox",
        description="A made-up school that speaks the iSAMS REST contract, strictly.",
    )
    add = options.add_argument
    add("--port", type=int, required=True, help="port to listen on")
    add("--host", default="127.0.0.1", help="address to listen on; keep it to this machine")
    add("--zone", type=ZoneInfo, default=ZoneInfo("Europe/London"), help="the school's time zone")
    add("--students", type=int, default=400)
    add("--year-groups", type=int, default=4)
    add("--am-start", type=datetime.fromisoformat, help="ISO; default: in two minutes")
    add("--pm-start", type=datetime.fromisoformat, help="ISO; default: ten minutes after AM")
    add("--register-minutes", type=float, default=1, help="from start to register time")
    add("--open-minutes", type=float, default=3, help="from start to finish")
    add("--token-seconds", type=int, default=3600, help="how long a token is good")
    add("--page-size", type=int, default=100, help="most students a page")
    add("--requests-per-hour", type=int, default=0, help="throttle; 0 is none")
    add("--merges", action="store_true", help="a PUT keeps the fields it leaves out")
    add("--no-corrections", action="store_true", help="refuse a PUT where one is registered")
    return options


def plan_asked(asked: argparse.Namespace, *, now: datetime) -> Plan:
    """The school that is asked for; what is left open is laid around `now`."""
    soon = plan_around(now, zone=asked.zone)
    am = _clock_time(asked.am_start, asked.zone) or soon.am.starts
    later = (datetime.combine(date.min, am) + timedelta(minutes=10)).time()
    pm = _clock_time(asked.pm_start, asked.zone) or later
    lengths = (timedelta(minutes=asked.register_minutes), timedelta(minutes=asked.open_minutes))
    return Plan(
        am=Opening(am, *lengths),
        pm=Opening(pm, *lengths),
        students=asked.students,
        year_groups=asked.year_groups,
        zone=asked.zone,
    )


def limits_asked(asked: argparse.Namespace) -> Limits:
    """How strict the sandbox is asked to be."""
    return Limits(
        most_page_size=asked.page_size,
        token_life=timedelta(seconds=asked.token_seconds),
        requests_per_hour=asked.requests_per_hour,
        merges=asked.merges,
        corrections=not asked.no_corrections,
    )


def _clock_time(moment: datetime | None, zone: ZoneInfo) -> time | None:
    """What the school's clock shows at `moment`; one without an offset is the school's."""
    if moment is None:
        return None
    return moment.astimezone(zone).time() if moment.tzinfo else moment.time()


if __name__ == "__main__":
    main()
