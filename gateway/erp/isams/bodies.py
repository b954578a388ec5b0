"""The JSON of iSAMS as far as we read it. Fields we do not know are others' business.

Shapes as met by public clients: buzyka/imlate (registration, students, divisions) and the
year groups of a published data pipeline; nobody here has met the vendor's own service.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field

from gateway.erp.ports import CodeKind, Entry, ErpCode, ErpPeriod, ErpStudent, Statement


def _day(value: Any) -> Any:  # noqa: ANN401 - a validator's signature
    """A date, also where it is written with a time; an empty or odd one is none."""
    text = str(value or "")[:10]
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _text(value: Any) -> Any:  # noqa: ANN401 - a validator's signature
    return "" if value is None else str(value).strip()


def _flag(value: Any) -> Any:  # noqa: ANN401 - a validator's signature
    return False if value is None else value


Day = Annotated[date | None, BeforeValidator(_day)]
Text = Annotated[str, BeforeValidator(_text)]
Flag = Annotated[bool, BeforeValidator(_flag)]


class StudentBody(BaseModel):
    """One of `GET /api/students`."""

    school_id: str = Field(alias="schoolId", min_length=1)
    forename: Text = ""
    preferred_name: Text = Field("", alias="preferredName")
    surname: Text = ""
    email: Text = Field("", alias="schoolEmailAddress")
    year_group: int | None = Field(None, alias="yearGroup")
    enrolment_date: Day = Field(None, alias="enrolmentDate")
    leaving_date: Day = Field(None, alias="leavingDate")
    system_status: Text = Field("", alias="systemStatus")

    def student(self) -> ErpStudent:
        """What the gateway keeps of it."""
        return ErpStudent(
            key=self.school_id,
            given_name=self.preferred_name or self.forename,
            family_name=self.surname,
            email=self.email,
            year_group="" if self.year_group is None else str(self.year_group),
            enrolled_on=self.enrolment_date,
            left_on=self.leaving_date,
            current=self.system_status.casefold() in ("", "current"),
        )


class StudentsBody(BaseModel):
    """One page of students."""

    total_count: int = Field(alias="totalCount")
    total_pages: int = Field(alias="totalPages")
    students: list[StudentBody]


class YearGroupBody(BaseModel):
    """One of `GET /api/school/yeargroups`; its key everywhere else is `ncYear`."""

    nc_year: int = Field(alias="ncYear")
    name: Text
    order: int | None = None


class YearGroupsBody(BaseModel):
    """All year groups."""

    year_groups: list[YearGroupBody] = Field(alias="yearGroups")


class DivisionBody(BaseModel):
    """One of `GET /api/school/yeargroups/{ncYear}/divisions`."""

    id: int
    name: Text
    order: int = 0


class DivisionsBody(BaseModel):
    """The divisions of one year group."""

    divisions: list[DivisionBody]


class PeriodBody(BaseModel):
    """One registration period; `time` is when the register is taken."""

    id: int
    friendly_name: Text = Field("", alias="friendlyName")
    registration_type: Text = Field("", alias="registrationType")
    start: AwareDatetime
    time: AwareDatetime
    finish: AwareDatetime

    def period(self) -> ErpPeriod:
        """What the gateway keeps of it."""
        return ErpPeriod(
            key=str(self.id),
            name=self.friendly_name,
            kind=self.registration_type,
            starts_at=self.start,
            registers_at=self.time,
            finishes_at=self.finish,
        )


class PeriodsBody(BaseModel):
    """Today's periods of one division, each parsed by itself: one bad one spoils no other."""

    periods: list[Any] = Field(alias="registrationPeriods")  # parsed one by one in the adapter


class CodeBody(BaseModel):
    """One entry of either dictionary."""

    id: int
    code: Text = ""
    government_code: Text = Field("", alias="governmentCode")
    name: Text = ""

    def entry(self, kind: CodeKind) -> ErpCode:
        """What the gateway keeps of it."""
        return ErpCode(kind, str(self.id), self.code, self.government_code, self.name)


class AbsenceCodesBody(BaseModel):
    """`GET /api/registration/absencecodes`."""

    codes: list[CodeBody] = Field(alias="absenceCodes")


class PresentCodesBody(BaseModel):
    """`GET /api/registration/presentcodes`."""

    codes: list[CodeBody] = Field(alias="presentCodes")


class RegistrationBody(BaseModel):
    """What a register holds of one student. `isRegistered` must be there: it decides."""

    is_registered: bool = Field(alias="isRegistered")
    is_present: Flag = Field(False, alias="isPresent")
    is_late: Flag = Field(False, alias="isLate")
    is_out_of_school: Flag = Field(False, alias="isOutOfSchool")
    is_future_absence: Flag = Field(False, alias="isFutureAbsence")
    minutes: int | None = Field(None, alias="numberOfMinutesLate")
    present_code: int | None = Field(None, alias="presentCodeId")
    absence_code: int | None = Field(None, alias="absenceCodeId")
    comment: Text = Field("", alias="registrationComment")

    def entry(self) -> Entry:
        """What the gateway makes of it."""
        return Entry(
            statement=self._statement() if self.is_registered else None,
            future_absence=self.is_future_absence,
            out_of_school=self.is_out_of_school,
            commented=bool(self.comment),
        )

    def _statement(self) -> Statement:
        code = self.present_code if self.is_present else self.absence_code
        return Statement(
            present=self.is_present,
            late_minutes=(self.minutes or 0) if self.is_present and self.is_late else None,
            code=None if code is None else str(code),
        )


def written(said: Statement, *, explicit_nulls: bool) -> dict[str, object]:
    """The body of a PUT. What has no value is left out, or sent as null where a school's
    iSAMS is found to merge what it is sent with what it holds.
    """
    is_late = said.present and said.late_minutes is not None
    code = None if said.code is None else int(said.code)
    optional: dict[str, object | None] = {
        "numberOfMinutesLate": said.late_minutes if is_late else None,
        "presentCodeId": code if said.present and not is_late else None,
        "absenceCodeId": None if said.present else code,
    }
    kept = {name: value for name, value in optional.items() if explicit_nulls or value is not None}
    return {"isPresent": said.present, "isLate": is_late} | kept
