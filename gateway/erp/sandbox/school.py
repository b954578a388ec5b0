"""A made-up school: year groups, divisions, students, dictionaries and the periods of any day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Body = dict[str, Any]
"""JSON as the contract has it."""

_FORENAMES = (
    "Amelia", "Arjun", "Bea", "Callum", "Chloe", "Daniel", "Dina", "Ella", "Ethan", "Farah",
    "Finn", "Grace", "Hamza", "Hana", "Isla", "Jack", "Jaya", "Kofi", "Leila", "Leo",
    "Maya", "Mia", "Noah", "Nora", "Oscar", "Priya", "Ruben", "Sana", "Tom", "Zoe",
)  # fmt: skip
_SURNAMES = (
    "Ahmed", "Baker", "Chen", "Clarke", "Davies", "Evans", "Fischer", "Garcia", "Green", "Hall",
    "Hassan", "Hughes", "Ivanova", "Jones", "Khan", "King", "Lewis", "Mensah", "Moore", "Nowak",
    "Okafor", "Patel", "Price", "Quinn", "Roberts", "Silva", "Singh", "Taylor", "Usman", "Walker",
    "Wood",
)  # fmt: skip
_ABSENCE = (
    ("N", "No reason yet provided for absence"),
    ("O", "Unauthorised absence"),
    ("I", "Illness"),
    ("M", "Medical or dental appointment"),
    ("C", "Leave in exceptional circumstances"),
    ("E", "Suspended"),
    ("G", "Holiday not granted"),
    ("R", "Religious observance"),
)
_PRESENT = (("/", "Present"), ("\\", "Present in the afternoon"), ("L", "Late"), ("V", "Visit"))
FIRST_NC_YEAR = 7
FIRST_ABSENCE_CODE = 1
FIRST_PRESENT_CODE = 101


@dataclass(frozen=True, slots=True)
class Opening:
    """The clock times of one registration period, the same every day."""

    starts: time
    registers_after: timedelta = timedelta(minutes=1)
    finishes_after: timedelta = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Plan:
    """The size of the school and its hours."""

    am: Opening
    pm: Opening
    students: int = 400
    year_groups: int = 4
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/London"))


class School:
    """The school of a plan. Tests change `students` and the dictionaries as a year would."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.divisions = tuple(_division(number) for number in (1, 2))
        self.year_groups = [
            {"ncYear": FIRST_NC_YEAR + n, "code": str(FIRST_NC_YEAR + n),
             "name": f"Year {FIRST_NC_YEAR + n}"}
            for n in range(plan.year_groups)
        ]  # fmt: skip
        self.students = [_student(n, plan.year_groups) for n in range(plan.students)]
        self.absence_codes = [_absence_code(n, *code) for n, code in enumerate(_ABSENCE)]
        self.present_codes = [_present_code(n, *code) for n, code in enumerate(_PRESENT)]

    def divisions_of(self, nc_year: int) -> list[Body] | None:
        """The lower half of the year groups is division 1; None where there is no such year."""
        years = [group["ncYear"] for group in self.year_groups]
        if nc_year not in years:
            return None
        is_lower = years.index(nc_year) < (len(years) + 1) // 2
        return [self.divisions[0 if is_lower else 1]]

    def periods(self, division: int, day: date) -> list[Body] | None:
        """The periods of a division on a date; None where there is no such division."""
        found = [known for known in self.divisions if known["id"] == division]
        if not found:
            return None
        openings = {"AM": self._plan.am, "PM": self._plan.pm}
        return [self._period(found[0], day, kind, opening) for kind, opening in openings.items()]

    def student(self, school_id: str) -> Body | None:
        """The student of a schoolId; None when there is none, as for an integer id."""
        return next((one for one in self.students if one["schoolId"] == school_id), None)

    def registers(self, period: int, student: Mapping[str, Any]) -> bool:
        """Whether the student is in the register of that period."""
        found = self.divisions_of(student["yearGroup"]) or []
        return period % 100 // 10 in [division["id"] for division in found]

    def day_of(self, period: int) -> date | None:
        """The date of a period's number; None where it cannot be one."""
        place = period % 100
        if place // 10 not in (1, 2) or place % 10 not in (0, 1):
            return None
        try:
            return date.fromordinal(period // 100)
        except (ValueError, OverflowError):
            return None

    def today(self, now: datetime) -> date:
        """The school's date."""
        return now.astimezone(self._plan.zone).date()

    def _period(self, division: Body, day: date, kind: str, opening: Opening) -> Body:
        starts = datetime.combine(day, opening.starts, tzinfo=self._plan.zone)
        return {
            "id": period_id(day, division["id"], kind),
            "friendlyName": f"{kind} registration",
            "registrationType": kind,
            "registrationRuleId": 1,
            "numberOfStudents": len(self.students),
            "divisions": [division],
            "start": starts.isoformat(),
            "time": (starts + opening.registers_after).isoformat(),
            "finish": (starts + opening.finishes_after).isoformat(),
        }


def period_id(day: date, division: int, kind: str) -> int:
    """The number of a period: the same whenever it is asked for."""
    return day.toordinal() * 100 + division * 10 + ("AM", "PM").index(kind)


def plan_around(
    now: datetime, *, zone: ZoneInfo, students: int = 400, year_groups: int = 4
) -> Plan:
    """AM begins two minutes from now and PM ten minutes after it, so that all can be seen soon."""
    local = now.astimezone(zone).replace(second=0, microsecond=0)
    am, pm = local + timedelta(minutes=2), local + timedelta(minutes=12)
    return Plan(Opening(am.time()), Opening(pm.time()), students, year_groups, zone)


def _division(number: int) -> Body:
    name = ("Lower School", "Upper School")[number - 1]
    return {"id": number, "code": name[:3].upper(), "name": name, "order": number}


def _student(number: int, year_groups: int) -> Body:
    forename = _FORENAMES[number % len(_FORENAMES)]
    surname = _SURNAMES[number % len(_SURNAMES)]
    year = FIRST_NC_YEAR + number % year_groups
    school_id = f"S{number + 1:05d}"
    return {
        "id": 900_000 + number,
        "schoolId": school_id,
        "personId": 500_000 + number,
        "forename": forename,
        "surname": surname,
        "preferredName": None if number % 7 else f"{forename[:3]}",
        "fullName": f"{forename} {surname}",
        "yearGroup": year,
        "formGroup": f"{year}A",
        "schoolEmailAddress": f"{school_id.lower()}@school.example",
        "enrolmentDate": None,
        "leavingDate": None,
        "systemStatus": "Current",
    }


def _absence_code(number: int, code: str, name: str) -> Body:
    return {
        "id": FIRST_ABSENCE_CODE + number,
        "code": code,
        "description": "",
        "displayOrder": number,
        "governmentCode": code,
        "governmentCodeName": name,
        "isOOSActive": False,
        "name": name,
    }


def _present_code(number: int, code: str, name: str) -> Body:
    return {
        "id": FIRST_PRESENT_CODE + number,
        "code": code,
        "displayOrder": number,
        "isOOCActive": False,
        "name": name,
        "showOnRegister": True,
    }
