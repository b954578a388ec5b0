"""A file of people with their cards and year groups, all or nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from gateway.people.importing import (
    Checked,
    ImportReport,
    NumberedPerson,
    PersonRow,
    Progress,
    check_people,
    in_order,
)
from gateway.people.services import set_credentials, upsert_people
from gateway.people.tables import Problem
from gateway.people.values import Given
from gateway.timetable.models import YearGroup
from gateway.timetable.services import enrol_many
from kiosk.protocol.days import school_day
from kiosk.protocol.messages import Method, PersonKind


@dataclass(frozen=True, slots=True)
class _Group:
    """A year group a file may name; `today` is the school date at its site."""

    id: int
    site: str
    name: str
    today: date


def import_people(path: Path, *, now: datetime, progress: Progress) -> ImportReport:
    """Create or change everybody in the file, with cards and enrolments as of today.

    Nobody is changed when any line has a problem. Where the ERP keeps a person, only the
    card is taken from the file. Raises UnreadableFile.
    """
    checked = check_people(path, progress=progress)
    groups = _groups(now)
    placed, problems = _place(checked, groups)
    lines, ignored = len(checked.table.lines), checked.table.ignored
    if checked.problems or problems:
        return ImportReport(lines, in_order((*checked.problems, *problems)), ignored)
    return _write(checked, placed, lines=lines, ignored=ignored)


@transaction.atomic
def _write(
    checked: Checked,
    placed: Mapping[str, _Group],
    *,
    lines: int,
    ignored: tuple[str, ...],
) -> ImportReport:
    upserted = upsert_people([person.details for person in checked.people])
    cards = set_credentials(
        [
            Given(upserted.ids[person.row.external_id], Method.CARD, person.row.card)
            for person in checked.people
            if person.row.card
        ]
    )
    by_day: dict[date, dict[int, int]] = defaultdict(dict)
    for external_id, group in placed.items():
        by_day[group.today][upserted.ids[external_id]] = group.id
    enrolled = sum(enrol_many(groups, on=day) for day, groups in by_day.items())
    return ImportReport(
        lines,
        ignored=ignored,
        created=upserted.created,
        changed=upserted.changed,
        unchanged=upserted.unchanged,
        enrolled=enrolled,
        cards=cards,
    )


def _groups(now: datetime) -> Mapping[str, tuple[_Group, ...]]:
    """The year groups by plain name."""
    named: dict[str, list[_Group]] = defaultdict(list)
    for group in YearGroup.objects.select_related("division__site"):
        site = group.division.site
        today = school_day(now, zone=site.tz, day_starts=site.day_starts)
        named[group.name.casefold()].append(_Group(group.pk, site.slug, group.name, today))
    return {name: tuple(groups) for name, groups in named.items()}


def _place(
    checked: Checked, groups: Mapping[str, tuple[_Group, ...]]
) -> tuple[Mapping[str, _Group], list[Problem]]:
    """The year group of everybody whose line names one, and what is wrong with the others."""
    placed: dict[str, _Group] = {}
    problems: list[Problem] = []
    for person in _naming_a_group(checked):
        found = _found(person.row, groups)
        if len(found) == 1 and person.row.kind is PersonKind.STUDENT:
            placed[person.row.external_id] = found[0]
        else:
            problems.append(Problem(person.line, "year_group", _why(person.row, found, groups)))
    return placed, problems


def _naming_a_group(checked: Checked) -> Iterable[NumberedPerson]:
    return (
        person
        for person in checked.people
        if person.row.year_group and person.row.external_id not in checked.kept_by_erp
    )


def _found(row: PersonRow, groups: Mapping[str, tuple[_Group, ...]]) -> tuple[_Group, ...]:
    named = groups.get(row.year_group.casefold(), ())
    return tuple(group for group in named if not row.site or group.site == row.site.casefold())


def _why(
    row: PersonRow, found: tuple[_Group, ...], groups: Mapping[str, tuple[_Group, ...]]
) -> str:
    if row.kind is not PersonKind.STUDENT:
        return f"only students belong to a year group, and this is a {row.kind}"
    if found:
        sites = ", ".join(sorted(group.site for group in found))
        return f"{row.year_group!r} exists more than once ({sites}): name the site too"
    known = ", ".join(sorted({group.name for some in groups.values() for group in some})[:12])
    return f"there is no year group {row.year_group!r}; there are {known or 'none yet'}"
