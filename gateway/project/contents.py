"""Commands that bring things in, or show what would be done with them."""

from argparse import Namespace
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gateway.attendance import absence
from gateway.attendance.models import Session, Track
from gateway.attendance.services import resolve_unknown
from gateway.erp import sync as erp_sync
from gateway.erp.ports import Erp
from gateway.errors import Rejected
from gateway.people import importing as cards
from gateway.people.importing import ImportReport
from gateway.people.queries import holders
from gateway.project.commands import Mistaken, say, sites
from gateway.project.config import settings
from gateway.project.wiring import directory_site, erp_of, known_codes
from gateway.timetable import importing as people
from kiosk.protocol.days import school_day

MOST_PROBLEMS = 50
WRONG = 2


class NoErp(Rejected):
    """The settings name no ERP."""


def import_people(options: Namespace) -> int:
    """Bring everybody in a file in, or nobody. Raises UnreadableFile."""
    now = datetime.now(UTC)
    return _import(
        options.file, lambda path, tell: people.import_people(path, now=now, progress=tell)
    )


def import_cards(options: Namespace) -> int:
    """Give everybody in a file a card, or nobody. Raises UnreadableFile."""
    return _import(options.file, lambda path, tell: cards.import_cards(path, progress=tell))


def synchronise(options: Namespace) -> int:
    """Bring students, codes and today's periods from the ERP now. Raises NoErp, Unavailable."""
    erp, home, now = erp_of(settings()), directory_site(settings()), datetime.now(UTC)
    if erp is None:
        raise NoErp("no ERP is connected: fill the section [isams] of the settings")
    if home is None:
        raise Mistaken("there is no site yet: `muster-gateway site add` comes first")
    students = erp_sync.sync_students(
        site_id=home.pk, erp=erp, now=now, many_may_leave=options.many_may_leave
    )
    say(f"students: {students}")
    say(f"codes: {erp_sync.sync_codes(site_id=home.pk, erp=erp, now=now)}")
    for site in sites(options.site):
        say(f"periods at {site.slug}: {_periods(site.pk, erp, now)}")
    return 0


def preview_absence(options: Namespace) -> int:
    """Print whom automatic absence would mark at today's sessions, and why. Changes nothing."""
    now = datetime.now(UTC)
    for site in sites(options.site):
        today = school_day(now, zone=site.tz, day_starts=site.day_starts)
        for session in Session.objects.filter(site=site, day=today).order_by("starts_at"):
            _say_plan(
                absence.preview(session_id=session.pk, codes=known_codes(settings()), now=now)
            )
    return 0


def _periods(site_id: int, erp: Erp, now: datetime) -> str:
    return erp_sync.sync_periods(site_id=site_id, erp=erp, now=now)


def _import(path: Path, deed: Callable[[Path, cards.Progress], ImportReport]) -> int:
    with _bar() as bar:
        task = bar.add_task(path.name, total=None)
        report = deed(path, lambda done, total: bar.update(task, completed=done, total=total))
    for problem in report.problems[:MOST_PROBLEMS]:
        say(str(problem))
    if report.problems:
        problems, lines = _count(len(report.problems), "problem"), _count(report.lines, "line")
        say(f"nothing was imported: {problems} in {lines}")
        return WRONG
    for heading in report.ignored:
        say(f"column {heading!r} is not known and was left out")
    say(
        f"{_count(report.lines, 'line')}: {report.created} new, {report.changed} changed, "
        f"{report.unchanged} unchanged, {report.enrolled} enrolled, {_count(report.cards, 'card')}"
    )
    _resolve_unknown()
    return 0


def _count(n: int, thing: str) -> str:
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"


def _bar() -> AbstractContextManager[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True)


def _resolve_unknown() -> None:
    """Give the taps of cards that nobody held to those who hold them now."""
    now = datetime.now(UTC)
    shown = Track.objects.filter(person=None).values_list("method", "credential").distinct()
    known = holders(set(shown))
    held = [key for key, holder in known.items() if holder.person_id is not None]
    resolved = sum(resolve_unknown(method=m, value=v, now=now) for m, v in held)
    if resolved:
        say(f"{resolved} earlier taps belong to somebody now")


def _say_plan(plan: absence.AbsencePlan) -> None:
    say(f"{plan.title} (session {plan.session_id})")
    if plan.refused:
        say(f"  does not run: {plan.refused}")
    for hold in plan.holds:
        say(f"  waits: {hold.why}")
    say(f"  would mark {len(plan.to_mark)}, leaves out {len(plan.left_out)}")
    for person in plan.to_mark:
        say(f"    {person.name}, {person.year_group}: {person.why}")
