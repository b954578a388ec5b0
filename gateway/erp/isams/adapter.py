"""The Erp of an iSAMS school."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Self, TypeVar
from urllib.parse import quote

import structlog
from pydantic import BaseModel, ValidationError

from gateway.erp.errors import ErpMisspoke, FetchIncomplete
from gateway.erp.isams import bodies
from gateway.erp.isams.budget import Clock
from gateway.erp.isams.client import Client, Connection
from gateway.erp.ports import (
    CodeKind,
    Entry,
    ErpCode,
    ErpDivision,
    ErpPeriod,
    ErpStudent,
    ErpYearGroup,
    Statement,
)

_Body = TypeVar("_Body", bound=BaseModel)
_log = structlog.get_logger()


class Isams:
    """Speaks the REST contract of iSAMS as public clients have met it (docs/erp.md)."""

    def __init__(self, connection: Connection, *, clock: Clock) -> None:
        self._client = Client(connection, clock=clock)
        self._page_size = connection.page_size
        self._explicit_nulls = connection.explicit_nulls
        self._periods: dict[tuple[str, date], tuple[ErpPeriod, ...]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def entry(self, period: str, student: str, *, pressing: bool) -> Entry:
        """See Register."""
        answer = self._client.get(_place(period, student), pressing=pressing)
        return _parsed(bodies.RegistrationBody, answer).entry()

    def write(self, period: str, student: str, statement: Statement, *, pressing: bool) -> None:
        """See Register."""
        body = bodies.written(statement, explicit_nulls=self._explicit_nulls)
        self._client.put(_place(period, student), body, pressing=pressing)

    def year_groups(self) -> tuple[ErpYearGroup, ...]:
        """See Directory. A year group in several divisions belongs to the first by order."""
        answer = self._client.get("/api/school/yeargroups")
        listed = _parsed(bodies.YearGroupsBody, answer).year_groups
        found = ((group, self._division(group.nc_year)) for group in listed)
        return tuple(
            ErpYearGroup(str(group.nc_year), group.name, _position(group), division)
            for group, division in found
            if division is not None
        )

    def students(self) -> Iterator[tuple[ErpStudent, ...]]:
        """See Directory."""
        seen: set[str] = set()
        totals: set[int] = set()
        page, last = 0, 1
        while page < last:
            page += 1
            body = self._student_page(page)
            last = body.total_pages
            totals.add(body.total_count)
            students = tuple(student.student() for student in body.students)
            seen.update(student.key for student in students)
            yield students
        if totals != {len(seen)}:
            raise FetchIncomplete(f"{len(seen)} students came, the ERP spoke of {sorted(totals)}")

    def periods(self, division: str, day: date) -> tuple[ErpPeriod, ...]:
        """See Calendar. Nothing is remembered of a day that has no period yet."""
        known = self._periods.get((division, day))
        if known is not None:
            return known
        answer = self._client.get("/api/registration/periods", params={"divisionId": division})
        listed = _parsed(bodies.PeriodsBody, answer).periods
        found = tuple(period for one in listed if (period := _period(one, division)) is not None)
        if found:
            self._forget_other_days(day)
            self._periods[division, day] = found
        return found

    def codes(self) -> tuple[ErpCode, ...]:
        """See Calendar."""
        absence = _parsed(
            bodies.AbsenceCodesBody, self._client.get("/api/registration/absencecodes")
        )
        present = _parsed(
            bodies.PresentCodesBody, self._client.get("/api/registration/presentcodes")
        )
        return (
            *(code.entry(CodeKind.ABSENCE) for code in absence.codes),
            *(code.entry(CodeKind.PRESENT) for code in present.codes),
        )

    def _student_page(self, page: int) -> bodies.StudentsBody:
        params = {"page": page, "pageSize": self._page_size}
        return _parsed(bodies.StudentsBody, self._client.get("/api/students", params=params))

    def _division(self, nc_year: int) -> ErpDivision | None:
        answer = self._client.get(f"/api/school/yeargroups/{nc_year}/divisions")
        divisions = sorted(_parsed(bodies.DivisionsBody, answer).divisions, key=lambda d: d.order)
        if len(divisions) != 1:
            _log.info("erp_year_group_divisions", year_group=nc_year, divisions=len(divisions))
        return ErpDivision(str(divisions[0].id), divisions[0].name) if divisions else None

    def _forget_other_days(self, day: date) -> None:
        self._periods = {key: found for key, found in self._periods.items() if key[1] == day}


def _place(period: str, student: str) -> str:
    return f"/api/registration/register/{quote(period, safe='')}/students/{quote(student, safe='')}"


def _parsed(model: type[_Body], answer: Any) -> _Body:  # noqa: ANN401 - JSON of others
    try:
        return model.model_validate(answer)
    except ValidationError as wrong:
        places = ", ".join(
            ".".join(str(part) for part in error["loc"]) for error in wrong.errors()[:3]
        )
        raise ErpMisspoke(f"the ERP's answer is not as published, at: {places}") from wrong


def _period(one: Any, division: str) -> ErpPeriod | None:  # noqa: ANN401 - JSON of others
    """A bad period is left out with a line in the log."""
    try:
        return bodies.PeriodBody.model_validate(one).period()
    except ValidationError as wrong:
        at = ",".join(str(error["loc"][0]) for error in wrong.errors() if error["loc"])
        _log.warning("erp_period_skipped", division=division, wrong=at)
        return None


def _position(group: bodies.YearGroupBody) -> int:
    place = group.nc_year if group.order is None else group.order
    return max(0, place + 10)
