"""The sandbox's registers: what was written, by whom, and what is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from gateway.erp.sandbox.school import Body, School
from gateway.errors import Rejected

_EMPTY: Mapping[str, Any] = {
    "isRegistered": 0,
    "isPresent": False,
    "isLate": False,
    "isOutOfSchool": False,
    "isFutureAbsence": False,
    "numberOfMinutesLate": 0,
    "leavingOrLeftDateTime": None,
    "presentCodeId": None,
    "absenceCodeId": None,
    "registrationComment": None,
    "alertSent": False,
    "parentNotificationSent": False,
}
_SAID = ("numberOfMinutesLate", "leavingOrLeftDateTime", "presentCodeId", "absenceCodeId",
         "registrationComment")  # fmt: skip


class Refused(Rejected):
    """The contract does not allow this body."""


@dataclass(frozen=True, slots=True)
class Written:
    """One PUT that was stored."""

    period: int
    student: str
    body: Body
    changed: bool


class _Put(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    isPresent: bool  # noqa: N815 - the contract's name
    isLate: bool  # noqa: N815
    numberOfMinutesLate: int | None = Field(None, ge=1, le=1440)  # noqa: N815
    presentCodeId: int | None = None  # noqa: N815
    absenceCodeId: int | None = None  # noqa: N815
    leavingOrLeftDateTime: AwareDatetime | None = Field(None, strict=False)  # noqa: N815
    registrationComment: str | None = None  # noqa: N815


class Registers:
    """All registers of one school, and the log of what the API wrote."""

    def __init__(self, school: School, *, merges: bool, corrections: bool) -> None:
        self._school = school
        self._merges = merges
        self._corrections = corrections
        self._held: dict[tuple[int, str], Body] = {}
        self._by: dict[tuple[int, str], str] = {}
        self._written: list[Written] = []
        self._lock = Lock()

    def held(self, period: int, student: str) -> Body:
        """The entry of one student, registered or not."""
        with self._lock:
            return self._entry(period, student)

    def put(self, period: int, student: str, body: Body) -> Body:
        """Store what the API says. Raises Refused."""
        self._check(body)
        with self._lock:
            before = self._entry(period, student)
            if before["isRegistered"] and not self._corrections:
                raise Refused("the student is registered already and this key may not correct")
            kept = {} if self._merges else {name: _EMPTY[name] for name in _SAID}
            given = {k: v for k, v in body.items() if v is not None or not self._merges}
            after = before | kept | given | {"isRegistered": 1}
            self._store(period, student, after, by="api")
            self._written.append(Written(period, student, body, changed=after != before))
            return after

    def register_as_staff(self, period: int, student: str, fields: Body) -> Body:
        """Whatever a member of staff enters. Raises Refused for a field that does not exist."""
        if unknown := set(fields) - set(_EMPTY):
            raise Refused(f"unknown fields: {sorted(unknown)}")
        with self._lock:
            after = self._entry(period, student) | fields
            self._store(period, student, after, by="staff")
            return after

    def all(self) -> list[Body]:
        """Every entry that anybody touched, with who touched it last."""
        with self._lock:
            return [entry | {"by": self._by[key]} for key, entry in sorted(self._held.items())]

    def written(self) -> tuple[Written, ...]:
        """Every PUT that was stored, in order."""
        with self._lock:
            return tuple(self._written)

    def _entry(self, period: int, student: str) -> Body:
        fresh = {"schoolId": student, "registrationPeriodId": period, **_EMPTY}
        return dict(self._held.get((period, student), fresh))

    def _store(self, period: int, student: str, entry: Body, *, by: str) -> None:
        self._held[period, student] = entry
        self._by[period, student] = by

    def _check(self, body: Body) -> None:
        try:
            said = _Put.model_validate(body)
        except ValidationError as wrong:
            first = wrong.errors()[0]
            raise Refused(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from wrong
        for why, impossible in self._impossible(said).items():
            if impossible:
                raise Refused(why)

    def _impossible(self, said: _Put) -> dict[str, bool]:
        present = {code["id"] for code in self._school.present_codes} | {None}
        absence = {code["id"] for code in self._school.absence_codes} | {None}
        return {
            "late but not present": said.isLate and not said.isPresent,
            "minutes without being late": said.numberOfMinutesLate is not None and not said.isLate,
            "late without minutes": said.isLate and said.numberOfMinutesLate is None,
            "present with an absence code": said.isPresent and said.absenceCodeId is not None,
            "absent with a present code": not said.isPresent and said.presentCodeId is not None,
            "absent without an absence code": not said.isPresent and said.absenceCodeId is None,
            "present code does not exist": said.presentCodeId not in present,
            "absence code does not exist": said.absenceCodeId not in absence,
        }
