"""Students, year groups and divisions of the ERP become ours."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

from gateway.erp import rules
from gateway.erp.errors import FetchIncomplete, TooManyLeavers
from gateway.erp.ports import Directory, ErpDivision, ErpStudent, ErpYearGroup
from gateway.people import services as people
from gateway.people.models import Person
from gateway.people.rules import LONGEST_NAME
from gateway.people.values import PersonDetails
from gateway.timetable import services as timetable
from gateway.timetable.models import Division, Site, YearGroup
from kiosk.protocol.days import school_day
from kiosk.protocol.messages import PersonKind

PORTION = 500
"""Students a transaction, so that none holds the store for long."""
ONE_DAY = timedelta(days=1)
_T = TypeVar("_T")


def bring_students(*, site: Site, erp: Directory, now: datetime, many_may_leave: bool) -> str:
    """See sync.sync_students."""
    groups = erp.year_groups()
    if not groups:
        raise FetchIncomplete("no year group with a division came")
    today = school_day(now, zone=site.tz, day_starts=site.day_starts)
    listed = [student for page in erp.students() for student in page]
    current = {s.key: s for s in listed if s.current and not _has_left(s, today)}
    leaving = _leaving(current, many_may_leave=many_may_leave)
    places = _bring_year_groups(site, groups)
    changed = enrolled = 0
    for portion in _portions(list(current.values())):
        some_changed, some_enrolled = _bring(portion, places, today)
        changed, enrolled = changed + some_changed, enrolled + some_enrolled
    for gone in _portions(leaving):
        timetable.leave(gone, last_day=today - ONE_DAY)
    return (
        f"{len(current)} students, {changed} new or changed, {enrolled} enrolled anew, "
        f"{len(leaving)} left"
    )


def _has_left(student: ErpStudent, today: date) -> bool:
    return student.left_on is not None and student.left_on < today


def _leaving(current: Mapping[str, ErpStudent], *, many_may_leave: bool) -> list[int]:
    """The active students whom the ERP no longer lists. Raises TooManyLeavers."""
    known = Person.objects.filter(
        kind=PersonKind.STUDENT.value, synchronised=True, active=True
    ).values_list("pk", "external_id")
    leaving = [pk for pk, external_id in known if external_id not in current]
    if rules.too_many_leave(leaving=len(leaving), known=len(known)) and not many_may_leave:
        raise TooManyLeavers(
            f"the ERP's list lacks {len(leaving)} of {len(known)} students, more than a third: "
            "nothing was changed. If they really left, run the synchronisation by hand and allow it"
        )
    return leaving


def _bring_year_groups(site: Site, groups: Sequence[ErpYearGroup]) -> dict[str, int]:
    """Our numbers of the ERP's year groups."""
    divisions = {d.key: _bring_division(site, d) for d in {group.division for group in groups}}
    return {group.key: _bring_year_group(divisions[group.division.key], group) for group in groups}


def _bring_year_group(division_id: int, told: ErpYearGroup) -> int:
    """One that was entered by hand under the same name becomes the ERP's."""
    name = rules.cleaned(told.name, most=80) or told.key
    if not YearGroup.objects.filter(external_id=told.key).exists():
        by_hand = YearGroup.objects.filter(division_id=division_id, name=name, external_id=None)
        by_hand.update(external_id=told.key)
    return timetable.upsert_year_group(
        division_id=division_id, name=name, position=told.position, external_id=told.key
    ).pk


def _bring_division(site: Site, told: ErpDivision) -> int:
    """One that was given to another site stays there; one entered by hand becomes the ERP's."""
    name = rules.cleaned(told.name, most=80) or told.key
    known = Division.objects.filter(external_id=told.key).first()
    if known is None:
        Division.objects.filter(site=site, name=name, external_id=None).update(external_id=told.key)
    return timetable.upsert_division(
        site_id=known.site_id if known else site.pk, name=name, external_id=told.key
    ).pk


def _bring(
    students: Sequence[ErpStudent], places: Mapping[str, int], today: date
) -> tuple[int, int]:
    """How many persons changed, and how many were enrolled anew.

    One whose year group the ERP does not list keeps the enrolment there is.
    """
    languages = dict(
        Person.objects.filter(external_id__in=[s.key for s in students]).values_list(
            "external_id", "language"
        )
    )
    upserted = people.upsert_people(
        [_details(s, language=languages.get(s.key, "en")) for s in students], synchronised=True
    )
    groups = {upserted.ids[s.key]: places[s.year_group] for s in students if s.year_group in places}
    return upserted.created + upserted.changed, timetable.enrol_many(groups, on=today)


def _details(student: ErpStudent, *, language: str) -> PersonDetails:
    given = rules.cleaned(student.given_name, most=LONGEST_NAME)
    family = rules.cleaned(student.family_name, most=LONGEST_NAME)
    return PersonDetails(
        kind=PersonKind.STUDENT,
        given_name=given or ("" if family else student.key),
        family_name=family,
        external_id=student.key,
        email=rules.cleaned(student.email, most=254),
        language=language,
    )


def _portions(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), PORTION):
        yield items[start : start + PORTION]
