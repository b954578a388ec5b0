"""Sites, what stands in their calendar, and how they register."""

from datetime import date, timedelta

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import Field

from gateway.api.errors import NotThere
from gateway.api.paging import Paged
from gateway.api.parameters import AtSite, Day, Id, Name, Reason, SlugText, Text, WallTime, site_of
from gateway.timetable import services
from gateway.timetable.models import (
    Closure,
    Division,
    OpenDay,
    PeriodKind,
    RegistrationPeriod,
    Site,
    Term,
    YearGroup,
)
from gateway.timetable.queries import school_day

router = Router(tags=["calendar"])

MOST_DAYS = 400


class SiteIn(Schema):
    """A branch with its own entrances, calendar and clock."""

    slug: SlugText
    name: Name
    zone: Text = "Europe/London"
    country: str = Field("GB", pattern="^[A-Z]{2}$")
    subdivision: str = Field("ENG", pattern="^[A-Z0-9]{0,8}$")


class SiteOut(SiteIn):
    """A site; `day_starts` is when its school date changes."""

    id: int
    day_starts: WallTime
    repeat_window_s: int


class DivisionIn(Schema):
    """A part of a site with registration times of its own."""

    site: SlugText | None = None
    name: Name


class DivisionOut(Schema):
    """A part of a site; `external_id` is the ERP's."""

    id: int
    site_id: int
    name: str
    external_id: str | None


class YearGroupIn(Schema):
    """The students who register together."""

    division_id: Id
    name: Name
    position: int = Field(0, ge=0, le=32_767)


class YearGroupOut(Schema):
    """A year group; `external_id` is the ERP's."""

    id: int
    division_id: int
    name: str
    position: int
    external_id: str | None


class TermIn(Schema):
    """Dates on which the site teaches, both included."""

    site: SlugText | None = None
    name: Name
    starts_on: Day
    ends_on: Day


class TermOut(Schema):
    """A term."""

    id: int
    name: str
    starts_on: date
    ends_on: date


class ClosureIn(Schema):
    """Dates on which the site does not teach; one date where `ends_on` is left out."""

    site: SlugText | None = None
    reason: Reason
    starts_on: Day
    ends_on: Day | None = None


class OpenDayIn(Schema):
    """A date on which the site teaches, whatever the calendar says."""

    site: SlugText | None = None
    reason: Reason
    on: Day


class SpecialDayOut(Schema):
    """A closure or open day."""

    id: int
    on: date
    reason: str


class PeriodIn(Schema):
    """When a division registers on these ISO weekdays (1 is Monday), on the site's clock."""

    division_id: Id
    kind: PeriodKind = PeriodKind.AM
    weekdays: Text = "12345"
    starts: WallTime
    registers: WallTime
    finishes: WallTime


class PeriodOut(PeriodIn):
    """A weekly registration period."""

    id: int


class DayOut(Schema):
    """Whether a date is a school day, and why."""

    date: date
    is_open: bool
    why: str


class Dates(AtSite):
    """Dates from first to last, both included."""

    first: Day
    last: Day


@router.get("/sites", response=list[SiteOut])
@paginate(Paged)
def list_sites(request: HttpRequest) -> "QuerySet[Site]":
    """Every site."""
    return Site.objects.order_by("slug")


@router.post("/sites", response={201: SiteOut})
def add_site(request: HttpRequest, site: SiteIn) -> Status[Site]:
    """Add a site."""
    return Status(201, services.add_site(**site.model_dump()))


@router.get("/divisions", response=list[DivisionOut])
@paginate(Paged)
def list_divisions(request: HttpRequest, asked: Query[AtSite]) -> "QuerySet[Division]":
    """The divisions of all sites, or of one."""
    found = Division.objects.order_by("site_id", "name")
    return found.filter(site=site_of(asked.site)) if asked.site else found


@router.post("/divisions", response={201: DivisionOut})
def add_division(request: HttpRequest, division: DivisionIn) -> Status[Division]:
    """Add a division; one of this name at the site is left as it is."""
    site = site_of(division.site)
    return Status(201, services.upsert_division(site_id=site.pk, name=division.name))


@router.get("/year-groups", response=list[YearGroupOut])
@paginate(Paged)
def list_year_groups(request: HttpRequest, asked: Query[AtSite]) -> "QuerySet[YearGroup]":
    """The year groups of all sites, or of one."""
    found = YearGroup.objects.order_by("division_id", "position", "name")
    return found.filter(division__site=site_of(asked.site)) if asked.site else found


@router.post("/year-groups", response={201: YearGroupOut})
def add_year_group(request: HttpRequest, group: YearGroupIn) -> Status[YearGroup]:
    """Add a year group, or change the position of the one of this name."""
    _require_division(group.division_id)
    return Status(201, services.upsert_year_group(**group.model_dump()))


