from datetime import date

import pytest
from pydantic import ValidationError

from gateway.erp.isams.bodies import RegistrationBody, StudentBody, written
from gateway.erp.ports import Entry, ErpStudent, Statement

EMPTY = {
    "schoolId": "S1", "registrationPeriodId": 22947, "isRegistered": 0, "isPresent": False,
    "isLate": False, "isOutOfSchool": False, "isFutureAbsence": False, "numberOfMinutesLate": 0,
    "leavingOrLeftDateTime": None, "presentCodeId": None, "absenceCodeId": None,
    "registrationComment": None, "alertSent": False, "parentNotificationSent": False,
}  # fmt: skip
PRESENT = Statement(present=True, late_minutes=None, code="10")
LATE = Statement(present=True, late_minutes=20, code=None)
ABSENT = Statement(present=False, late_minutes=None, code="11")


@pytest.mark.parametrize(
    ("said", "body"),
    [
        (PRESENT, {"isPresent": True, "isLate": False, "presentCodeId": 10}),
        (LATE, {"isPresent": True, "isLate": True, "numberOfMinutesLate": 20}),
        (ABSENT, {"isPresent": False, "isLate": False, "absenceCodeId": 11}),
    ],
)
@pytest.mark.covers("TRK-08", "TRK-10")
def test_a_statement_is_written_as_published(said: Statement, body: dict[str, object]) -> None:
    assert written(said, explicit_nulls=False) == body


def test_where_asked_for_what_is_left_out_is_sent_as_null() -> None:
    assert written(LATE, explicit_nulls=True) == {
        "isPresent": True, "isLate": True, "numberOfMinutesLate": 20, "presentCodeId": None,
        "absenceCodeId": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "entry"),
    [
        ({}, Entry(None)),
        ({"isRegistered": 1, "isPresent": True, "presentCodeId": 10}, Entry(PRESENT)),
        (
            {"isRegistered": 1, "isPresent": True, "isLate": True, "numberOfMinutesLate": 20},
            Entry(LATE),
        ),
        ({"isRegistered": 1, "absenceCodeId": 11}, Entry(ABSENT)),
        ({"isFutureAbsence": True}, Entry(None, future_absence=True)),
        ({"isOutOfSchool": True}, Entry(None, out_of_school=True)),
        ({"registrationComment": " bus "}, Entry(None, commented=True)),
        ({"isPresent": None, "isLate": None, "numberOfMinutesLate": None}, Entry(None)),
        ({"aFieldOfNextYear": {"x": 1}}, Entry(None)),
    ],
)
def test_a_register_is_read_as_published(fields: dict[str, object], entry: Entry) -> None:
    assert RegistrationBody.model_validate(EMPTY | fields).entry() == entry


def test_an_answer_that_does_not_say_whether_registered_is_no_answer() -> None:
    with pytest.raises(ValidationError, match="isRegistered"):
        RegistrationBody.model_validate({"schoolId": "S1", "isPresent": False})


def test_a_student_goes_by_the_preferred_name_and_the_string_id() -> None:
    body = {
        "id": 1234, "schoolId": "0815/A", "forename": "Elizabeth", "preferredName": "Liz",
        "surname": "Baker", "yearGroup": 7, "schoolEmailAddress": None, "systemStatus": "Current",
        "enrolmentDate": "2024-09-01T00:00:00", "leavingDate": "", "homeAddresses": [],
    }  # fmt: skip

    assert StudentBody.model_validate(body).student() == ErpStudent(
        key="0815/A", given_name="Liz", family_name="Baker", email="", year_group="7",
        enrolled_on=date(2024, 9, 1), left_on=None, current=True,
    )  # fmt: skip


def test_who_is_former_is_not_current() -> None:
    body = {"schoolId": "S1", "systemStatus": "Former"}

    assert not StudentBody.model_validate(body).student().current
