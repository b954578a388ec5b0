from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.attendance.models import RegistrationPolicy, Session
from gateway.attendance.values import Base, Mark
from gateway.erp.errors import CodeUnknown, ErpAway, ErpBusy, ErpRefused, NotReadBack
from gateway.erp.isams.adapter import Isams
from gateway.erp.models import Code, Registration
from gateway.erp.ports import Entry, Statement
from gateway.erp.sandbox.api import Limits
from gateway.erp.sandbox.faults import Wrong
from gateway.erp.sandbox.server import Running, sandbox
from tests.gateway.erp.clock import DrivenClock
from tests.gateway.erp.school import Stage, connect
from tests.gateway.erp.small import SMALL, connection

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

PRESENT = Mark(Base.PRESENT)
LATE = Mark(Base.PRESENT, late_minutes=12)
LATER = Mark(Base.PRESENT, late_minutes=30)
ABSENT = Mark(Base.ABSENT)
SAYS_PRESENT = {"isPresent": True, "isLate": False, "presentCodeId": 101}
SAYS_LATE = {"isPresent": True, "isLate": True, "numberOfMinutesLate": 12}
SAYS_ABSENT = {"isPresent": False, "isLate": False, "absenceCodeId": 2}
State = Registration.State


@pytest.fixture
def stage(running: Running, erp: Isams, clock: DrivenClock) -> Stage:
    return Stage(connect(erp, clock), running, erp, clock)


@pytest.mark.parametrize(
    ("mark", "body"), [(PRESENT, SAYS_PRESENT), (LATE, SAYS_LATE), (ABSENT, SAYS_ABSENT)]
)
@pytest.mark.covers("TRK-10", "TRK-08", "DES-04")
def test_a_mark_becomes_one_entry_of_the_register(
    stage: Stage, mark: Mark, body: dict[str, Any]
) -> None:
    stage.tell(mark)

    assert stage.bodies() == [body]
    assert stage.state() == (State.PUSHED, "")


def test_a_mark_told_twice_is_written_once(stage: Stage) -> None:
    stage.tell(LATE)
    stage.tell(LATE)

    assert stage.bodies() == [SAYS_LATE]


@pytest.mark.covers("TRK-09")
def test_an_absence_of_ours_becomes_late_when_the_student_comes(stage: Stage) -> None:
    stage.tell(ABSENT)
    stage.tell(LATE)

    assert stage.bodies() == [SAYS_ABSENT, SAYS_LATE]
    assert stage.state() == (State.PUSHED, "")


@pytest.mark.covers("TRK-09")
def test_where_the_policy_says_no_correction_staff_are_asked(stage: Stage) -> None:
    stage.tell(ABSENT)
    RegistrationPolicy.objects.update(erp_can_correct=False)

    stage.tell(LATE)

    assert stage.bodies() == [SAYS_ABSENT]
    assert stage.state() == (
        State.CORRECT_IN_ERP, "we registered absent, now it is late, 12 min"
    )  # fmt: skip


@pytest.mark.covers("TRK-09")
def test_where_the_erp_refuses_the_correction_staff_are_asked(clock: DrivenClock) -> None:
    with (
        sandbox(SMALL, limits=Limits(corrections=False), clock=clock) as running,
        Isams(connection(running), clock=clock) as erp,
    ):
        stage = Stage(connect(erp, clock), running, erp, clock)
        stage.tell(ABSENT)

        stage.tell(LATE)

        assert stage.bodies() == [SAYS_ABSENT]
        state, because = stage.state()
        assert state == State.CORRECT_IN_ERP
        assert because.startswith("now it is late, 12 min; the ERP refuses the correction")


@pytest.mark.parametrize(
    ("entered", "mark", "state"),
    [
        ({"isRegistered": 1, "isPresent": True, "presentCodeId": 101}, ABSENT, State.KEPT),
        ({"isRegistered": 1, "absenceCodeId": 3}, ABSENT, State.KEPT),
        ({"isRegistered": 1, "absenceCodeId": 3}, LATE, State.CORRECT_IN_ERP),
        ({"isFutureAbsence": True}, ABSENT, State.KEPT),
        ({"isFutureAbsence": True}, PRESENT, State.CORRECT_IN_ERP),
        ({"isOutOfSchool": True}, ABSENT, State.KEPT),
    ],
)
def test_what_staff_entered_is_never_written_over(
    stage: Stage, entered: dict[str, Any], mark: Mark, state: str
) -> None:
    stage.running.registers.register_as_staff(stage.period, "S00001", entered)

    stage.tell(mark)

    assert stage.bodies() == []
    assert stage.state()[0] == state


@pytest.mark.fault
@pytest.mark.covers("BEY-02")
def test_an_answer_lost_after_the_erp_stored_it_leads_to_no_second_write(stage: Stage) -> None:
    stage.running.fail(Wrong.RESET_AFTER_COMMIT, method="PUT")
    with pytest.raises(ErpAway):
        stage.tell(ABSENT)
    stage.tell(ABSENT)

    assert stage.bodies() == [SAYS_ABSENT]
    assert stage.state() == (State.PUSHED, "")


