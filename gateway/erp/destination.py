"""Keeps the outbox's promise to the ERP: one mark becomes one entry of one register.

Every try reads first, decides by the rules, writes at most once and reads back, so that a
lost answer, a second try or two workers never write the same thing twice. Before a write is
sent, the statement is stored as attempted: what the register then holds can be told from
what staff entered. Nothing here runs inside a transaction.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog

from gateway.attendance.events import URGENT, MarkChanged
from gateway.attendance.models import RegistrationPolicy, Session
from gateway.erp import queries, rules
from gateway.erp.errors import CodeUnknown, ErpRefused, NotReadBack
from gateway.erp.models import Registration
from gateway.erp.ports import CodeKind, Register, Statement
from gateway.outbox.models import Delivery
from gateway.people.models import Person

State = Registration.State
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Task:
    """One mark to tell, with the names by which the ERP calls its period and student."""

    session_id: int
    person_id: int
    period: str
    student: str
    said: Statement | None
    ours: frozenset[Statement]
    can_correct: bool
    pressing: bool


def deliver(delivery: Delivery, *, erp: Register, now: datetime) -> None:
    """Tell the ERP the mark of a delivery, unless it must be left alone.

    Returns when nothing is left to do: written and read back, already so, kept as staff have
    it, or listed for staff to correct. Raises an Unavailable to be tried again, and ErpRefused
    or ErpMisspoke to be set aside.
    """
    task = _task(MarkChanged.from_json(delivery.body))
    if task is None:
        return
    entry = erp.entry(task.period, task.student, pressing=task.pressing)
    decision = rules.decide(task.said, entry, ours=task.ours, can_correct=task.can_correct)
    match decision:
        case rules.Write():
            _write(task, decision, held=entry.statement, erp=erp, now=now)
        case rules.Held():
            _keep(task, State.PUSHED, now=now, written=task.said)
        case rules.Keep(because):
            _keep(task, State.KEPT, now=now, because=because)
        case rules.CorrectInErp(because):
            _keep(task, State.CORRECT_IN_ERP, now=now, because=because)


def _task(event: MarkChanged) -> _Task | None:
    """None where the ERP was disconnected meanwhile or does not know the student."""
    session = queries.told_session(event.session_id)
    student = Person.objects.filter(pk=event.person_id).first()
    if session is None or student is None or student.external_id is None:
        return None
    policy = session.site.policy
    return _Task(
        session_id=session.pk,
        person_id=student.pk,
        period=session.external_id,
        student=student.external_id,
        said=_said(event, policy),
        ours=_ours(session, student),
        can_correct=policy.erp_can_correct,
        pressing=event.priority == URGENT,
    )


def _said(event: MarkChanged, policy: RegistrationPolicy) -> Statement | None:
    """Raises CodeUnknown."""
    known = queries.codes()
    present = rules.code_key(known, kind=CodeKind.PRESENT, code=policy.present_code)
    absence = rules.code_key(known, kind=CodeKind.ABSENCE, code=policy.absence_code)
    said = rules.statement(
        rules.Wanted(event.base, event.late_minutes), present_code=present, absence_code=absence
    )
    if said is not None and said.code is None and said.late_minutes is None:
        code = policy.present_code if said.present else policy.absence_code
        raise CodeUnknown(f"the ERP's dictionary has no code {code!r}: synchronise the codes")
    return said


def _ours(session: Session, student: Person) -> frozenset[Statement]:
    row = Registration.objects.filter(session=session, person=student).first()
    texts = (row.written, row.attempted) if row is not None else ()
    return frozenset(rules.from_text(text) for text in texts if text)


def _write(
    task: _Task, decision: rules.Write, *, held: Statement | None, erp: Register, now: datetime
) -> None:
    """`held` is what the register has of ours until the write lands."""
    said = decision.statement
    _keep(task, State.WRITING, now=now, written=held, attempted=said)
    try:
        erp.write(task.period, task.student, said, pressing=task.pressing)
    except ErpRefused as refusal:
        if not decision.corrects:
            raise
        _correct_by_hand(task, refusal, now=now)
        return
    found = erp.entry(task.period, task.student, pressing=task.pressing).statement
    if found is None or not rules.same(said, found):
        holds = rules.described(found) if found else "nothing"
        raise NotReadBack(f"we wrote {rules.described(said)}, the ERP then holds {holds}")
    _keep(task, State.PUSHED, now=now, written=said)


def _correct_by_hand(task: _Task, refusal: ErpRefused, *, now: datetime) -> None:
    """The ERP refuses to change what it has from us: staff do it there (TRK-09)."""
    said = rules.described(task.said) if task.said else "otherwise"
    because = f"now it is {said}; the ERP refuses the correction: {refusal}"
    _log.warning("erp_correction_refused", session=task.session_id, person=task.person_id)
    _keep(task, State.CORRECT_IN_ERP, now=now, because=because)


def _keep(
    task: _Task,
    state: Registration.State,
    *,
    now: datetime,
    because: str = "",
    written: Statement | None = None,
    attempted: Statement | None = None,
) -> None:
    told = {"state": state.value, "because": because[:300], "at": now}
    if written is not None:
        told |= {"written": rules.to_text(written), "attempted": ""}
    if attempted is not None:
        told |= {"attempted": rules.to_text(attempted)}
    Registration.objects.update_or_create(
        session_id=task.session_id, person_id=task.person_id, defaults=told
    )
