"""Which code of a country's register a mark is (BEY-10). Values in, values out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.attendance.values import EXCUSED, Base, ExcuseReason, Mark, SessionKind


class CodeClass(StrEnum):
    """How a code counts in the statistics."""

    PRESENT = "present"
    APPROVED_ACTIVITY = "approved_activity"
    AUTHORISED = "authorised"
    UNAUTHORISED = "unauthorised"
    NOT_POSSIBLE = "not_possible"
    ADMINISTRATIVE = "administrative"


@dataclass(frozen=True, slots=True)
class Code:
    """One code. `by_itself` says that a machine may record it without being told by a person."""

    code: str
    meaning: str
    counts_as: CodeClass
    by_itself: bool


@dataclass(frozen=True, slots=True)
class CodeSet:
    """The codes of one country from one date on, and which of them says what.

    `unexplained` has to give way to `unexplained_then` after so many school days.
    `withdrawn` names what took the place of each former code.
    """

    name: str
    codes: Mapping[str, Code]
    present: Mapping[SessionKind, str]
    late: str
    after_closing: str
    unexplained: str
    unexplained_school_days: int
    unexplained_then: str
    excused: str
    medical_leave: str
    reasons: Mapping[ExcuseReason, str]
    withdrawn: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Register:
    """The register a mark stands in. `school_days_since` counts those that passed after it."""

    kind: SessionKind
    begins_at: datetime
    closes_at: datetime
    school_days_since: int = 0


@dataclass(frozen=True, slots=True)
class ErpEntry:
    """One code of an ERP's dictionary: its own spelling, and the statutory code it stands for."""

    own: str
    statutory: str = ""


def statutory_code(mark: Mark, register: Register, codes: CodeSet) -> Code | None:
    """The mark as the register has to say it; None where only a person can tell, or nobody did.

    Somebody who came is present until the register closes, however late, and after that
    recorded as having come too late. An absence is unexplained until a person explains it.
    Who is on hold is not to be recorded by a machine.
    """
    code = _code(mark, register, codes)
    return None if code is None else codes.codes[code]


def own_code(statutory: str, dictionary: Iterable[ErpEntry], codes: CodeSet) -> str | None:
    """What an ERP calls the code: by its own mapping, else by the same name, else by a former one.

    None where its dictionary has no word for it: that entry is for a person to make.
    """
    entries = tuple(dictionary)
    former = (old for old, new in codes.withdrawn.items() if statutory in new)
    for wanted in (statutory, *former):
        mapped = [each.own for each in entries if each.statutory == wanted]
        same = [each.own for each in entries if not each.statutory and each.own == wanted]
        if mapped or same:
            return (mapped or same)[0]
    return None


def attendance_rate(recorded: Iterable[Code]) -> float | None:
    """The share attended of the sessions at which attending was possible; None for none."""
    classes = [code.counts_as for code in recorded]
    attended = sum(each in {CodeClass.PRESENT, CodeClass.APPROVED_ACTIVITY} for each in classes)
    missed = sum(each in {CodeClass.AUTHORISED, CodeClass.UNAUTHORISED} for each in classes)
    return attended / (attended + missed) if attended + missed else None


def _code(mark: Mark, register: Register, codes: CodeSet) -> str | None:
    if mark.base in EXCUSED:
        return _explained(mark, codes)
    came_at = _came_at(mark, register)
    if mark.base is Base.PRESENT:
        return _present(mark, came_at, register, codes)
    if mark.base is not Base.ABSENT:
        return None
    if came_at is not None:
        return codes.after_closing
    is_overdue = register.school_days_since >= codes.unexplained_school_days
    return codes.unexplained_then if is_overdue else codes.unexplained


def _present(
    mark: Mark, came_at: datetime | None, register: Register, codes: CodeSet
) -> str | None:
    if came_at is not None and came_at > register.closes_at:
        return codes.after_closing
    return codes.present.get(register.kind) if mark.late_minutes is None else codes.late


def _came_at(mark: Mark, register: Register) -> datetime | None:
    """When they came, as far as the mark says; minutes are counted from the register's begin."""
    if mark.arrived_at is not None or mark.late_minutes is None:
        return mark.arrived_at
    return register.begins_at + timedelta(minutes=mark.late_minutes)


def _explained(mark: Mark, codes: CodeSet) -> str:
    if mark.reason in set(ExcuseReason):
        return codes.reasons[ExcuseReason(mark.reason)]
    return codes.medical_leave if mark.base is Base.MEDICAL_LEAVE else codes.excused