@router.get("/school-days", response=list[DayOut])
def list_school_days(request: HttpRequest, asked: Query[Dates]) -> list[DayOut]:
    """Whether each date is a school day, and why; 400 dates at most."""
    site = site_of(asked.site)
    count = min((asked.last - asked.first).days + 1, MOST_DAYS)
    return [_school_day(site, asked.first + timedelta(days=n)) for n in range(count)]


@router.get("/terms", response=list[TermOut])
@paginate(Paged)
def list_terms(request: HttpRequest, asked: Query[AtSite]) -> "QuerySet[Term]":
    """A site's terms."""
    return Term.objects.filter(site=site_of(asked.site)).order_by("starts_on")


@router.post("/terms", response={201: TermOut})
def add_term(request: HttpRequest, term: TermIn) -> Status[Term]:
    """Add a term."""
    site = site_of(term.site)
    added = services.add_term(
        site_id=site.pk, name=term.name, starts_on=term.starts_on, ends_on=term.ends_on
    )
    return Status(201, added)


@router.delete("/terms/{term_id}", response={204: None})
def delete_term(request: HttpRequest, term_id: Id) -> Status[None]:
    """Strike a term out."""
    services.strike_out(Term, term_id)
    return Status(204, None)


@router.get("/closures", response=list[SpecialDayOut])
@paginate(Paged)
def list_closures(request: HttpRequest, asked: Query[AtSite]) -> "QuerySet[Closure]":
    """The dates on which a site does not teach; public holidays are known without them."""
    return Closure.objects.filter(site=site_of(asked.site)).order_by("on")


@router.post("/closures", response={201: list[SpecialDayOut]})
def add_closure(request: HttpRequest, closure: ClosureIn) -> Status["QuerySet[Closure]"]:
    """Close a site on a date or from one to another."""
    site, last = site_of(closure.site), closure.ends_on or closure.starts_on
    services.add_closure(
        site_id=site.pk, reason=closure.reason, starts_on=closure.starts_on, ends_on=last
    )
    return Status(
        201, Closure.objects.filter(site=site, on__range=(closure.starts_on, last)).order_by("on")
    )


@router.delete("/closures/{closure_id}", response={204: None})
def delete_closure(request: HttpRequest, closure_id: Id) -> Status[None]:
    """Strike a closure out."""
    services.strike_out(Closure, closure_id)
    return Status(204, None)


@router.get("/open-days", response=list[SpecialDayOut])
@paginate(Paged)
def list_open_days(request: HttpRequest, asked: Query[AtSite]) -> "QuerySet[OpenDay]":
    """The dates on which a site teaches though the calendar says otherwise."""
    return OpenDay.objects.filter(site=site_of(asked.site)).order_by("on")


@router.post("/open-days", response={201: SpecialDayOut})
def add_open_day(request: HttpRequest, day: OpenDayIn) -> Status[OpenDay]:
    """Open a site on a date."""
    site = site_of(day.site)
    services.add_open_day(site_id=site.pk, reason=day.reason, on=day.on)
    return Status(201, OpenDay.objects.get(site=site, on=day.on))


@router.delete("/open-days/{open_day_id}", response={204: None})
def delete_open_day(request: HttpRequest, open_day_id: Id) -> Status[None]:
    """Strike an open day out."""
    services.strike_out(OpenDay, open_day_id)
    return Status(204, None)


@router.get("/registration-periods", response=list[PeriodOut])
@paginate(Paged)
def list_periods(request: HttpRequest, asked: Query[AtSite]) -> "QuerySet[RegistrationPeriod]":
    """A site's weekly registration periods; used where no ERP says them."""
    found = RegistrationPeriod.objects.filter(division__site=site_of(asked.site))
    return found.order_by("division_id", "starts", "id")


@router.post("/registration-periods", response={201: PeriodOut})
def set_period(request: HttpRequest, period: PeriodIn) -> Status[RegistrationPeriod]:
    """Set a division's registration times; the same kind and weekdays are replaced."""
    _require_division(period.division_id)
    return Status(201, services.set_registration_period(**period.model_dump()))


@router.delete("/registration-periods/{period_id}", response={204: None})
def delete_period(request: HttpRequest, period_id: Id) -> Status[None]:
    """Strike a weekly registration period out; sessions already laid stay."""
    services.strike_out(RegistrationPeriod, period_id)
    return Status(204, None)


def _school_day(site: Site, day: date) -> DayOut:
    judged = school_day(site.pk, day)
    return DayOut(date=day, is_open=judged.is_open, why=judged.why)


def _require_division(division_id: int) -> None:
    if not Division.objects.filter(pk=division_id).exists():
        raise NotThere(f"there is no division {division_id}")