@pytest.mark.fault
def test_what_a_lost_answer_left_can_still_be_corrected_as_ours(stage: Stage) -> None:
    stage.running.fail(Wrong.RESET_AFTER_COMMIT, method="PUT", times=2)
    for mark in (ABSENT, LATE):
        with pytest.raises(ErpAway):
            stage.tell(mark)
    stage.tell(LATER)

    assert [body.get("numberOfMinutesLate") for body in stage.bodies()] == [None, 12, 30]


@pytest.mark.fault
def test_an_entry_of_ours_stays_ours_while_corrections_get_lost_on_the_way(stage: Stage) -> None:
    stage.running.fail(Wrong.RESET_AFTER_COMMIT, method="PUT")
    stage.running.fail(Wrong.RESET, method="PUT")
    for mark in (ABSENT, LATE):
        with pytest.raises(ErpAway):
            stage.tell(mark)

    stage.tell(LATER)

    assert [body.get("numberOfMinutesLate") for body in stage.bodies()] == [None, 30]


@pytest.mark.fault
@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize(
    "fault", [Wrong.ERROR_500, Wrong.HTML_503, Wrong.HTML_200, Wrong.RESET, Wrong.THROTTLED]
)
def test_after_any_failure_the_next_try_writes_once(
    stage: Stage, fault: Wrong, method: str
) -> None:
    stage.running.fail(fault, method=method, path="/register/")
    with pytest.raises(ErpAway):
        stage.tell(ABSENT)
    stage.clock.advance(timedelta(minutes=1))

    stage.tell(ABSENT)

    assert stage.bodies() == [SAYS_ABSENT]


@pytest.mark.fault
def test_an_erp_that_hangs_on_a_write_is_given_up_in_time(stage: Stage) -> None:
    stage.running.fail(Wrong.HANG, method="PUT")
    impatient = replace(connection(stage.running), timeout=timedelta(seconds=0.3))

    with Isams(impatient, clock=stage.clock) as erp, pytest.raises(ErpAway, match="in time"):
        stage.tell(ABSENT, erp=erp)

    assert stage.state() == (State.WRITING, "")


@pytest.mark.fault
def test_a_refused_first_write_is_set_aside(stage: Stage) -> None:
    stage.running.fail(Wrong.REFUSED, method="PUT")

    with pytest.raises(ErpRefused, match="the register is locked"):
        stage.tell(ABSENT)

    assert stage.bodies() == []


def test_a_student_the_register_does_not_hold_is_set_aside(stage: Stage) -> None:
    with pytest.raises(ErpRefused, match="404"):
        stage.tell(ABSENT, key="S00003")


def test_without_the_code_nothing_is_asked_of_the_erp(stage: Stage) -> None:
    Code.objects.filter(code="O").update(active=False)
    stage.running.fail(Wrong.ERROR_500)

    with pytest.raises(CodeUnknown, match="no code 'O'"):
        stage.tell(ABSENT)

    assert stage.running.api.faults.next("GET", "/") is not None


def test_a_mark_registers_cannot_hold_is_kept_here(stage: Stage) -> None:
    stage.tell(Mark(Base.EXCUSED))

    assert stage.bodies() == []
    assert stage.state() == (State.KEPT, "this mark has no place in a register")


@pytest.mark.covers("TRK-05")
def test_a_site_disconnected_meanwhile_tells_nothing(stage: Stage) -> None:
    RegistrationPolicy.objects.update(erp_enabled=False)

    stage.tell(ABSENT)

    assert stage.bodies() == []
    assert not Registration.objects.exists()


def test_presents_leave_the_last_requests_to_absences(stage: Stage) -> None:
    small_key = replace(connection(stage.running), requests_per_hour=10)
    with Isams(small_key, clock=stage.clock) as erp:
        for key in ("S00001", "S00002"):
            stage.tell(PRESENT, key=key, erp=erp)
        stage.tell(PRESENT, key="S00001", erp=erp)
        stage.tell(PRESENT, key="S00002", erp=erp)

        with pytest.raises(ErpBusy, match="8 requests were made"):
            stage.tell(PRESENT, key="S00005", erp=erp)
        with pytest.raises(ErpBusy, match="10 requests were made"):
            stage.tell(ABSENT, key="S00006", erp=erp)

    assert stage.bodies() == [SAYS_PRESENT, SAYS_PRESENT, SAYS_ABSENT]


class OtherMind:
    """An ERP that stores something else than it is told."""

    def __init__(self, then: Entry) -> None:
        self._entries = [Entry(None), then]

    def entry(self, period: str, student: str, *, pressing: bool) -> Entry:  # noqa: ARG002 - a Register's
        return self._entries.pop(0)

    def write(self, period: str, student: str, statement: Statement, *, pressing: bool) -> None:
        pass


@pytest.mark.parametrize(
    ("then", "holds"),
    [(Entry(None), "nothing"), (Entry(Statement(True, None, "101")), "present")],
)
def test_a_write_that_is_not_read_back_is_tried_again(
    stage: Stage, then: Entry, holds: str
) -> None:
    with pytest.raises(NotReadBack, match=f"we wrote absent, the ERP then holds {holds}"):
        stage.tell(ABSENT, erp=OtherMind(then))

    assert stage.state() == (State.WRITING, "")


def test_a_session_the_erp_does_not_know_is_told_to_nobody(stage: Stage) -> None:
    Session.objects.filter(pk=stage.connected.session.pk).update(external_id="")

    stage.tell(ABSENT)

    assert stage.bodies() == []
    assert not Registration.objects.exists()
