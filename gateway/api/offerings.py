"""What people can enrol in, when it meets, who teaches it and how it is judged."""

from datetime import date, timedelta

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import Field

from gateway.api.clock import now
from gateway.api.paging import Paged
from gateway.api.parameters import (
    Day,
    Id,
    Numbers,
    OnDay,
    SlugText,
    Title,
    WallTime,
    day_of,
    site_of,
)
from gateway.attendance import instances, snapshots
from gateway.timetable import offering_queries, offerings
from gateway.timetable.errors import WrongDates
from gateway.timetable.models import (
    Offering,
    Slot,
    Teaching,
)
from gateway.timetable.rules import Span
from gateway.timetable.values import OfferingKind, TeachingRole

router = Router(tags=["offerings"])
MOST = timedelta(days=366)


class OfferingBody(Schema):
    """Something to enrol in; without `ends_on` it rolls on, without `capacity` it is never full."""

    kind: OfferingKind = OfferingKind.CLASS
    name: Title
    starts_on: Day
    ends_on: Day | None = None
    course_id: Id | None = None
    room_id: Id | None = None
    capacity: int | None = Field(None, ge=1, le=100_000)

    def details(self) -> offerings.OfferingDetails:
        """The same as the timetable knows it."""
        return offerings.OfferingDetails(
            kind=self.kind,
            name=self.name,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            course_id=self.course_id,
            room_id=self.room_id,
            capacity=self.capacity,
        )


class OfferingIn(OfferingBody):
    """The same at a site."""

    site: SlugText | None = None


class OfferingOut(Schema):
    """An offering; `profile` is empty where the site's holds."""

    id: int
    site_id: int
    kind: OfferingKind
    name: str
    starts_on: date
    ends_on: date | None
    course_id: int | None
    room_id: int | None
    capacity: int | None
    profile: str
    overrides: Numbers


class SlotIn(Schema):
    """A weekly time, Monday is 1; one that ends by its start ends on the next day."""

    weekday: int = Field(ge=1, le=7)
    starts: WallTime
    ends: WallTime
    room_id: Id | None = None

    def details(self) -> offerings.SlotDetails:
        """The same as the timetable knows it."""
        return offerings.SlotDetails(self.weekday, self.starts, self.ends, self.room_id)


class SlotOut(Schema):
    """A weekly time of an offering."""

    id: int
    offering_id: int
    weekday: int
    starts: WallTime
    ends: WallTime
    room_id: int | None


class TeachingIn(Schema):
    """Who teaches an offering, from one date to another."""

    person_id: Id
    role: TeachingRole = TeachingRole.LEAD
    starts_on: Day
    ends_on: Day | None = None


class TeachingOut(Schema):
    """Somebody teaches an offering."""

    id: int
    offering_id: int
    person_id: int
    role: TeachingRole
    starts_on: date
    ends_on: date | None


class LastDay(Schema):
    """The last date of it."""

    last_day: Day


class Judging(Schema):
    """By which profile sessions are judged, and which of its numbers differ."""

    profile: str = Field("", pattern="^[a-z]{0,16}$")
    overrides: Numbers = Field(default_factory=dict)


class Renewed(Schema):
    """How many sessions that have not begun changed with it."""

    sessions: int


class FirstToLast(Schema):
    """From which date to which, both included."""

    first: Day
    last: Day


@router.get("/offerings", response=list[offering_queries.OfferingSummary])
@paginate(Paged)
def list_offerings(
    request: HttpRequest, asked: Query[OnDay]
) -> tuple[offering_queries.OfferingSummary, ...]:
    """What is on at a site on a date, with who teaches it and how many are enrolled."""
    site = site_of(asked.site)
    return offering_queries.offerings_at(site.pk, day_of(site, asked.date, now()))


@router.post("/offerings", response={201: OfferingOut})
def add_offering(request: HttpRequest, told: OfferingIn) -> Status[Offering]:
    """Something to enrol in, without weekly times yet."""
    site = site_of(told.site)
    return Status(201, offerings.add_offering(site_id=site.pk, details=told.details()))


@router.get("/offerings/{offering_id}", response=OfferingOut)
def get_offering(request: HttpRequest, offering_id: Id) -> Offering:
    """One offering."""
    return offerings.offering_of(offering_id)


