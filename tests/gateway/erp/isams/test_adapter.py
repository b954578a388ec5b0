from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from gateway.erp.errors import ErpMisspoke, FetchIncomplete
from gateway.erp.isams.adapter import Isams
from gateway.erp.ports import (
    CodeKind,
    Entry,
    ErpCode,
    ErpDivision,
    ErpPeriod,
    ErpYearGroup,
    Statement,
)
from gateway.erp.sandbox.api import Limits
from gateway.erp.sandbox.faults import Wrong
from gateway.erp.sandbox.school import period_id
from gateway.erp.sandbox.server import Running, sandbox
from tests.gateway.erp.clock import DrivenClock
from tests.gateway.erp.small import SMALL, connection

pytestmark = pytest.mark.integration
TODAY = date(2026, 11, 23)
AM = str(period_id(TODAY, 1, "AM"))
LATE = Statement(present=True, late_minutes=12, code=None)
ABSENT = Statement(present=False, late_minutes=None, code="2")


def test_year_groups_come_with_their_division(erp: Isams) -> None:
    lower, upper = ErpDivision("1", "Lower School"), ErpDivision("2", "Upper School")

    assert erp.year_groups() == (
        ErpYearGroup("7", "Year 7", 17, lower),
        ErpYearGroup("8", "Year 8", 18, lower),
        ErpYearGroup("9", "Year 9", 19, upper),
        ErpYearGroup("10", "Year 10", 20, upper),
    )


def test_a_year_below_the_first_sorts_first(erp: Isams, running: Running) -> None:
    running.school.year_groups.insert(0, {"ncYear": -1, "name": "Nursery"})

    nursery = min(erp.year_groups(), key=lambda group: group.position)

    assert (nursery.key, nursery.position) == ("-1", 9)


class NoDivision:
    """A school whose new year group was put into no division yet."""

    def __init__(self, running: Running) -> None:
        self._real = running.school.divisions_of

    def __call__(self, nc_year: int) -> list[dict[str, object]] | None:
        return [] if nc_year == 7 else self._real(nc_year)


def test_a_year_group_without_a_division_is_left_out(erp: Isams, running: Running) -> None:
    running.school.divisions_of = NoDivision(running)  # type: ignore[method-assign]  # odd school

    assert [group.key for group in erp.year_groups()] == ["8", "9", "10"]


def test_students_come_page_by_page_to_the_last(erp: Isams) -> None:
    pages = list(erp.students())

    assert [len(page) for page in pages] == [5, 5, 2]
    assert [student.key for page in pages for student in page] == [
        f"S{n:05d}" for n in range(1, 13)
    ]


def test_a_smaller_page_than_asked_for_loses_nobody(clock: DrivenClock) -> None:
    with (
        sandbox(SMALL, limits=Limits(most_page_size=3), clock=clock) as running,
        Isams(connection(running), clock=clock) as erp,
    ):
        assert sum(len(page) for page in erp.students()) == 12


@pytest.mark.fault
def test_a_list_that_changes_while_it_is_read_is_not_believed(erp: Isams, running: Running) -> None:
    pages = erp.students()
    next(pages)
    running.school.students.pop(0)

    with pytest.raises(FetchIncomplete, match="11 students came, the ERP spoke of"):
        list(pages)


def test_periods_are_asked_for_once_a_division_and_day(erp: Isams, running: Running) -> None:
    first = erp.periods("1", TODAY)
    running.fail(Wrong.ERROR_500, path="/periods")

    assert erp.periods("1", TODAY) == first
    assert first[0] == ErpPeriod(
        key=AM,
        name="AM registration",
        kind="AM",
        starts_at=datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
        registers_at=datetime(2026, 11, 23, 8, 10, tzinfo=UTC),
        finishes_at=datetime(2026, 11, 23, 8, 25, tzinfo=UTC),
    )


def test_the_next_day_is_asked_for_anew(erp: Isams, clock: DrivenClock) -> None:
    erp.periods("1", TODAY)
    clock.advance(timedelta(days=1))

    [am, _] = erp.periods("1", TODAY + timedelta(days=1))

    assert am.starts_at == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


class OddPeriods:
    """A school whose first period has no readable time."""

    def __init__(self, running: Running) -> None:
        self._real = running.school.periods

    def __call__(self, division: int, day: date) -> list[dict[str, object]] | None:
        listed = self._real(division, day) or []
        return [{"id": 1, "registrationType": "AM", "start": "soon"}, *listed]


def test_a_bad_period_spoils_no_other(erp: Isams, running: Running) -> None:
    running.school.periods = OddPeriods(running)  # type: ignore[method-assign]  # a school gone odd

    with capture_logs() as said:
        found = erp.periods("1", TODAY)

    assert [period.kind for period in found] == ["AM", "PM"]
    assert said == [
        {"event": "erp_period_skipped", "log_level": "warning", "division": "1",
         "wrong": "start,time,finish"}
    ]  # fmt: skip


def test_both_dictionaries_come(erp: Isams) -> None:
    codes = erp.codes()

    assert ErpCode(CodeKind.ABSENCE, "2", "O", "O", "Unauthorised absence") in codes
    assert ErpCode(CodeKind.PRESENT, "101", "/", "", "Present") in codes


@pytest.mark.parametrize("said", [LATE, ABSENT, Statement(True, None, "101")])
def test_what_is_written_is_read_back(erp: Isams, said: Statement) -> None:
    erp.write(AM, "S00001", said, pressing=True)

    assert erp.entry(AM, "S00001", pressing=True) == Entry(said)
    assert erp.entry(AM, "S00002", pressing=True) == Entry(None)


@pytest.fixture
def merging(clock: DrivenClock) -> Iterator[Running]:
    with sandbox(SMALL, limits=Limits(merges=True), clock=clock) as running:
        yield running


@pytest.mark.parametrize("explicit_nulls", [True, False])
def test_an_erp_that_merges_what_it_is_sent_is_understood(
    merging: Running, clock: DrivenClock, explicit_nulls: bool
) -> None:
    there = replace(connection(merging), explicit_nulls=explicit_nulls)
    with Isams(there, clock=clock) as erp:
        erp.write(AM, "S00001", ABSENT, pressing=True)
        erp.write(AM, "S00001", LATE, pressing=True)

        assert erp.entry(AM, "S00001", pressing=True) == Entry(LATE)


def test_a_student_id_with_a_slash_stays_one_id(erp: Isams, running: Running) -> None:
    running.school.students[0]["schoolId"] = "0815 A&B?"

    erp.write(AM, "0815 A&B?", LATE, pressing=True)

    assert running.registers.written()[0].student == "0815 A&B?"


@pytest.mark.fault
def test_json_of_another_shape_is_set_aside(erp: Isams, running: Running) -> None:
    running.school.absence_codes[0] = {"code": "N"}

    with pytest.raises(ErpMisspoke, match=r"absenceCodes\.0\.id"):
        erp.codes()


@pytest.mark.fault
def test_a_student_without_an_id_is_no_student(erp: Isams, running: Running) -> None:
    running.school.students[7]["schoolId"] = ""

    with pytest.raises(ErpMisspoke, match=r"students\.2\.schoolId"):
        list(erp.students())


def test_a_school_without_students_has_no_pages_to_miss(erp: Isams, running: Running) -> None:
    running.school.students.clear()

    assert list(erp.students()) == [()]
