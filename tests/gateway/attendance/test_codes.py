from datetime import timedelta

import pytest

from gateway.attendance.code_sets import code_set
from gateway.attendance.codes import (
    CodeClass,
    ErpEntry,
    Register,
    attendance_rate,
    own_code,
    statutory_code,
)
from gateway.attendance.errors import UnknownCodeSet
from gateway.attendance.profiling import profiles
from gateway.attendance.values import Base, ExcuseReason, Mark, SessionKind
from tests.gateway.school import at

pytestmark = pytest.mark.covers("BEY-10")

ENGLAND = code_set("gb_eng_2024")
SECOND = timedelta(seconds=1)
CLOSES = at("09:00")
MORNING = Register(SessionKind.AM, at("08:30"), CLOSES)
AFTERNOON = Register(SessionKind.PM, at("13:00"), at("13:30"))


def excused(reason: ExcuseReason | str, base: Base = Base.EXCUSED) -> Mark:
    return Mark(base, reason=str(reason))


@pytest.mark.parametrize(
    ("mark", "register", "expected"),
    [
        (Mark(Base.PRESENT, arrived_at=at("08:25")), MORNING, "/"),
        (Mark(Base.PRESENT), AFTERNOON, "\\"),
        (Mark(Base.PRESENT, left_early_minutes=20), MORNING, "/"),
        (Mark(Base.PRESENT, late_minutes=30, arrived_at=CLOSES), MORNING, "L"),
        (Mark(Base.PRESENT, late_minutes=30, arrived_at=CLOSES + SECOND), MORNING, "U"),
        (Mark(Base.PRESENT, late_minutes=30), MORNING, "L"),
        (Mark(Base.PRESENT, late_minutes=31), MORNING, "U"),
        (Mark(Base.PRESENT, late_minutes=45, partial=True), MORNING, "U"),
        (Mark(Base.ABSENT), MORNING, "N"),
        (Mark(Base.ABSENT, arrived_at=at("10:00")), MORNING, "U"),
        (excused(ExcuseReason.FAMILY_EMERGENCY), MORNING, "C"),
        (excused(ExcuseReason.SCHOOL_EVENT), MORNING, "B"),
        (excused(ExcuseReason.RELIGIOUS), MORNING, "R"),
        (excused(ExcuseReason.PRE_APPROVED), MORNING, "C"),
        (excused(ExcuseReason.OTHER), MORNING, "C"),
        (excused("a word of the teacher's"), MORNING, "C"),
        (excused(ExcuseReason.MEDICAL, Base.MEDICAL_LEAVE), MORNING, "I"),
        (Mark(Base.MEDICAL_LEAVE), MORNING, "I"),
        (Mark(Base.PENDING), MORNING, None),
        (Mark(Base.ON_HOLD), MORNING, None),
        (Mark(Base.PRESENT), Register(SessionKind.CLASS, at("16:00"), at("17:00")), None),
    ],
)
def test_a_mark_has_the_code_that_the_register_asks_for(
    mark: Mark, register: Register, expected: str | None
) -> None:
    found = statutory_code(mark, register, ENGLAND)

    assert (found.code if found else None) == expected


@pytest.mark.parametrize(("days", "expected"), [(0, "N"), (4, "N"), (5, "O"), (90, "O")])
def test_an_absence_nobody_explained_in_five_school_days_stays_unknown(
    days: int, expected: str
) -> None:
    register = Register(SessionKind.AM, at("08:30"), CLOSES, school_days_since=days)

    found = statutory_code(Mark(Base.ABSENT), register, ENGLAND)

    assert found is not None
    assert found.code == expected


def test_a_machine_may_record_these_codes_by_itself_and_no_others() -> None:
    assert {code.code for code in ENGLAND.codes.values() if code.by_itself} == set("/\\LUNO")


def test_the_codes_are_those_of_the_regulations() -> None:
    assert sorted(ENGLAND.codes) == sorted(
        [
            "/",
            "\\",
            "#",
            *"LKVPWBDMSCTRIEXQGNOUZ",
            "C1",
            "C2",
            "J1",
            *(f"Y{n}" for n in range(1, 8)),
        ]
    )


def test_every_code_set_a_profile_names_is_there() -> None:
    named = {profile.codes for profile in profiles().values()} - {""}

    assert {code_set(name).name for name in named} == {"gb_eng_2024"}


def test_an_unknown_code_set_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownCodeSet, match="choose one of gb_eng_2024"):
        code_set("atlantis")


@pytest.mark.parametrize(
    ("dictionary", "statutory", "expected"),
    [
        ([ErpEntry("ILL", "I"), ErpEntry("I", "M")], "I", "ILL"),
        ([ErpEntry("I"), ErpEntry("ILL", "I")], "I", "ILL"),
        ([ErpEntry("/")], "/", "/"),
        ([ErpEntry("Y")], "Y3", "Y"),
        ([ErpEntry("UNAVOIDABLE", "Y")], "Y3", "UNAVOIDABLE"),
        ([ErpEntry("Y"), ErpEntry("Y3")], "Y3", "Y3"),
        ([ErpEntry("N", "O")], "N", None),
        ([], "N", None),
    ],
)
def test_an_erp_is_told_the_code_as_its_own_dictionary_has_it(
    dictionary: list[ErpEntry], statutory: str, expected: str | None
) -> None:
    assert own_code(statutory, dictionary, ENGLAND) == expected


def test_the_rate_leaves_out_sessions_nobody_could_attend() -> None:
    recorded = [ENGLAND.codes[code] for code in ("/", "L", "V", "I", "U", "X", "#")]

    assert attendance_rate(recorded) == 3 / 5
    assert attendance_rate([ENGLAND.codes["#"]]) is None


def test_an_approved_activity_counts_as_attended_and_coming_too_late_as_an_absence() -> None:
    counted = {code: ENGLAND.codes[code].counts_as for code in ("B", "U", "N", "D")}

    assert counted == {
        "B": CodeClass.APPROVED_ACTIVITY,
        "U": CodeClass.UNAUTHORISED,
        "N": CodeClass.UNAUTHORISED,
        "D": CodeClass.NOT_POSSIBLE,
    }