@router.put("/offerings/{offering_id}", response=OfferingOut)
def change_offering(request: HttpRequest, offering_id: Id, told: OfferingBody) -> Offering:
    """The offering as told; who is enrolled stays so."""
    return offerings.change_offering(offering_id=offering_id, details=told.details())


@router.post("/offerings/{offering_id}/archive", response={204: None})
def archive_offering(request: HttpRequest, offering_id: Id) -> Status[None]:
    """It meets no more and stands in no list; its past stays."""
    offerings.archive_offering(offering_id=offering_id, now=now())
    return Status(204, None)


@router.put("/offerings/{offering_id}/judging", response=Renewed)
def judge_offering(request: HttpRequest, offering_id: Id, told: Judging) -> Renewed:
    """How an offering's sessions are judged; an empty profile leaves it to the site."""
    renewed = snapshots.set_offering_profile(
        offering_id=offering_id, profile=told.profile, overrides=told.overrides, now=now()
    )
    return Renewed(sessions=renewed)


@router.get("/sites/{site}/judging", response=Judging)
def get_site_judging(request: HttpRequest, site: SlugText) -> Judging:
    """How sessions of the site are judged where their offering picks nothing itself."""
    found = site_of(site)
    return Judging(profile=found.profile, overrides=found.overrides)


@router.put("/sites/{site}/judging", response=Renewed)
def judge_site(request: HttpRequest, site: SlugText, told: Judging) -> Renewed:
    """Judge the site's sessions so from now on; those that have begun stay as they are."""
    renewed = snapshots.set_site_profile(
        site_id=site_of(site).pk, profile=told.profile, overrides=told.overrides, now=now()
    )
    return Renewed(sessions=renewed)


@router.get("/offerings/{offering_id}/instances", response=list[instances.Instance])
@paginate(Paged)
def list_instances(
    request: HttpRequest, offering_id: Id, asked: Query[FirstToLast]
) -> tuple[instances.Instance, ...]:
    """Each time the offering meets between two dates, or would, and why it does not."""
    return instances.instances(offering_id, span_of(asked))


@router.get("/offerings/{offering_id}/slots", response=list[SlotOut])
def list_slots(request: HttpRequest, offering_id: Id) -> "QuerySet[Slot]":
    """The weekly times of an offering."""
    return offerings.offering_of(offering_id).slots.all()


@router.post("/offerings/{offering_id}/slots", response={201: SlotOut})
def add_slot(request: HttpRequest, offering_id: Id, told: SlotIn) -> Status[Slot]:
    """A weekly time more."""
    return Status(201, offerings.add_slot(offering_id=offering_id, details=told.details()))


@router.put("/slots/{slot_id}", response=SlotOut)
def change_slot(request: HttpRequest, slot_id: Id, told: SlotIn) -> Slot:
    """Another weekly time instead."""
    return offerings.change_slot(slot_id=slot_id, details=told.details())


@router.delete("/slots/{slot_id}", response={204: None})
def remove_slot(request: HttpRequest, slot_id: Id) -> Status[None]:
    """A weekly time less; sessions that were held at it stay."""
    offerings.remove_slot(slot_id=slot_id)
    return Status(204, None)


@router.get("/offerings/{offering_id}/teachings", response=list[TeachingOut])
def list_teachings(request: HttpRequest, offering_id: Id) -> "QuerySet[Teaching]":
    """Who teaches, taught and will teach an offering."""
    return offerings.offering_of(offering_id).teachings.order_by("starts_on", "pk")


@router.post("/offerings/{offering_id}/teachings", response={201: TeachingOut})
def add_teaching(request: HttpRequest, offering_id: Id, told: TeachingIn) -> Status[Teaching]:
    """Somebody teaches the offering."""
    return Status(201, offerings.add_teaching(offering_id=offering_id, **told.model_dump()))


@router.post("/teachings/{teaching_id}/end", response={204: None})
def end_teaching(request: HttpRequest, teaching_id: Id, told: LastDay) -> Status[None]:
    """Somebody teaches the offering no more after that date."""
    offerings.end_teaching(teaching_id=teaching_id, last_day=told.last_day)
    return Status(204, None)


def span_of(dates: FirstToLast) -> Span:
    """The dates, of a year at most. Raises WrongDates."""
    if not dates.first <= dates.last <= dates.first + MOST:
        raise WrongDates("ask for a year at most, from its first date to its last")
    return Span(dates.first, dates.last)
