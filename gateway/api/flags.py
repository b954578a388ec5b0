"""What whoever calls the roll should know of a person, and what people are told."""

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status

from gateway.api import reach
from gateway.api.access import FOR_EVERYBODY, FOR_OFFICE, caller
from gateway.api.clock import now
from gateway.api.errors import NotThere
from gateway.api.parameters import Id, LongNote
from gateway.attendance import flags, notices
from gateway.attendance.values import FlagKind

router = Router(tags=["flags and notices"], auth=FOR_OFFICE)


class FlagIn(Schema):
    """A flag, for one offering or for all."""

    kind: FlagKind
    text: LongNote
    offering_id: Id | None = None


class FlagFilter(Schema):
    """Whether those that were taken back are listed too."""

    cleared: bool = False


class NoticeFilter(Schema):
    """Whether only what was not seen yet is listed."""

    unseen: bool = False


@router.get("/people/{person_id}/flags", response=list[flags.FlagLine])
def list_flags(
    request: HttpRequest, person_id: Id, asked: Query[FlagFilter]
) -> list[flags.FlagLine]:
    """The flags of a person as they were set."""
    reach.person(request, person_id)
    return list(flags.flags_of(person_id, cleared=asked.cleared))


@router.post("/people/{person_id}/flags", response={201: flags.FlagLine})
def set_flag(request: HttpRequest, person_id: Id, told: FlagIn) -> Status[flags.FlagLine]:
    """Flag a person; the same set again is set once."""
    flag_id = flags.set_flag(
        person_id=person_id,
        kind=told.kind,
        text=told.text,
        offering_id=told.offering_id,
        by=caller(request).name,
        now=now(),
    )
    kept = next((each for each in flags.flags_of(person_id) if each.id == flag_id), None)
    if kept is None:
        raise NotThere(f"the flag {flag_id} was taken back at once")
    return Status(201, kept)


@router.delete("/flags/{flag_id}", response={204: None})
def clear_flag(request: HttpRequest, flag_id: Id) -> Status[None]:
    """Take a flag back; it stays as a record."""
    flags.clear_flag(flag_id=flag_id, by=caller(request).name, now=now())
    return Status(204, None)


@router.get("/people/{person_id}/notices", response=list[notices.NoticeLine], auth=FOR_EVERYBODY)
def list_notices(
    request: HttpRequest, person_id: Id, asked: Query[NoticeFilter]
) -> list[notices.NoticeLine]:
    """What a person is to know, the newest first; everybody's own, and their children's."""
    reach.kin(request, person_id)
    return list(notices.notices_of(person_id, only_unseen=asked.unseen))


@router.post(
    "/people/{person_id}/notices/{notice_id}/seen", response={204: None}, auth=FOR_EVERYBODY
)
def see_notice(request: HttpRequest, person_id: Id, notice_id: Id) -> Status[None]:
    """The person has seen it."""
    reach.kin(request, person_id)
    notices.see(notice_id=notice_id, person_id=person_id, now=now())
    return Status(204, None)
