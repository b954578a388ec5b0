"""The iSAMS contract as the sandbox answers it, apart from sockets."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

from pydantic import ValidationError

from gateway.erp.sandbox.faults import Fault, Faults
from gateway.erp.sandbox.gate import Clock, Gate
from gateway.erp.sandbox.registers import Refused, Registers
from gateway.erp.sandbox.school import Body, School

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
PAGE = b"<!DOCTYPE html><html><title>Just a moment</title><h1>Service unavailable</h1></html>"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    authorization: str
    body: bytes

    def json(self) -> Body:
        """The body as an object. Raises Refused."""
        try:
            found = json.loads(self.body)
        except ValueError as wrong:
            raise Refused("the body is not JSON") from wrong
        if not isinstance(found, dict):
            raise Refused("the body is not an object")
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int
    content: bytes = b""
    kind: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limits:
    """How strict the sandbox is."""

    most_page_size: int = 100
    token_life: timedelta = timedelta(hours=1)
    requests_per_hour: int = 0
    merges: bool = False
    corrections: bool = True
    success: int = 200


class Api:
    """Answers requests about one school; safe to share between threads."""

    def __init__(self, school: School, *, limits: Limits, gate: Gate, clock: Clock) -> None:
        self.school = school
        self.gate = gate
        self.faults = Faults()
        self.registers = Registers(school, merges=limits.merges, corrections=limits.corrections)
        self._limits = limits
        self._clock = clock
        self._routes = self._contract() | self._behind_the_scenes()

    def answer(self, request: Request) -> Answer:
        """The answer, faults aside."""
        if request.path.startswith("/api/") and (refusal := self._turned_away(request)):
            return refusal
        for (method, pattern), route in self._routes.items():
            found = re.fullmatch(pattern, request.path)
            if method == request.method and found:
                return self._answered(route, request, *found.groups())
        return _error(404, "no such address")

    def _answered(self, route: Callable[..., Answer], request: Request, *parts: str) -> Answer:
        try:
            return route(request, *parts)
        except (Refused, ValidationError) as refused:
            return _error(400, str(refused))

    def _contract(self) -> dict[tuple[str, str], Callable[..., Answer]]:
        entry = r"/api/registration/register/(\d{1,9})/students/([^/]+)"
        return {
            ("POST", "/auth/connect/token"): self._token,
            ("GET", "/api/students"): self._students,
            ("GET", "/api/students/([^/]+)"): self._student,
            ("GET", "/api/school/yeargroups"): self._year_groups,
            ("GET", r"/api/school/yeargroups/(-?\d{1,4})/divisions"): self._divisions,
            ("GET", "/api/registration/periods"): self._periods,
            ("GET", "/api/registration/absencecodes"): self._absence_codes,
            ("GET", "/api/registration/presentcodes"): self._present_codes,
            ("GET", entry): self._entry,
            ("PUT", entry): self._put,
        }

    def _behind_the_scenes(self) -> dict[tuple[str, str], Callable[..., Answer]]:
        return {
            ("GET", "/_sandbox/registrations"): self._registrations,
            ("GET", "/_sandbox/writes"): self._writes,
            ("POST", "/_sandbox/register"): self._register,
            ("POST", "/_sandbox/faults"): self._add_fault,
            ("DELETE", "/_sandbox/faults"): self._clear_faults,
        }

    def _turned_away(self, request: Request) -> Answer | None:
        if not self.gate.admits(request.authorization):
            return _error(401, "the token is missing or stale")
        if (pause := self.gate.pause()) is not None:
            return throttled(pause)
        return None

    def _token(self, request: Request) -> Answer:
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        token = self.gate.issue(form, authorization=request.authorization)
        if token is None:
            return _error(400, "invalid_client")
        return _said({
            "access_token": token, "expires_in": self.gate.life_s, "token_type": "Bearer",
        })  # fmt: skip

    def _students(self, request: Request) -> Answer:
        page = _number(request.query.get("page", "1"), least=1)
        asked = _number(request.query.get("pageSize", "20"), least=1)
        size = min(asked, self._limits.most_page_size)
        found = list(self.school.students)
        shown = found[(page - 1) * size : page * size]
        return _said({
            "count": len(shown), "page": page, "pageSize": size, "totalCount": len(found),
            "totalPages": -(-len(found) // size), "students": shown,
        })  # fmt: skip

    def _student(self, _: Request, school_id: str) -> Answer:
        found = self.school.student(school_id)
        return _said(found) if found else _error(404, "no such student")

    def _year_groups(self, _: Request) -> Answer:
        return _said({"yearGroups": self.school.year_groups})

    def _divisions(self, _: Request, nc_year: str) -> Answer:
        found = self.school.divisions_of(int(nc_year))
        return _error(404, "no such year group") if found is None else _said({"divisions": found})

    def _periods(self, request: Request) -> Answer:
        division = _number(request.query.get("divisionId", ""), least=0)
        found = self.school.periods(division, self.school.today(self._clock()))
        if found is None:
            return _error(404, "no such division")
        return _said({"registrationPeriods": found})

    def _absence_codes(self, _: Request) -> Answer:
        return _said({"absenceCodes": self.school.absence_codes})

    def _present_codes(self, _: Request) -> Answer:
        return _said({"presentCodes": self.school.present_codes})

    def _entry(self, _: Request, period: str, school_id: str) -> Answer:
        if missing := self._missing(int(period), school_id):
            return missing
        return _said(self.registers.held(int(period), school_id))

    def _put(self, request: Request, period: str, school_id: str) -> Answer:
        if missing := self._missing(int(period), school_id):
            return missing
        after = self.registers.put(int(period), school_id, request.json())
        if self._limits.success == 204:
            return Answer(204)
        return _said(after, status=self._limits.success)

    def _missing(self, period: int, school_id: str) -> Answer | None:
        day, student = self.school.day_of(period), self.school.student(school_id)
        if day is None or day > self.school.today(self._clock()):
            return _error(404, "no such registration period")
        if student is None or not self.school.registers(period, student):
            return _error(404, "no such student in this register")
        return None

    def _registrations(self, _: Request) -> Answer:
        return _said({"registrations": self.registers.all()})

    def _writes(self, _: Request) -> Answer:
        return _said({"writes": [
            {"registrationPeriodId": one.period, "schoolId": one.student, "body": one.body,
             "changed": one.changed}
            for one in self.registers.written()
        ]})  # fmt: skip

    def _register(self, request: Request) -> Answer:
        fields = request.json()
        period = _number(str(fields.pop("registrationPeriodId", "")), least=0)
        school_id = str(fields.pop("schoolId", ""))
        if missing := self._missing(period, school_id):
            return missing
        return _said(self.registers.register_as_staff(period, school_id, fields))

    def _add_fault(self, request: Request) -> Answer:
        self.faults.add(Fault.model_validate_json(request.body))
        return Answer(204)

    def _clear_faults(self, _: Request) -> Answer:
        self.faults.clear()
        return Answer(204)


def throttled(pause: timedelta) -> Answer:
    """429 with the seconds to wait."""
    seconds = str(max(1, int(pause.total_seconds())))
    return Answer(429, b'{"message": "too many requests"}', headers={"Retry-After": seconds})


def _said(body: Any, *, status: int = 200) -> Answer:  # noqa: ANN401 - JSON
    return Answer(status, json.dumps(body).encode())


def _error(status: int, message: str) -> Answer:
    return Answer(status, json.dumps({"message": message}).encode())


def _number(text: str, *, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise Refused(f"{text!r} is not a number from {least}")
    return int(text)
