"""Checking in without a kiosk: by a session's code, or by one's own word; and deciding it."""

from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from ninja.errors import AuthorizationError
from pydantic import Base64Bytes, Field

from gateway.api import reach
from gateway.api.access import FOR_FAMILIES, FOR_SELVES, FOR_TEACHERS, caller
from gateway.api.clock import now
from gateway.api.errors import NotThere
from gateway.api.parameters import Because, Id, Text
from gateway.api.photos import PICTURE
from gateway.attendance import check_in_lines, check_ins, code_entry, entry_codes
from gateway.attendance.check_in_photos import open_still
from gateway.attendance.class_judging import policy_for
from gateway.attendance.code_entry import Redeemer
from gateway.attendance.models import CheckIn, SharedPhone
from gateway.people.models import Person

router = Router(tags=["check-ins"], auth=FOR_TEACHERS)
LARGEST_PHOTO = 8_000_000
"""Signs of a photo in base64."""


class SessionCode(Schema):
    """The code of this moment, how many seconds it is shown, and where a phone goes with it."""

    code: str
    step_s: int
    address: str


class OneselfIn(Schema):
    """What the branch asks of those who check in by themselves.

    The photo is in base64, and the whole body has 2.6 MB at most.
    """

    person_id: Id
    pin: Text = ""
    photo: Annotated[Base64Bytes, Field(max_length=LARGEST_PHOTO)] = b""


class ScanIn(Schema):
    """The code that was scanned; `device` is what tells this phone from others."""

    code: Text
    device: Text = ""


class CheckedIn(Schema):
    """What became of a check-in; `id` is its number."""

    id: int
    session_id: int
    person_id: int
    state: str
    method: str


@router.get("/sessions/{session_id}/code", response=SessionCode)
def get_code(request: HttpRequest, session_id: Id) -> SessionCode:
    """The rotating code of a session as it is now."""
    session = reach.session(request, session_id)
    return SessionCode(
        code=entry_codes.rotating_code(session, now=now()),
        step_s=int(policy_for(session).code_step.total_seconds()),
        address=entry_codes.attend_address(session_id),
    )


@router.get("/sessions/{session_id}/check-ins", response=list[check_in_lines.CheckInLine])
def list_check_ins(request: HttpRequest, session_id: Id) -> list[check_in_lines.CheckInLine]:
    """Every check-in of a session, as they came."""
    reach.session(request, session_id)
    return list(check_in_lines.check_ins_at(session_id))


@router.get("/check-ins", response=list[check_in_lines.CheckInLine])
def list_pending(request: HttpRequest) -> list[check_in_lines.CheckInLine]:
    """Check-ins that wait for a decision, as they came; a teacher's at their own sessions."""
    return list(check_in_lines.pending_at(reach.sessions(request)))


@router.post("/check-ins/{check_in_id}/confirm", response=CheckedIn)
def confirm(request: HttpRequest, check_in_id: Id) -> CheckIn:
    """Let a check-in count, from the instant it was made."""
    _reached(request, check_in_id)
    return check_ins.confirm(check_in_id=check_in_id, by=reach.actor(request), now=now())


@router.post("/check-ins/{check_in_id}/refuse", response=CheckedIn)
def refuse(request: HttpRequest, check_in_id: Id, told: Because) -> CheckIn:
    """Let a check-in not count, also one that did."""
    _reached(request, check_in_id)
    return check_ins.refuse(
        check_in_id=check_in_id, because=told.because, by=reach.actor(request), now=now()
    )


@router.get("/check-ins/{check_in_id}/photo", openapi_extra=PICTURE)
def get_photo(request: HttpRequest, check_in_id: Id) -> HttpResponse:
    """The photo that came with a check-in, a JPEG; the log notes who asked for it."""
    _reached(request, check_in_id)
    jpeg = open_still(check_in_id=check_in_id, by=caller(request).name)
    return HttpResponse(jpeg, content_type="image/jpeg", headers={"Cache-Control": "no-store"})


@router.get("/shared-phones", response=list[check_in_lines.SharedPhoneLine])
def list_shared_phones(request: HttpRequest) -> list[check_in_lines.SharedPhoneLine]:
    """Phones that tried to check in two people, that nobody has looked at."""
    return list(check_in_lines.shared_phones(reach.sessions(request)))


@router.post("/shared-phones/{shared_id}/seen", response={204: None})
def see_shared_phone(request: HttpRequest, shared_id: Id) -> Status[None]:
    """Somebody knows of it; it leaves the list."""
    within = SharedPhone.objects.filter(pk=shared_id, session__in=reach.sessions(request))
    if not (
        within.exists()
        and code_entry.see_shared_phone(shared_id=shared_id, by=caller(request).name, now=now())
    ):
        raise NotThere(f"no phone of two people waits to be seen under {shared_id}")
    return Status(204, None)


@router.get(
    "/people/{person_id}/open-check-ins",
    response=list[check_in_lines.OpenCheckIn],
    auth=FOR_FAMILIES,
)
def list_open(request: HttpRequest, person_id: Id) -> list[check_in_lines.OpenCheckIn]:
    """The sessions somebody may check in to by themselves at this moment."""
    reach.kin(request, person_id)
    people: QuerySet[Person] = Person.objects.filter(pk=person_id)
    return list(check_in_lines.open_check_ins(list(people), now=now()))


@router.post("/sessions/{session_id}/self-check-ins", response={201: CheckedIn}, auth=FOR_SELVES)
def check_in(request: HttpRequest, session_id: Id, told: OneselfIn) -> Status[CheckIn]:
    """Say that oneself, or one's child, has come; it counts once a teacher confirms it."""
    reach.session_of(request, session_id, told.person_id)
    proof = check_ins.Proof(told.pin, told.photo, str(request.META.get("REMOTE_ADDR", "")))
    made = check_ins.check_in(
        session_id=session_id,
        person_id=told.person_id,
        by=_redeemer(request),
        proof=proof,
        now=now(),
    )
    return Status(201, made)


@router.post("/sessions/{session_id}/code-check-ins", response={201: CheckedIn}, auth=FOR_SELVES)
def check_in_by_code(request: HttpRequest, session_id: Id, told: ScanIn) -> Status[CheckIn]:
    """Check oneself in by the code that the session shows now."""
    who = _redeemer(request)
    reach.session_of(request, session_id, who.person_id)
    instant = now()
    ticket = code_entry.scan(session_id=session_id, code=told.code, device=told.device, now=instant)
    return Status(201, code_entry.redeem(ticket=ticket, by=who, now=instant))


def _redeemer(request: HttpRequest) -> Redeemer:
    who = caller(request)
    person_id = who.person_id
    if person_id is None:
        raise AuthorizationError(message="this login is no person, and nobody can check in by it")
    return Redeemer(who.name, person_id)


def _reached(request: HttpRequest, check_in_id: int) -> None:
    within = CheckIn.objects.filter(pk=check_in_id, session__in=reach.sessions(request))
    if not within.exists():
        raise NotThere(f"there is no check-in {check_in_id}")
