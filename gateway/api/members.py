"""Who belongs to an offering: enrolled, on hold, dropped, transferred, done."""

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status

from gateway.api import reach
from gateway.api.access import FOR_FAMILIES
from gateway.api.clock import now
from gateway.api.offerings import FirstToLast, LastDay, span_of
from gateway.api.parameters import Day, Id
from gateway.attendance import instances, members
from gateway.timetable import offering_queries
from gateway.timetable.values import EndedAs, Standing

router = Router(tags=["offerings"])


class EnrolIn(Schema):
    """From when on, and until when, somebody belongs to an offering; active or on trial."""

    on: Day
    until: Day | None = None
    standing: Standing = Standing.ACTIVE


class StandingIn(Schema):
    """In which standing from when on."""

    on: Day
    standing: Standing


class EndIn(LastDay):
    """The last date, and how it ended."""

    how: EndedAs = EndedAs.DROPPED


class TransferIn(Schema):
    """To which offering, from when on."""

    to: Id
    on: Day


class Belonged(Schema):
    """On which date; all there ever was where it is left out."""

    on: Day | None = None


@router.get(
    "/people/{person_id}/offerings",
    response=list[offering_queries.Belongs],
    auth=FOR_FAMILIES,
)
def list_belongings(
    request: HttpRequest, person_id: Id, asked: Query[Belonged]
) -> list[offering_queries.Belongs]:
    """What a person belongs to on a date, or ever belonged to, the newest first."""
    reach.kin(request, person_id)
    return list(offering_queries.belongings(person_id, asked.on))


@router.get(
    "/offerings/{offering_id}/members/{person_id}/instances",
    response=list[instances.OwnInstance],
    auth=FOR_FAMILIES,
)
def list_own_instances(
    request: HttpRequest, offering_id: Id, person_id: Id, asked: Query[FirstToLast]
) -> list[instances.OwnInstance]:
    """Each time the offering meets, with one person's marks."""
    reach.belonging(request, offering_id, person_id)
    return list(instances.instances_of(offering_id, person_id, span_of(asked)))


@router.put("/offerings/{offering_id}/members/{person_id}", response={204: None})
def enrol(request: HttpRequest, offering_id: Id, person_id: Id, told: EnrolIn) -> Status[None]:
    """Enrol somebody, for good or on trial; doing it again changes nothing."""
    members.enrol(
        offering_id=offering_id,
        person_id=person_id,
        on=told.on,
        until=told.until,
        standing=told.standing,
        now=now(),
    )
    return Status(204, None)


@router.post("/offerings/{offering_id}/members/{person_id}/standing", response={204: None})
def change_standing(
    request: HttpRequest, offering_id: Id, person_id: Id, told: StandingIn
) -> Status[None]:
    """Put somebody on hold, suspend them, or let them be active again."""
    members.change_standing(
        offering_id=offering_id,
        person_id=person_id,
        on=told.on,
        standing=told.standing,
        now=now(),
    )
    return Status(204, None)


@router.post("/offerings/{offering_id}/members/{person_id}/end", response={204: None})
def end(request: HttpRequest, offering_id: Id, person_id: Id, told: EndIn) -> Status[None]:
    """Somebody dropped the offering, or completed it."""
    members.end(
        offering_id=offering_id,
        person_id=person_id,
        last_day=told.last_day,
        how=told.how,
        now=now(),
    )
    return Status(204, None)


@router.post("/offerings/{offering_id}/members/{person_id}/transfer", response={204: None})
def transfer(
    request: HttpRequest, offering_id: Id, person_id: Id, told: TransferIn
) -> Status[None]:
    """From a date on somebody belongs to another offering instead."""
    members.transfer(
        offering_id=offering_id, person_id=person_id, to=told.to, on=told.on, now=now()
    )
    return Status(204, None)
