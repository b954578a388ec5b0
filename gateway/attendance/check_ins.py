"""Checking oneself or one's child in on the portal, and what a teacher says to it (SLF-01)."""

from dataclasses import dataclass
from datetime import datetime

import uuid_utils.compat as uuids
from django.db import transaction

from gateway.attendance.check_in_photos import keep_still, plain_still
from gateway.attendance.class_judging import policy_for, window_of
from gateway.attendance.code_entry import (
    Redeemer,
    open_session,
    refuse_closed,
    refuse_stranger,
)
from gateway.attendance.entry_rules import entry_by_oneself, is_within
from gateway.attendance.errors import (
    NoSelfCheckIn,
    ReasonMissing,
    UnknownCheckIn,
    WrongProof,
)
from gateway.attendance.marking import Actor, open_roll
from gateway.attendance.models import CheckIn, Session
from gateway.attendance.policy import Deed, Policy
from gateway.attendance.services import judge_people
from gateway.attendance.values import CheckInMethod, CheckInState, Verification
from gateway.people import roster
from gateway.people.guardians import children_of
from gateway.people.pin_tries import Tried, try_pin


@dataclass(frozen=True, slots=True)
class Proof:
    """What came with a check-in: a PIN, a picture, and the address it came from."""

    pin: str = ""
    picture: bytes = b""
    address: str = ""


def check_in(
    *, session_id: int, person_id: int, by: Redeemer, proof: Proof, now: datetime
) -> CheckIn:
    """Say that somebody has come; it counts once a teacher confirms it, from this instant.

    Saying it again changes nothing. Raises UnknownSession, NotTaught, NoSelfCheckIn,
    NotOpenYet, NotOpenAnyMore, NotOnRoll, WrongProof.
    """
    session = open_session(session_id)
    policy, window = policy_for(session), window_of(session, session.site)
    _refuse_others(session, policy, person_id, by)
    refuse_closed(session, entry_by_oneself(window, policy, at=now))
    refuse_stranger(session, person_id)
    standing = _standing(session, person_id)
    if standing is not None:
        return standing
    still = _verify(policy, by, proof, now)
    photo = None if still is None else uuids.uuid7()
    if still is not None and photo is not None:
        keep_still(photo, still, taken_at=now)
    return _keep(
        CheckIn(
            session=session,
            person_id=person_id,
            at=now,
            method=CheckInMethod.PORTAL.value,
            state=CheckInState.PENDING.value,
            by=by.name,
            verified=",".join(sorted(policy.verification)),
            photo=photo,
        )
    )


@transaction.atomic
def confirm(*, check_in_id: int, by: Actor, now: datetime) -> CheckIn:
    """Let a check-in count, from the instant it was made. Confirming again changes nothing.

    Raises UnknownCheckIn, and as `marking.mark` does.
    """
    return _decide(check_in_id, CheckInState.CONFIRMED, "", by, now)


@transaction.atomic
def refuse(*, check_in_id: int, because: str, by: Actor, now: datetime) -> CheckIn:
    """Let a check-in not count, also one that did. Refusing again changes nothing.

    Raises UnknownCheckIn, ReasonMissing, and as `marking.mark` does.
    """
    if not because.strip():
        raise ReasonMissing("say why the check-in does not count")
    return _decide(check_in_id, CheckInState.REFUSED, because.strip(), by, now)


def _refuse_others(session: Session, policy: Policy, person_id: int, by: Redeemer) -> None:
    if not policy.self_check_in:
        raise NoSelfCheckIn(f"nobody checks in by themselves to {session.title}")
    if person_id not in (by.person_id, *children_of(by.person_id)):
        raise NoSelfCheckIn("you can check in only yourself and your own children")


def _verify(policy: Policy, by: Redeemer, proof: Proof, now: datetime) -> bytes | None:
    """The still to be kept, None where none is asked for; turning a PIN is slow."""
    asked = policy.verification
    if Verification.NETWORK in asked and not is_within(proof.address, policy.networks):
        raise WrongProof("check in from the network of the branch")
    if Verification.PIN in asked:
        _refuse_wrong_pin(by.person_id, proof.pin, now)
    if Verification.PHOTO not in asked:
        return None
    if not proof.picture:
        raise WrongProof("a photo is needed to check in")
    return plain_still(proof.picture)


def _refuse_wrong_pin(person_id: int, pin: str, now: datetime) -> None:
    tried = try_pin(person_id=person_id, pin=pin, now=now)
    if tried is Tried.TOO_MANY:
        raise WrongProof("too many PINs were wrong: please wait ten minutes")
    if tried is Tried.WRONG:
        raise WrongProof("that is not your PIN")


@transaction.atomic
def _keep(made: CheckIn) -> CheckIn:
    """Keep it, unless another page was faster."""
    roster.hold([made.person_id])
    standing = _standing(made.session, made.person_id)
    if standing is None:
        made.save(force_insert=True)
    return standing or made


def _standing(session: Session, person_id: int) -> CheckIn | None:
    rows = CheckIn.objects.filter(session=session, person=person_id)
    return rows.exclude(state=CheckInState.REFUSED.value).order_by("at").first()


def _decide(
    check_in_id: int, state: CheckInState, because: str, by: Actor, now: datetime
) -> CheckIn:
    found = CheckIn.objects.filter(pk=check_in_id).first()
    if found is None:
        raise UnknownCheckIn(f"there is no check-in {check_in_id}")
    session = open_roll(found.session_id, by=by, now=now, deed=Deed.DECIDE_CHECK_IN)
    roster.hold([found.person_id])
    undecided = CheckIn.objects.filter(pk=found.pk).exclude(state=state.value)
    changed = undecided.update(
        state=state.value, decided_at=now, decided_by=by.name, decided_because=because
    )
    if changed:
        judge_people(session=session, person_ids=[found.person_id], now=now)
    found.refresh_from_db()
    return found
